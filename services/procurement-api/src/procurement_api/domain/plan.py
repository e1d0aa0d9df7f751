"""Which plans of own activity a partner may adopt, vary and withdraw.

A partner's annual plan of own activity is adopted as agreements are (domain facts, section 4). It has one
party, which promises to nobody in particular, and it belongs to the partner's membership: later dues of a
leaver end unless an agreement goes on (section 2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, Forbidden, InvalidInput
from procurement_api.domain.contract_period import ContractPeriod, period_faults
from procurement_api.domain.delivery_profile import Profile, profile_faults
from procurement_api.domain.due_parts import Promise
from procurement_api.domain.varied_lines import VariationInvalid, VariedLine, varied_lines_faults


class PlanInvalid(InvalidInput):
    """What is stated of a plan, or of its withdrawal, breaks a rule; each fault is named."""

    code = "plan_invalid"
    title = "The plan is not valid"


class NotAMember(Forbidden):
    """Only a partner of the place, for all of the plan's days, adopts a plan there."""

    code = "not_a_member"
    title = "The organisation is no partner of the place on every day of the plan"


class PlanReferenceTaken(Conflict):
    """The partner has a plan under this reference."""

    code = "plan_reference_taken"
    title = "The partner has a plan under this reference already"


class PlanPeriodTaken(Conflict):
    """The partner has a plan for some of these days in the place."""

    code = "plan_period_taken"
    title = "The partner has a plan for some of these days already"


class PlanWithdrawn(Conflict):
    """The plan has been withdrawn before."""

    code = "plan_withdrawn"
    title = "The plan was withdrawn already"


@dataclass(frozen=True)
class MemberDays:
    """The days of a membership, both included; it goes on while it has no last one."""

    membership_id: UUID
    since: date
    until: date | None

    def covers(self, life: ContractPeriod) -> bool:
        """Whether the organisation is a partner on every day of the plan."""
        return self.since <= life.starts_on and (self.until is None or life.ends_on <= self.until)


@dataclass(frozen=True)
class StandingPlan:
    """A plan as it stands before a change."""

    life: ContractPeriod
    adopted_on: date
    changed_on: date | None
    """From when on the last variation holds."""
    withdrawn_on: date | None
    lines: Mapping[UUID, Promise]


def require_plan_holds(adopted_on: date, life: ContractPeriod, profiles: Sequence[Profile]) -> None:
    """Refuse dates or lines that do not hold; `profiles` has one per line. Every fault is named."""
    faults = period_faults(life, start_at="/starts_on", end_at="/ends_on")
    if not faults and adopted_on > life.ends_on:
        words = "What is over when it is adopted promises nothing."
        faults.append(FieldError("/adopted_on", "adopted_after_end", words))
    for index, profile in enumerate(profiles):
        faults += profile_faults(f"/lines/{index}", profile, life)
    if faults:
        raise PlanInvalid("The plan does not hold.", errors=faults)


def require_member(memberships: Sequence[MemberDays], life: ContractPeriod) -> MemberDays:
    """The membership in which the plan is adopted; without one that has all of its days it is refused."""
    for membership in memberships:
        if membership.covers(life):
            return membership
    raise NotAMember("A plan is adopted for days on which the organisation is a partner of the place.")


def require_plan_variation_holds(
    standing: StandingPlan, effective_on: date, lines: Sequence[VariedLine], new_profiles: Sequence[Profile]
) -> None:
    """Refuse a date or lines that do not hold; every fault is named."""
    require_standing(standing)
    life = standing.life
    faults = _date_faults(standing, effective_on)
    if not faults:
        faults += varied_lines_faults(standing.lines, lines, effective_on, life.ends_on)
        rest = ContractPeriod(max(effective_on, life.starts_on), life.ends_on)
        for index, profile in enumerate(new_profiles):
            faults += profile_faults(f"/new_lines/{index}", profile, rest)
    if not lines and not new_profiles:
        faults.append(FieldError("", "nothing_varied", "State what changes."))
    if faults:
        raise VariationInvalid("The variation does not hold.", errors=faults)


def require_withdrawal_holds(standing: StandingPlan, effective_on: date) -> None:
    """Refuse to withdraw a plan twice, outside its life, or before a variation of it."""
    require_standing(standing)
    faults = _date_faults(standing, effective_on)
    if faults:
        raise PlanInvalid("The withdrawal does not hold.", errors=faults)


def require_standing(standing: StandingPlan) -> None:
    """Refuse to change what was withdrawn."""
    if standing.withdrawn_on is not None:
        raise PlanWithdrawn(f"The plan was withdrawn from {standing.withdrawn_on}.")


def _date_faults(standing: StandingPlan, effective_on: date) -> list[FieldError]:
    if not standing.adopted_on <= effective_on <= standing.life.ends_on:
        words = "A plan changes between its adoption and its last day."
        return [FieldError("/effective_on", "outside_plan", words)]
    if standing.changed_on is not None and effective_on < standing.changed_on:
        words = f"The last variation holds from {standing.changed_on}: later changes do not begin before it."
        return [FieldError("/effective_on", "before_earlier_change", words)]
    return []
