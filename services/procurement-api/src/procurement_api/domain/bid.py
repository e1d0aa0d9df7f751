"""What a bid must hold against the tender as it was published, and which responses count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput
from procurement_api.domain.contract_period import ContractPeriod, Instalment, schedule_faults
from procurement_api.domain.exact import decimal_places

QUANTITY_LIMIT = Decimal(10) ** 15
"""Quantities stay below this, as toms-engine values none above."""


class BidWithdrawn(Conflict):
    """The bid was withdrawn; a new one can be submitted until the deadline."""

    code = "bid_withdrawn"
    title = "The bid was withdrawn"


class BidExists(Conflict):
    """The bidder has a bid for this tender; it is replaced, not doubled."""

    code = "bid_exists"
    title = "The bidder has already submitted a bid for this tender"


@dataclass(frozen=True)
class PinnedMeasure:
    """What was pinned from the edition when the tender was published."""

    code: str
    unit: str
    decimals: int
    negative_allowed: bool
    maximum_per_line: Decimal | None
    mandatory: bool
    answer_required: bool
    answer_max_chars: int
    needs_industry: bool


@dataclass(frozen=True)
class Demands:
    """What a published tender asks of every bid."""

    measures: Mapping[str, PinnedMeasure]
    lots: frozenset[str]
    contract: ContractPeriod


@dataclass(frozen=True)
class Line:
    """What the rules need of one line of a bid."""

    measure: str
    lot: str | None
    quantity: Decimal
    unit: str
    answer: str
    industry: str | None
    schedule: tuple[Instalment, ...] = ()


@dataclass(frozen=True)
class Content:
    """What the rules need of a bid: the lots that it is for, if it names any, and its lines."""

    lots: Sequence[str]
    lines: Sequence[Line]


def require_bid_holds(bid: Content, demands: Demands) -> None:
    """Refuse a bid that does not fit the tender; every fault is named with its pointer.

    A missing written answer is no fault here: the response is disregarded at opening (Torbay's rule).
    """
    faults = [*_lot_faults(bid, demands), *_missing_faults(bid, demands)]
    times = Counter((line.measure, line.lot) for line in bid.lines)
    for index, line in enumerate(bid.lines):
        at = f"/lines/{index}"
        if times[line.measure, line.lot] > 1:
            faults.append(FieldError(f"{at}/measure", "line_repeated", "One line per measure and lot."))
        measure = demands.measures.get(line.measure)
        if measure is None:
            words = "The tender does not ask for this measure."
            faults.append(FieldError(f"{at}/measure", "measure_not_asked", words))
        else:
            faults.extend(_line_faults(at, line, measure))
        faults.extend(schedule_faults(at, line.schedule, demands.contract))
    if faults:
        raise InvalidInput("The bid does not fit the tender.", errors=faults)


def _lot_faults(bid: Content, demands: Demands) -> list[FieldError]:
    faults = []
    times = Counter(bid.lots)
    for index, lot in enumerate(bid.lots):
        if lot not in demands.lots:
            faults.append(FieldError(f"/lots/{index}", "lot_unknown", "The tender has no such lot."))
        if times[lot] > 1:
            faults.append(FieldError(f"/lots/{index}", "lot_repeated", "A lot is named once."))
    for index, line in enumerate(bid.lines):
        at = f"/lines/{index}/lot"
        if line.lot is not None and line.lot not in demands.lots:
            faults.append(FieldError(at, "lot_unknown", "The tender has no such lot."))
        elif line.lot is not None and bid.lots and line.lot not in bid.lots:
            faults.append(FieldError(at, "lot_not_bid_for", "The bid is not for this lot."))
    return faults


def _missing_faults(bid: Content, demands: Demands) -> list[FieldError]:
    offered = {line.measure for line in bid.lines}
    return [
        FieldError("/lines", "mandatory_measure_missing", f"Every bid answers for {measure.code}.")
        for measure in demands.measures.values()
        if measure.mandatory and measure.code not in offered
    ]


def _line_faults(at: str, line: Line, measure: PinnedMeasure) -> list[FieldError]:
    faults = _quantity_faults(f"{at}/quantity", line.quantity, measure)
    if line.unit != measure.unit:
        faults.append(
            FieldError(f"{at}/unit", "unit_mismatch", f"This measure is counted in {measure.unit}.")
        )
    if len(line.answer) > measure.answer_max_chars:
        words = f"The answer has at most {measure.answer_max_chars} characters."
        faults.append(FieldError(f"{at}/answer", "answer_too_long", words))
    if measure.needs_industry and line.industry is None:
        faults.append(FieldError(f"{at}/industry", "industry_missing", "This measure is valued by industry."))
    return faults


def _quantity_faults(at: str, quantity: Decimal, measure: PinnedMeasure) -> list[FieldError]:
    faults = []
    if quantity < 0 and not measure.negative_allowed:
        faults.append(FieldError(at, "quantity_negative", "This measure takes no negative quantity."))
    if decimal_places(quantity) > measure.decimals:
        words = f"This measure takes {measure.decimals} decimals."
        faults.append(FieldError(at, "too_many_decimals", words))
    if abs(quantity) >= QUANTITY_LIMIT:
        faults.append(FieldError(at, "quantity_too_large", f"Quantities stay below {QUANTITY_LIMIT:f}."))
    elif measure.maximum_per_line is not None and abs(quantity) > measure.maximum_per_line:
        words = f"A line of this measure takes at most {measure.maximum_per_line:f}."
        faults.append(FieldError(at, "quantity_too_large", words))
    return faults


def reason_to_disregard(line: Line, measure: PinnedMeasure) -> str | None:
    """Why a response is not counted: both a quantity and a written answer are needed (Torbay), else None."""
    if line.quantity == 0:
        return "no quantity was offered"
    if measure.answer_required and not line.answer.strip():
        return "the written answer is missing"
    return None
