"""What a bidder is asked to fill in: a row per lot and measure, and the texts of its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

ASKED = (
    *("lot", "lot_title", "measure", "title", "guidance", "unit", "decimals", "minimum", "maximum"),
    *("mandatory", "answer_required", "answer_max_chars", "scored"),
)
"""The columns that a template says; a bidder leaves them as they are."""

FILLED = ("quantity", "answer", "industry", "area_code")
"""The columns that a bidder fills in, where the tender asks for them."""

COLUMNS = (*ASKED, *FILLED)


@dataclass(frozen=True)
class FormMeasure:
    """A measure as the form shows it."""

    code: str
    title: str
    guidance: str
    unit: str
    decimals: int
    negative_allowed: bool
    maximum: Decimal | None
    mandatory: bool
    answer_required: bool
    answer_max_chars: int
    needs_industry: bool
    weight: Decimal
    target: Decimal | None
    lots: frozenset[str]


@dataclass(frozen=True)
class Scoring:
    """How answers to the form are scored."""

    method: str
    quantitative_share: Decimal
    qualitative_share: Decimal
    scale_max: int


@dataclass(frozen=True)
class FormRow:
    """One line to fill in."""

    lot: str | None
    lot_title: str | None
    measure: FormMeasure


def form_rows(measures: Sequence[FormMeasure], lots: Mapping[str, str]) -> list[FormRow]:
    """A row per lot and measure asked in it, in the tender's order; without lots one per measure."""
    if not lots:
        return [FormRow(None, None, measure) for measure in measures]
    return [
        FormRow(lot, title, measure)
        for lot, title in lots.items()
        for measure in measures
        if not measure.lots or lot in measure.lots
    ]


def cells_of(row: FormRow, scoring: Scoring) -> dict[str, str]:
    """The texts of a row's cells by column; those to fill in are empty."""
    measure = row.measure
    asked = {
        "lot": row.lot or "",
        "lot_title": row.lot_title or "",
        "measure": measure.code,
        "title": measure.title,
        "guidance": measure.guidance,
        "unit": measure.unit,
        "decimals": str(measure.decimals),
        "minimum": "" if measure.negative_allowed else "0",
        "maximum": "" if measure.maximum is None else format(measure.maximum, "f"),
        "mandatory": _yes_or_no(measure.mandatory),
        "answer_required": _yes_or_no(measure.answer_required),
        "answer_max_chars": str(measure.answer_max_chars),
        "scored": scored_words(measure, scoring),
    }
    return {**asked, **dict.fromkeys(FILLED, "")}


def scored_words(measure: FormMeasure, scoring: Scoring) -> str:
    """How an answer for the measure is scored, in words."""
    basis = "against the highest bid"
    if scoring.method == "against_target" and measure.target is not None:
        basis = f"against the published target of {measure.target:f}, capped"
    by_value, by_answer = _percent(scoring.quantitative_share), _percent(scoring.qualitative_share)
    return (
        f"{measure.weight:f} % of the points for social value: {by_value} % of them by value {basis}, "
        f"{by_answer} % by the written answer, 0 to {scoring.scale_max}"
    )


def _percent(share: Decimal) -> str:
    return format((share * 100).normalize(), "f")


def _yes_or_no(value: bool) -> str:
    return "yes" if value else "no"
