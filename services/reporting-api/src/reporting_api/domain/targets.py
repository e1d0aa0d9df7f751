"""Targets: numbers to be reached by a day, what counts towards them, and what comes of it at the present
rate.

What counts is added up as the measure's accumulation says. Quantities of flows and stocks add up (a
stock's are weighted by time before they come here). Of `latest` the last statement of each organisation
counts, and those of several organisations together as they stand beside each other; percentages cannot be
put together. A ratio is the sum of the numerators over the sum of the denominators.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from cdp_common.kernel.quantities import QUANTITY_STEP
from reporting_api.domain.disclosure import Contributions, DisclosureRule, is_group_safe
from reporting_api.domain.obligations import RATIO_STEP

Aim = Literal["at_least", "at_most"]
Accumulation = Literal["flow", "stock", "latest", "ratio"]
Standing = Literal["no_data", "reached", "on_track", "behind", "within", "exceeded", "missed"]
TargetFigure = Literal["delivered", "validated"]
TARGET_FIGURES: tuple[TargetFigure, ...] = ("delivered", "validated")

_PERCENT = Decimal(100)
_MILLIONTHS = Decimal(1_000_000)


class TargetNotFound(NotFound):
    """No target has this id."""

    code = "target_not_found"
    title = "There is no such target"


class TargetInvalid(InvalidInput):
    """The target breaks a rule; `errors` lists every fault."""

    code = "target_invalid"
    title = "The target is not valid"


class TargetExists(Conflict):
    """The place has a target with this code already."""

    code = "target_exists"
    title = "The place has a target with this code"


class ProgressNotPublished(NotFound):
    """No publication says how far this target is reached."""

    code = "progress_not_published"
    title = "The target's progress is not published"


@dataclass(frozen=True, slots=True)
class CountedMeasure:
    """A measure that counts towards a target."""

    edition_hash: str
    code: str
    title: str
    unit: str
    accumulation: Accumulation
    is_licensed: bool


@dataclass(frozen=True, slots=True)
class Goal:
    """What a target asks for, and from when on it is counted."""

    value: Decimal
    aim: Aim
    due: date
    counted_from: date | None
    baseline: Decimal | None
    baseline_on: date | None
    accumulation: Accumulation
    unit: str
    counts_people: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """What one organisation stated for a period, standing and added up; of ratios both parts, for periods
    that end on one day."""

    figure: TargetFigure
    deliverer_id: UUID
    period_start: date
    period_end: date
    quantity: Decimal
    denominator: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a target is reached by one figure, and who has how much part in it."""

    quantity: Decimal | None
    contributions: Mapping[UUID, Decimal]
    first_day: date | None
    through: date | None
    is_combinable: bool = True
    is_held_back: bool = False


def require_target_holds(goal: Goal, measures: Sequence[CountedMeasure]) -> None:
    """Refuse a target whose days are out of order, or whose measures cannot be counted together."""
    faults = []
    if goal.counted_from is not None and goal.counted_from > goal.due:
        faults.append(FieldError("/due", "due_before_start", "the last day must not lie before the first"))
    if goal.baseline_on is not None and goal.baseline_on > goal.due:
        faults.append(
            FieldError("/baseline/taken_on", "baseline_after_due", "must not lie after the last day")
        )
    if goal.value < 0 or (goal.value == 0 and goal.aim == "at_least"):
        faults.append(FieldError("/value", "value_not_positive", "must be above zero"))
    if len({(measure.edition_hash, measure.code) for measure in measures}) < len(measures):
        faults.append(FieldError("/measures", "measure_repeated", "a measure is named twice"))
    if len({(measure.unit, measure.accumulation) for measure in measures}) > 1:
        message = "measures that count together have one unit and add up in one way"
        faults.append(FieldError("/measures", "measures_differ", message))
    if any(measure.unit == "text" for measure in measures):
        faults.append(FieldError("/measures", "measure_not_numeric", "a text cannot reach a number"))
    if faults:
        raise TargetInvalid("The target breaks rules; see errors.", errors=faults)


def reached(statements: Iterable[Statement], goal: Goal, figure: TargetFigure) -> Reached:
    """What counts towards a target by one figure."""
    counted = [one for one in statements if one.figure == figure]
    if goal.accumulation == "latest":
        counted = _latest(counted)
    if not counted:
        return Reached(None, {}, None, None)
    first, last = min(one.period_start for one in counted), max(one.period_end for one in counted)
    by_organisation: dict[UUID, Decimal] = defaultdict(Decimal)
    for one in counted:
        by_organisation[one.deliverer_id] += one.quantity
    total = sum((one.quantity for one in counted), start=Decimal(0))
    if goal.accumulation == "ratio":
        whole = sum((one.denominator or Decimal(0) for one in counted), start=Decimal(0))
        scale = _PERCENT if goal.unit == "percentage" else Decimal(1)
        ratio = None if whole == 0 else _stored(total / whole * scale)
        return Reached(ratio, dict(by_organisation), first, last)
    if goal.accumulation == "latest" and goal.unit == "percentage" and len(by_organisation) > 1:
        return Reached(None, dict(by_organisation), first, last, is_combinable=False)
    return Reached(_stored(total), dict(by_organisation), first, last)


def share_reached(quantity: Decimal | None, goal: Goal) -> Decimal | None:
    """The share of the way to the target; from its baseline, where levels are stated rather than added up."""
    start = _start_level(goal)
    if quantity is None or goal.value == start:
        return None
    return ((quantity - start) / (goal.value - start)).quantize(RATIO_STEP, rounding=ROUND_HALF_UP)


def rate_from(found: Reached, goal: Goal) -> date | None:
    """The day from which the present rate is taken; none when there is too little to tell a rate by."""
    if _is_level(goal):
        return goal.baseline_on
    return goal.counted_from or found.first_day


def forecast(found: Reached, goal: Goal) -> Decimal | None:
    """What the last day will show if things go on as they have since the first; none when no rate is known.

    What was reported reaches to `through`; from there to the last day the same happens per day as before.
    """
    since = rate_from(found, goal)
    if found.quantity is None or found.through is None or since is None:
        return None
    days = (found.through - since).days + (0 if _is_level(goal) else 1)
    if days <= 0:
        return None
    left = max((goal.due - found.through).days, 0)
    gained = found.quantity - _start_level(goal)
    return _stored(found.quantity + gained * left / days)


def standing(found: Reached, goal: Goal, today: date) -> Standing:
    """How the target stands on a day."""
    if found.quantity is None:
        return "no_data"
    is_over = today > goal.due
    expected = forecast(found, goal)
    if goal.aim == "at_most":
        if found.quantity > goal.value:
            return "exceeded"
        if is_over:
            return "reached"
        return "within" if expected is not None and expected <= goal.value else "behind"
    if found.quantity >= goal.value:
        return "reached"
    if is_over:
        return "missed"
    return "on_track" if expected is not None and expected >= goal.value else "behind"


def is_publishable(
    contributions: Mapping[UUID, Decimal],
    goal: Goal,
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> bool:
    """Whether a quantity with these contributors may be shown to the public.

    The rule for cells of pounds holds for quantities as well. Of people, a number below the threshold is not
    shown, zero included: were zero shown, whatever is withheld would be known to be at least one.
    """
    if goal.counts_people and abs(sum(contributions.values(), start=Decimal(0))) < rule.minimum_people:
        return False
    scaled: Contributions = {
        "quantity": {who: int(part * _MILLIONTHS) for who, part in contributions.items()}
    }
    return is_group_safe(scaled, agreed, rule)


def held_to(
    found: Reached,
    earlier: Sequence[Reached],
    goal: Goal,
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> Reached | None:
    """What may be published now, given all that was before: as it is, as it was shown last, or none of it.

    Whoever subtracts one publication from another must not learn more than a publication may tell. So the
    change since each earlier one, oldest first in `earlier`, is held to the same rule; while one breaks it,
    the figure stands as it was shown last.
    """
    is_safe = is_publishable(found.contributions, goal, agreed, rule) and all(
        _is_change_safe(found.contributions, before.contributions, goal, agreed, rule) for before in earlier
    )
    if is_safe:
        return found
    return replace(earlier[-1], is_held_back=True) if earlier else None


def is_beside_safe(
    one: Reached, other: Reached, goal: Goal, agreed: frozenset[UUID], rule: DisclosureRule
) -> bool:
    """Whether two figures of a target may be shown beside each other: their difference is held to the
    rule."""
    return _is_change_safe(one.contributions, other.contributions, goal, agreed, rule)


def _is_change_safe(
    now: Mapping[UUID, Decimal],
    before: Mapping[UUID, Decimal],
    goal: Goal,
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> bool:
    change = {
        who: difference
        for who in now.keys() | before.keys()
        if (difference := now.get(who, Decimal(0)) - before.get(who, Decimal(0))) != 0
    }
    return not change or is_publishable(change, goal, agreed, rule)


def _latest(statements: Sequence[Statement]) -> list[Statement]:
    """Each organisation's statements of its last period."""
    last: dict[UUID, date] = {}
    for one in statements:
        last[one.deliverer_id] = max(one.period_end, last.get(one.deliverer_id, one.period_end))
    return [one for one in statements if one.period_end == last[one.deliverer_id]]


def _is_level(goal: Goal) -> bool:
    """Whether what is stated is a level, which moves away from its baseline, and not a sum that grows."""
    return goal.accumulation in ("latest", "ratio")


def _start_level(goal: Goal) -> Decimal:
    return goal.baseline if _is_level(goal) and goal.baseline is not None else Decimal(0)


def _stored(value: Decimal) -> Decimal:
    return value.quantize(QUANTITY_STEP, rounding=ROUND_HALF_UP)
