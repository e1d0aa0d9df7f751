"""A publication's totals made elsewhere and its value for each £ of contract, on its page and in its CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cdp_common.contracts.contract_ratios import ContractRatio
from cdp_common.contracts.prior_totals import PriorTotalShown
from reporting_api.use_cases.publication_wording import day, pounds
from reporting_api.use_cases.section_tables import CsvRow, Section

_WHY_ABSENT = {
    "no_contracts": "no contract with social value is in force",
    "value_unknown": "of some contract it is not known what it is worth",
    "value_nothing": "together the contracts are worth nothing",
    "licensed_left_out": "some social value rests on licensed figures and may not be shown",
    "withheld": "disclosure control withholds its pounds",
}


def ratio_section(ratio: ContractRatio) -> Section:
    """What is said of social value for each £ of contract."""
    if ratio.per_pound is None:
        note = f"Not said, because {_WHY_ABSENT[str(ratio.absent)]}."
    else:
        note = (
            f"£{ratio.per_pound:f} of social value is committed for each £ of contract: "
            f"{pounds(ratio.committed_gbp)} by {ratio.contracts} contracts in force, which are worth "
            f"{pounds(ratio.value_gbp)} without VAT."
        )
    return Section("For each pound of contract", "", (note,))


def ratio_rows(ratio: ContractRatio) -> Iterator[CsvRow]:
    """The ratio, where there is one."""
    if ratio.per_pound is not None:
        yield CsvRow(
            "contracts", "procurement", "Procurement", "committed", "per_pound", f"{ratio.per_pound:f}"
        )
        yield CsvRow("contracts", "procurement", "Procurement", "", "contract_value", f"{ratio.value_gbp:f}")


def prior_section(totals: Sequence[PriorTotalShown]) -> Section:
    """Totals made elsewhere, apart from the figures."""
    return Section(
        "Totals made elsewhere",
        "Totals that are in no figure of this report, and cannot be recomputed here",
        ("They were made before, or by others, by methods of their own. None is added to this report.",),
        ("Total", "Period", "Pounds", "Published by", "Validated by", "Basis", "Source"),
        tuple(
            (
                one.title,
                f"{day(one.period_start)} to {day(one.period_end)}",
                pounds(one.amount_gbp),
                one.publisher,
                one.validated_by or "not stated",
                one.basis,
                "not stated" if one.url is None else str(one.url),
            )
            for one in totals
        ),
    )


def prior_rows(totals: Sequence[PriorTotalShown]) -> Iterator[CsvRow]:
    """Totals made elsewhere, each with who published it."""
    for one in totals:
        amount = f"{one.amount_gbp:f}"
        yield CsvRow("prior_total", str(one.id), one.title, "", "pounds_made_elsewhere", amount)
