"""What a publication tells of payments to suppliers: once for each day, without any supplier's takings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import DataStatus
from cdp_common.contracts.published_spend import (
    PublishedMultiplierAbsent,
    PublishedSpend,
    PublishedSpendCell,
    SpendAbsent,
)
from cdp_common.contracts.spend_figures import SpendSplit
from cdp_common.kernel.money import gbp_from_pence
from cdp_common.kernel.periods import Period
from reporting_api.domain.disclosure import DisclosureRule, is_group_safe
from reporting_api.domain.spend_disclosure import (
    OTHER,
    Payment,
    SpendCell,
    grouped,
    is_whole_safe,
    protected,
    spend_cell,
)
from reporting_api.domain.spend_figures import Multiplier, Split, local_multiplier, retainable
from reporting_api.domain.spend_sums import SpendSum, sums_of
from reporting_api.storage.earlier_publications import earlier_publications
from reporting_api.storage.figures import Slice
from reporting_api.storage.publication_sources import SourceVersion
from reporting_api.storage.published_spend import payments_by_payee
from reporting_api.storage.spend_figures import imports_in, newest_rounds
from reporting_api.use_cases.read_publications import thawed
from reporting_api.use_cases.spend_figures import partners_without_import


@dataclass(frozen=True, slots=True)
class SpendToPublish:
    """What a publication tells of payments, and what is kept with it so that it can be worked out again."""

    told: PublishedSpend
    imports: Collection[SourceVersion] = ()
    rounds: Collection[SourceVersion] = ()
    sums: Sequence[SpendSum] = ()


async def spend_to_publish(
    tx: AsyncConnection, lines: Slice, agreed: frozenset[UUID], rule: DisclosureRule, now: datetime
) -> SpendToPublish:
    """The payments of a period as the public may see them; a period told before is told the same again."""
    place_id, window = lines.place_id, lines.window
    overlapping = await _told_before(tx, lines)
    for number, period, told in overlapping:
        if period == window:
            return SpendToPublish(told.model_copy(update={"told_in": told.told_in or number}))
    imports = await imports_in(tx, place_id, None, window)
    sources: list[SourceVersion] = [(row["id"], 0) for row in imports]
    names = {row["organisation_id"]: row["organisation_name"] for row in imports}
    missing = await partners_without_import(tx, place_id, None, window, imports, now)
    payments = await payments_by_payee(tx, place_id, [row["id"] for row in imports], window)
    third = [one for one in payments if not one.to_member]
    absent: SpendAbsent | None = None
    if overlapping:
        absent = "told_before"
    elif not imports:
        absent = "no_imports"
    elif not is_whole_safe(third, agreed, rule):
        absent = "too_few"
    told = PublishedSpend(
        absent=absent,
        told_in=None,
        partners_counted=len(names),
        partners_without_import=len(missing),
        total=None,
        by_partner=[],
        by_category=[],
        local_multiplier=None,
        local_multiplier_absent="withheld",
        data_status=status_of(row["data_status"] for row in imports),
    )
    if absent:
        return SpendToPublish(told, sources)
    rounds = await newest_rounds(tx, place_id, None, window)
    figures = _figures(third, names, rounds, agreed, rule)
    kept_rounds = [(row["id"], 0) for row in rounds]
    return SpendToPublish(told.model_copy(update=figures), sources, kept_rounds, sums_of(payments))


def _figures(
    third: Sequence[Payment],
    names: Mapping[UUID, str],
    rounds: Sequence[RowMapping],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> dict[str, object]:
    """What is told of payments to third parties: the whole, by partner, by category, and LM3."""
    by_partner = grouped(third, by_category=False)
    base = {UUID(key): sum(one.pence for one in of) for key, of in by_partner.items()}
    lm3, lm3_absent = multiplier_of(base, rounds, agreed, rule)
    cells = [
        published_cell(cell, names[UUID(cell.key)], None) for cell in protected(by_partner, agreed, rule)
    ]
    categories = protected(grouped(third, by_category=True), agreed, rule)
    return {
        "total": published_cell(spend_cell("total", third, is_withheld=False), "Total", None),
        "by_partner": sorted(cells, key=lambda cell: (cell.label, cell.key)),
        "by_category": [published_category(cell) for cell in categories],
        "local_multiplier": lm3,
        "local_multiplier_absent": lm3_absent,
    }


def status_of(statuses: Iterable[DataStatus]) -> DataStatus:
    """The data status of what imports of these come to."""
    return "synthetic_sample" if "synthetic_sample" in set(statuses) else "actual"


async def _told_before(tx: AsyncConnection, lines: Slice) -> list[tuple[int, Period, PublishedSpend]]:
    """What earlier publications of periods that share days told of payments: number, period and what."""
    found = []
    for row in await earlier_publications(tx, lines):
        period = Period(row["period_start"], row["period_end"])
        told = thawed(row["document"]).spend
        if told is not None and told.total is not None and period.overlaps(lines.window):
            found.append((row["number"], period, told))
    return found


def multiplier_of(
    base: Mapping[UUID, int],
    rows: Iterable[RowMapping],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> tuple[Decimal | None, PublishedMultiplierAbsent | None]:
    """LM3 over the partners with payments and both surveyed rounds, where these are enough partners.

    `base` is what each partner paid to third parties.
    """
    rounds: dict[int, Mapping[UUID, int]] = {1: base, **_surveyed(base, rows)}
    whole = [who for who in base if who in rounds[2] and who in rounds[3]]
    told = {f"round {number}": {who: of[who] for who in whole} for number, of in rounds.items()}
    if whole and not is_group_safe(told, agreed, rule):
        return None, "withheld"
    sums: Sequence[int | None] = [sum(of.values()) if whole else None for of in told.values()]
    first = sums[0] if whole else (sum(base.values()) or None)
    multiplier: Multiplier = local_multiplier(first, sums[1], sums[2])
    return multiplier.value, multiplier.reason


def _surveyed(base: Mapping[UUID, int], rows: Iterable[RowMapping]) -> dict[int, Mapping[UUID, int]]:
    """What each partner with payments found of its second and third round."""
    rounds: dict[int, dict[UUID, int]] = {2: {}, 3: {}}
    for row in rows:
        if row["organisation_id"] in base:
            rounds[row["round"]][row["organisation_id"]] = row["pence"]
    return dict(rounds)


def published_category(cell: SpendCell) -> PublishedSpendCell:
    """A category as it is published, with what of it could be retained."""
    outside = cell.splits["local"].no
    return published_cell(
        cell,
        "Other categories" if cell.key == OTHER else cell.label,
        retainable(outside, int(cell.has_local_supplier)),
    )


def published_cell(cell: SpendCell, label: str, retainable_pence: int | None) -> PublishedSpendCell:
    """A cell as it is published; a withheld one keeps its name and loses its figures."""
    if cell.is_withheld:
        return PublishedSpendCell(
            key=cell.key,
            label=label,
            third_party_gbp=None,
            local=None,
            sme=None,
            vcse=None,
            retainable_gbp=None,
            suppressed=True,
        )
    return PublishedSpendCell(
        key=cell.key,
        label=label,
        third_party_gbp=gbp_from_pence(cell.pence),
        local=_split(cell.splits["local"]),
        sme=_split(cell.splits["sme"]),
        vcse=_split(cell.splits["vcse"]),
        retainable_gbp=None if retainable_pence is None else gbp_from_pence(retainable_pence),
        suppressed=False,
    )


def _split(split: Split) -> SpendSplit:
    return SpendSplit(
        yes_gbp=gbp_from_pence(split.yes),
        no_gbp=gbp_from_pence(split.no),
        unknown_gbp=gbp_from_pence(split.unknown),
        yes_share=split.share(split.yes),
        no_share=split.share(split.no),
        unknown_share=split.share(split.unknown),
        no_share_reason=split.no_share_reason,
    )
