"""A tender's states, what its terms must hold, and when bids may come and be opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput
from cdp_common.kernel.exact import decimal_places
from procurement_api.domain.contract_period import ContractPeriod, period_faults

TenderState = Literal["draft", "published", "closed", "evaluated", "awarded", "cancelled"]
FULL_WEIGHT = Decimal(100)
WHOLE = Decimal(1)
MAX_DECIMALS = 4
"""Of weights and shares: their products stay exact and within the eighteen digits that the wire carries."""
LONGEST_WAIT = timedelta(days=3660)
"""Between publication and the deadline; a slip in the year is found before it seals bids for good."""


class TermsInvalid(InvalidInput):
    """What is stated of the terms of a tender breaks a rule; each fault is named."""

    code = "terms_invalid"
    title = "The terms are not valid"


class TenderStateWrong(Conflict):
    """The tender's state does not allow this step."""

    code = "tender_state_wrong"
    title = "The tender's state does not allow this"


class TenderOcidTaken(Conflict):
    """The buyer has a tender of this contracting process."""

    code = "tender_ocid_taken"
    title = "The buyer has a tender with this ocid already"


class TermsMissing(Conflict):
    """A tender without terms cannot be published."""

    code = "terms_missing"
    title = "The tender's terms have not been set"


class TenderAwardedElsewhere(Conflict):
    """The notice that the tender was imported from tells of an award: there is nothing left to bid for."""

    code = "tender_awarded_elsewhere"
    title = "The tender has been awarded elsewhere"


class TenderClosed(Conflict):
    """The deadline has passed: nothing can be submitted, replaced or withdrawn."""

    code = "tender_closed"
    title = "The deadline has passed"


class DeadlineNotPassed(Conflict):
    """Bids are sealed until the deadline."""

    code = "deadline_not_passed"
    title = "The deadline has not passed"


class BidsSealed(Conflict):
    """Nobody can read a bid before it is opened."""

    code = "bids_sealed"
    title = "The bids are sealed"


@dataclass(frozen=True)
class AskedMeasure:
    """What the rules need of a measure that a tender asks for."""

    code: str
    weight: Decimal
    target: Decimal | None
    lots: Sequence[str] = ()
    """The lots that it is asked for; none named means all."""


@dataclass(frozen=True)
class Terms:
    """What the rules need of a tender's terms."""

    measures: Sequence[AskedMeasure]
    method: Literal["relative_to_highest", "against_target"]
    quantitative_share: Decimal
    qualitative_share: Decimal
    social_value_weight: Decimal
    deadline_at: datetime
    contract: ContractPeriod
    award_by: str = "whole"


def require_state(state: str, *allowed: TenderState) -> None:
    """Refuse a step that the tender's state does not allow."""
    if state not in allowed:
        raise TenderStateWrong(f"The tender is {state}; this needs {' or '.join(allowed)}.")


def require_terms_hold(terms: Terms, lots: Collection[str], now: datetime) -> None:
    """Refuse terms whose weights, shares, targets, lots or dates do not hold; every fault is named."""
    faults = [*_measure_faults(terms), *_lot_faults(terms, lots), *_share_faults(terms)]
    faults += period_faults(terms.contract, start_at="/contract_starts_on", end_at="/contract_ends_on")
    faults += _deadline_faults(terms.deadline_at, now)
    if faults:
        raise TermsInvalid("The terms do not hold.", errors=faults)


def require_lots_fit(terms: Terms, lots: Collection[str]) -> None:
    """Refuse lots with which terms that were set before do not hold; the faults are those of the terms."""
    if faults := _lot_faults(terms, lots):
        raise TermsInvalid("The terms do not hold with these lots.", errors=faults)


def _measure_faults(terms: Terms) -> list[FieldError]:
    faults = []
    times = Counter(measure.code for measure in terms.measures)
    for index, measure in enumerate(terms.measures):
        at = f"/measures/{index}"
        if times[measure.code] > 1:
            faults.append(FieldError(f"{at}/measure", "measure_repeated", "A measure is asked for once."))
        if measure.weight <= 0:
            faults.append(FieldError(f"{at}/weight", "weight_not_positive", "A weight is above zero."))
        faults.extend(_precision_faults(f"{at}/weight", measure.weight))
        if terms.method == "against_target" and (measure.target is None or measure.target <= 0):
            words = "Scoring against targets needs one above zero."
            faults.append(FieldError(f"{at}/target", "target_missing", words))
    if sum((measure.weight for measure in terms.measures), Decimal(0)) != FULL_WEIGHT:
        faults.append(FieldError("/measures", "weights_do_not_sum", "The weights of a tender sum to 100."))
    return faults


def _lot_faults(terms: Terms, lots: Collection[str]) -> list[FieldError]:
    faults = []
    if terms.award_by == "lot" and not lots:
        words = "A tender without lots is awarded as a whole."
        faults.append(FieldError("/award_by", "lots_missing", words))
    for index, measure in enumerate(terms.measures):
        times = Counter(measure.lots)
        for place, lot in enumerate(measure.lots):
            at = f"/measures/{index}/lots/{place}"
            if lot not in lots:
                faults.append(FieldError(at, "lot_unknown", "The tender has no such lot."))
            elif times[lot] > 1:
                faults.append(FieldError(at, "lot_repeated", "A lot is named once."))
    return faults


def _share_faults(terms: Terms) -> list[FieldError]:
    faults = [
        *_precision_faults("/scoring/quantitative_share", terms.quantitative_share),
        *_precision_faults("/scoring/qualitative_share", terms.qualitative_share),
        *_precision_faults("/social_value_weight", terms.social_value_weight),
    ]
    if terms.quantitative_share + terms.qualitative_share != WHOLE:
        faults.append(FieldError("/scoring", "shares_do_not_sum", "The two shares of the score sum to 1."))
    return faults


def _deadline_faults(deadline_at: datetime, now: datetime) -> list[FieldError]:
    if deadline_at <= now:
        return [FieldError("/deadline_at", "deadline_passed", "The deadline lies ahead.")]
    if deadline_at > now + LONGEST_WAIT:
        words = f"The deadline lies at most {LONGEST_WAIT.days} days ahead."
        return [FieldError("/deadline_at", "deadline_too_far", words)]
    return []


def _precision_faults(at: str, value: Decimal) -> list[FieldError]:
    if decimal_places(value) <= MAX_DECIMALS:
        return []
    return [FieldError(at, "too_many_decimals", f"At most {MAX_DECIMALS} decimals are taken.")]


def require_submittable(state: str, deadline_at: datetime, received_at: datetime) -> None:
    """Accept if and only if the body was complete before the deadline; at the deadline is late."""
    if state in ("closed", "evaluated", "awarded"):
        raise TenderClosed("The bids have been called in; nothing more is taken.")
    require_state(state, "published")
    if received_at >= deadline_at:
        raise TenderClosed(
            f"The deadline was {deadline_at.isoformat()}; "
            f"the submission was complete at {received_at.isoformat()}."
        )


def require_deadline_passed(now: datetime, deadline_at: datetime, longest_request: timedelta) -> None:
    """Opening waits for the deadline and for the longest request that may still commit."""
    if now < deadline_at + longest_request:
        raise DeadlineNotPassed(f"Bids can be opened from {(deadline_at + longest_request).isoformat()} on.")
