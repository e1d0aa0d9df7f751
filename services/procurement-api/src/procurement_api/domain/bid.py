"""What a bid must hold against the tender as it was published, and which responses count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput
from cdp_common.kernel.input_checks import days_outside
from procurement_api.domain.activities import Claim, activity_faults
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.delivery_profile import WHOLE_CONTRACT, Profile, life_of, profile_faults
from procurement_api.domain.promised_quantity import Amount, Counted, amount_faults, is_plainly_right


class BidInvalid(InvalidInput):
    """What a bid offers does not fit the tender; each fault is named."""

    code = "bid_invalid"
    title = "The bid does not fit the tender"


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
    counted: Counted
    mandatory: bool
    answer_required: bool
    answer_max_chars: int
    needs_industry: bool
    excludes: frozenset[str] = frozenset()
    """Measures under which the same activity is not counted too."""
    lots: frozenset[str] = frozenset()
    """The lots that it is asked for; none named means all."""


@dataclass(frozen=True)
class Demands:
    """What a published tender asks of every bid."""

    measures: Mapping[str, PinnedMeasure]
    lots: frozenset[str]
    contract: ContractPeriod
    by_lot: bool = False
    """Whether each lot has a contract of its own."""


class Line(NamedTuple):
    """What the rules need of one line of a bid. A tuple: thousands are made in the rush before a deadline."""

    measure: str
    lot: str | None
    amount: Amount
    unit: str
    answer: str
    industry: str | None
    activity: str | None = None
    profile: Profile = WHOLE_CONTRACT
    once_if_any_won: bool = False


@dataclass(frozen=True)
class Content:
    """What the rules need of a bid: the lots that it is for, if it names any, and its lines."""

    lots: Sequence[str]
    lines: Sequence[Line]


def require_bid_holds(bid: Content, demands: Demands) -> None:
    """Refuse a bid that does not fit the tender; every fault is named with its pointer.

    A missing written answer is no fault here: the response is disregarded at opening (Torbay's rule).
    """
    if _holds_plainly(bid, demands):
        return
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
        faults.extend(profile_faults(at, line.profile, demands.contract))
        if line.amount.inputs is not None:
            faults.extend(_post_day_faults(at, line, demands.contract))
    faults.extend(_claim_faults(bid, demands))
    if faults:
        raise BidInvalid("The bid does not fit the tender.", errors=faults)


def _holds_plainly(bid: Content, demands: Demands) -> bool:
    """Whether nothing can be wrong with the bid, as with most: told by comparing, with no list made."""
    if bid.lots or len({(line.measure, line.lot) for line in bid.lines}) < len(bid.lines):
        return False
    measures, lots, by_lot = demands.measures, demands.lots, demands.by_lot
    for line in bid.lines:
        measure, lot = measures.get(line.measure), line.lot
        if measure is None or line.once_if_any_won:
            return False
        if lot is None and by_lot:
            return False
        if lot is not None and (lot not in lots or lot not in (measure.lots or lots)):
            return False
        if not _line_holds_plainly(line, measure):
            return False
    return not _missing_faults(bid, demands)


def _line_holds_plainly(line: Line, measure: PinnedMeasure) -> bool:
    return (
        line.unit == measure.counted.unit
        and len(line.answer) <= measure.answer_max_chars
        and (line.industry is not None or not measure.needs_industry)
        and line.activity is None
        and line.profile is WHOLE_CONTRACT
        and is_plainly_right(line.amount, measure.counted)
    )


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
        if line.once_if_any_won and line.lot is not None:
            words = "What is owed once, whichever lot is won, belongs to no single lot."
            faults.append(FieldError(at, "lot_not_expected", words))
        elif demands.by_lot and line.lot is None and not line.once_if_any_won:
            words = "Each lot has its own contract: name the line's lot, or say that it is once_if_any_won."
            faults.append(FieldError(at, "lot_missing", words))
    return faults


def _missing_faults(bid: Content, demands: Demands) -> list[FieldError]:
    if demands.by_lot:
        return _missing_in_lots(bid, demands)
    offered = {line.measure for line in bid.lines}
    return [
        FieldError("/lines", "mandatory_measure_missing", f"Every bid answers for {measure.code}.")
        for measure in demands.measures.values()
        if measure.mandatory and measure.code not in offered and _concerns(measure, bid)
    ]


def _missing_in_lots(bid: Content, demands: Demands) -> list[FieldError]:
    """Each lot has its own contract, so a mandatory measure is answered for in each that the bid is for."""
    offered = {(line.measure, line.lot) for line in bid.lines}
    bid_for = set(bid.lots) or {line.lot for line in bid.lines if line.lot is not None}
    return [
        FieldError("/lines", "mandatory_measure_missing", f"Lot {lot} asks every bid for {measure.code}.")
        for measure in demands.measures.values()
        if measure.mandatory and (measure.code, None) not in offered
        for lot in sorted(bid_for & (measure.lots or demands.lots))
        if (measure.code, lot) not in offered
    ]


def _concerns(measure: PinnedMeasure, bid: Content) -> bool:
    """Whether the measure is asked for in a lot that the bid is for; a bid without lots is for all."""
    return not measure.lots or not bid.lots or not measure.lots.isdisjoint(bid.lots)


def _line_faults(at: str, line: Line, measure: PinnedMeasure) -> list[FieldError]:
    faults = amount_faults(at, line.amount, measure.counted)
    if line.unit != measure.counted.unit:
        words = f"This measure is counted in {measure.counted.unit}."
        faults.append(FieldError(f"{at}/unit", "unit_mismatch", words))
    if measure.lots and line.lot is not None and line.lot not in measure.lots:
        words = "The measure is not asked for in this lot."
        faults.append(FieldError(f"{at}/lot", "measure_not_asked_in_lot", words))
    if len(line.answer) > measure.answer_max_chars:
        words = f"The answer has at most {measure.answer_max_chars} characters."
        faults.append(FieldError(f"{at}/answer", "answer_too_long", words))
    if measure.needs_industry and line.industry is None:
        faults.append(FieldError(f"{at}/industry", "industry_missing", "This measure is valued by industry."))
    return faults


def _post_day_faults(at: str, line: Line, contract: ContractPeriod) -> list[FieldError]:
    life = life_of(line.profile, contract)
    outside = days_outside(line.amount.inputs, life.starts_on, life.ends_on)
    return [FieldError(f"{at}/{field}", code, words) for field, code, words in outside]


def _claim_faults(bid: Content, demands: Demands) -> Iterator[FieldError]:
    contract = demands.contract
    claims = [
        Claim(index, line.activity, line.measure, line.amount.target_group, life_of(line.profile, contract))
        for index, line in enumerate(bid.lines)
        if line.activity is not None
    ]
    return activity_faults(claims, {code: measure.excludes for code, measure in demands.measures.items()})


def reason_to_disregard(line: Line, measure: PinnedMeasure) -> str | None:
    """Why a response is not counted: both a quantity and a written answer are needed (Torbay), else None."""
    if line.amount.quantity == 0:
        return "no quantity was offered"
    if measure.answer_required and not line.answer.strip():
        return "the written answer is missing"
    return None
