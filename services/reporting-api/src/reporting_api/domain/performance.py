"""How a contract's key performance indicators are rated for a period (Procurement Act 2023, section 71).

The rating is the buyer's judgement. Where an indicator is of a commitment and the buyer gives no rating, it
is worked out of what was validated and what fell due in the period, by a rule that is data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from cdp_common.kernel.periods import Period

Rating = Literal["good", "approaching_target", "requires_improvement", "inadequate", "other"]
RatedBy = Literal["buyer", "rule"]

UNCOUNTED_UNITS = frozenset({"percentage", "text"})
"""Quantities of these do not add up over a period: the buyer rates such indicators itself."""


class ContractNotFound(NotFound):
    """No contract of the caller's own has this id."""

    code = "contract_not_found"
    title = "There is no such contract of yours"


class OcidUnknown(InvalidInput):
    """Nothing was published about the contracting process, or the contract is not in it."""

    code = "ocid_unknown"
    title = "The contracting process does not hold this contract"


class IndicatorsMissing(Conflict):
    """The contract has no key performance indicators, so that there is nothing to rate."""

    code = "indicators_missing"
    title = "The contract has no key performance indicators"


class PeriodNotOver(InvalidInput):
    """Performance is told of periods that are over."""

    code = "period_not_over"
    title = "The period is not over"


class RatingsInvalid(InvalidInput):
    """The ratings do not fit the contract's indicators; the faults say which and why."""

    code = "ratings_invalid"
    title = "The ratings do not fit the contract's indicators"


@dataclass(frozen=True, slots=True)
class RatingRule:
    """From which share of what was due each rating holds; below all of them it is inadequate."""

    version: int
    good_from: Decimal
    approaching_target_from: Decimal
    requires_improvement_from: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """A key performance indicator as the contract's release names it; `line_id` is its commitment, if any."""

    id: str
    title: str
    metric_id: str
    line_id: UUID | None


@dataclass(frozen=True, slots=True)
class Stated:
    """What the buyer says of one indicator."""

    indicator: str
    rating: Rating | None
    notes: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What was validated of a commitment in a period, and what fell due in it."""

    unit: str
    validated_quantity: Decimal
    due_quantity: Decimal
    social_pence: int
    local_pence: int
    licence_framework: str | None
    """Whose licence the pounds need; null when anybody may see them."""
    is_named: bool
    """Whether everybody who delivered agreed to be named with its figures."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """An indicator with its rating for the period, and the delivery behind it where it is of a commitment."""

    indicator: Indicator
    rating: Rating
    rated_by: RatedBy
    notes: str
    delivery: Delivery | None


def require_period_over(period: Period, today: date) -> None:
    """Refuse a period whose last day is still to come or is today."""
    if period.end >= today:
        fault = FieldError("/period_end", "period_not_over", "must lie before today")
        raise PeriodNotOver("Performance is told of periods that are over.", errors=[fault])


def rating_by_rule(delivery: Delivery, rule: RatingRule) -> Rating:
    """The rating by what was validated ÷ what was due; 'other' where nothing was due."""
    if delivery.due_quantity <= 0:
        return "other"
    # Compared as products: no share is rounded.
    validated, due = delivery.validated_quantity, delivery.due_quantity
    if validated >= rule.good_from * due:
        return "good"
    if validated >= rule.approaching_target_from * due:
        return "approaching_target"
    return "requires_improvement" if validated >= rule.requires_improvement_from * due else "inadequate"


def assessed(
    indicators: Sequence[Indicator],
    stated: Sequence[Stated],
    deliveries: Mapping[UUID, Delivery],
    rule: RatingRule,
) -> list[Assessment]:
    """Every indicator with its rating; raises `RatingsInvalid` where one lacks it or what is stated is odd.

    A rating other than the rule's needs notes that say why.
    """
    faults = _stray(indicators, stated)
    by_indicator = {each.indicator: (index, each) for index, each in enumerate(stated)}
    found = []
    for indicator in indicators:
        delivery = None if indicator.line_id is None else deliveries.get(indicator.line_id)
        if delivery is not None and delivery.unit in UNCOUNTED_UNITS:
            delivery = None
        index, said = by_indicator.get(indicator.id, (None, Stated(indicator.id, None, "")))
        worked_out = None if delivery is None else rating_by_rule(delivery, rule)
        rating = said.rating or worked_out
        if rating is None:
            faults.append(_unrated(indicator, index))
            continue
        if worked_out is not None and rating != worked_out and not said.notes:
            words = f"The rule rates it {worked_out}: say in the notes why it is another."
            faults.append(FieldError(f"/ratings/{index}/notes", "notes_missing", words))
        rated_by: RatedBy = "rule" if said.rating is None else "buyer"
        found.append(Assessment(indicator, rating, rated_by, said.notes, delivery))
    if faults:
        raise RatingsInvalid("The ratings do not fit the contract's indicators.", errors=faults)
    return found


def _unrated(indicator: Indicator, index: int | None) -> FieldError:
    pointer = "/ratings" if index is None else f"/ratings/{index}/rating"
    words = f"Indicator {indicator.id} is of nothing that is counted here: rate it."
    return FieldError(pointer, "rating_missing", words)


def _stray(indicators: Sequence[Indicator], stated: Sequence[Stated]) -> list[FieldError]:
    """Ratings of no indicator, or of one that is rated already."""
    known, times = {indicator.id for indicator in indicators}, Counter(each.indicator for each in stated)
    faults = []
    for index, each in enumerate(stated):
        pointer = f"/ratings/{index}/indicator"
        if each.indicator not in known:
            faults.append(FieldError(pointer, "indicator_unknown", "The contract has no such indicator."))
        elif times[each.indicator] > 1:
            faults.append(FieldError(pointer, "indicator_repeated", "An indicator is rated once."))
    return faults
