"""What a publication tells of payments to suppliers, on its page and in its CSV."""

from __future__ import annotations

from collections.abc import Iterator

from cdp_common.contracts.published_spend import PublishedSpend, PublishedSpendCell
from cdp_common.contracts.spend_figures import SpendSplit
from reporting_api.use_cases.publication_wording import percent, pounds
from reporting_api.use_cases.section_tables import CsvRow, Section

_WHY_ABSENT = {
    "no_imports": "no partner has sent its payments of the period",
    "too_few": "too few suppliers were paid, or too few partners paid them, for it to be told",
    "told_before": "payments of days of this period stand in an earlier publication",
}
_HEAD = (
    *("Paid to third parties", "Local", "Outside", "Not known", "SME", "SME not known"),
    *("VCSE", "VCSE not known"),
)


def spend_sections(spend: PublishedSpend) -> Iterator[Section]:
    """Payments in all, by partner and by category, with their shares."""
    if spend.total is None:
        yield Section("Payments to suppliers", "", (f"Not told: {_WHY_ABSENT[str(spend.absent)]}.",))
        return
    yield Section(
        "Payments to suppliers, by partner",
        "Net payments to third parties, and the share that is local, of SMEs and of VCSEs",
        tuple(_notes(spend)),
        ("Partner", *_HEAD),
        tuple(_row(cell) for cell in (spend.total, *spend.by_partner)),
    )
    yield Section(
        "Payments to suppliers, by category",
        "The same by category, with what could be retained at most",
        (
            "What could be retained is paid outside the place in a category in which somebody in the place "
            "is paid too: an upper bound.",
        ),
        ("Category", *_HEAD, "Could be retained"),
        tuple(
            (*_row(cell), "withheld" if cell.suppressed else pounds(cell.retainable_gbp))
            for cell in spend.by_category
        ),
    )


def _notes(spend: PublishedSpend) -> Iterator[str]:
    yield (
        f"{spend.partners_counted} partners have sent their payments, {spend.partners_without_import} have "
        "not. Payments between partners and names of people are left out; the unknown share stands beside "
        "each share."
    )
    if spend.told_in is not None:
        yield f"As first told in publication {spend.told_in}."
    if spend.local_multiplier is not None:
        yield f"Local multiplier (LM3) of partners that surveyed suppliers: {spend.local_multiplier:f}."


def _row(cell: PublishedSpendCell) -> tuple[str, ...]:
    if cell.local is None or cell.sme is None or cell.vcse is None:
        return (cell.label, *["withheld"] * len(_HEAD))
    return (
        cell.label,
        pounds(cell.third_party_gbp),
        _share(cell.local, "yes"),
        _share(cell.local, "no"),
        _share(cell.local, "unknown"),
        _share(cell.sme, "yes"),
        _share(cell.sme, "unknown"),
        _share(cell.vcse, "yes"),
        _share(cell.vcse, "unknown"),
    )


def _share(split: SpendSplit, part: str) -> str:
    share = getattr(split, f"{part}_share")
    return "not told" if share is None else percent(share)


def spend_rows(spend: PublishedSpend) -> Iterator[CsvRow]:
    """Pounds of every split of every cell."""
    cells = [] if spend.total is None else [("spend", spend.total)]
    cells += [("spend_partner", cell) for cell in spend.by_partner]
    cells += [("spend_category", cell) for cell in spend.by_category]
    for by, cell in cells:
        if cell.suppressed:
            yield CsvRow(by, cell.key, cell.label, "", "third_party", "", "disclosure")
            continue
        yield CsvRow(by, cell.key, cell.label, "", "third_party", f"{cell.third_party_gbp:f}")
        for name in ("local", "sme", "vcse"):
            split: SpendSplit = getattr(cell, name)
            for part in ("yes", "no", "unknown"):
                amount = f"{getattr(split, f'{part}_gbp'):f}"
                yield CsvRow(by, cell.key, cell.label, "", f"{name}_{part}", amount)
        if cell.retainable_gbp is not None:
            yield CsvRow(by, cell.key, cell.label, "", "retainable", f"{cell.retainable_gbp:f}")
    if spend.local_multiplier is not None:
        yield CsvRow("spend", "total", "Total", "", "local_multiplier", f"{spend.local_multiplier:f}")
