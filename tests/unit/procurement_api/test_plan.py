"""The rules for plans of own activity, at both sides of every boundary."""

from datetime import date
from decimal import Decimal

import pytest

from cdp_common.kernel.errors import InvalidInput
from cdp_common.kernel.identifiers import new_id
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.delivery_profile import WHOLE_CONTRACT, Profile
from procurement_api.domain.due_parts import Part, Promise, nothing_of
from procurement_api.domain.plan import (
    MemberDays,
    NotAMember,
    PlanInvalid,
    PlanWithdrawn,
    StandingPlan,
    require_member,
    require_plan_holds,
    require_plan_variation_holds,
    require_withdrawal_holds,
)
from procurement_api.domain.varied_lines import VariationInvalid, VariedLine

YEAR = ContractPeriod(date(2026, 4, 1), date(2027, 3, 31))
WHOLE = Part(Decimal(120), Decimal(120), 215520, 0, 0, None, None)
LINE = new_id()


def standing(changed_on: date | None = None, withdrawn_on: date | None = None) -> StandingPlan:
    """A plan of 120 hours in twelve months."""
    promise = Promise(WHOLE, nothing_of(WHOLE), YEAR.starts_on, YEAR.ends_on, ())
    return StandingPlan(YEAR, date(2026, 3, 20), changed_on, withdrawn_on, {LINE: promise})


def found(refused: pytest.ExceptionInfo[InvalidInput]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in refused.value.errors]


@pytest.mark.parametrize(
    ("since", "until", "covers"),
    [
        (date(2026, 4, 1), None, True),
        (date(2026, 4, 2), None, False),
        (date(2022, 9, 29), date(2027, 3, 31), True),
        (date(2022, 9, 29), date(2027, 3, 30), False),
    ],
)
def test_a_membership_has_every_day_of_the_plan_or_does_not_carry_it(
    since: date, until: date | None, covers: bool
) -> None:
    other = MemberDays(new_id(), date(2020, 1, 1), date(2020, 12, 31))
    membership = MemberDays(new_id(), since, until)
    if covers:
        assert require_member([other, membership], YEAR) is membership
    else:
        with pytest.raises(NotAMember):
            require_member([other, membership], YEAR)


def test_what_is_over_when_it_is_adopted_is_refused() -> None:
    require_plan_holds(date(2027, 3, 31), YEAR, [WHOLE_CONTRACT])
    with pytest.raises(PlanInvalid) as refused:
        require_plan_holds(date(2027, 4, 1), YEAR, [WHOLE_CONTRACT, Profile(ends_on=date(2027, 4, 1))])
    assert found(refused) == [
        ("/adopted_on", "adopted_after_end"),
        ("/lines/1/ends_on", "outside_contract"),
    ]


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 3, 19), "outside_plan"),
        (date(2026, 3, 20), None),
        (date(2027, 3, 31), None),
        (date(2027, 4, 1), "outside_plan"),
    ],
)
def test_a_plan_changes_between_its_adoption_and_its_last_day(day: date, code: str | None) -> None:
    ended = VariedLine(LINE, None, True, None, ())
    for refuses in (
        lambda: require_withdrawal_holds(standing(), day),
        lambda: require_plan_variation_holds(standing(), day, [ended], []),
    ):
        if code is None:
            refuses()
            continue
        with pytest.raises((PlanInvalid, VariationInvalid)) as refused:
            refuses()
        assert found(refused) == [("/effective_on", code)]


def test_changes_come_one_after_the_other_and_none_after_the_end() -> None:
    varied = standing(changed_on=date(2026, 7, 1))
    require_withdrawal_holds(varied, date(2026, 7, 1))
    with pytest.raises(PlanInvalid) as refused:
        require_withdrawal_holds(varied, date(2026, 6, 30))
    assert found(refused) == [("/effective_on", "before_earlier_change")]
    with pytest.raises(PlanWithdrawn):
        require_withdrawal_holds(standing(withdrawn_on=date(2026, 7, 1)), date(2026, 8, 1))


def test_a_varied_line_promises_at_least_what_is_due_and_new_ones_run_within_the_plan() -> None:
    day = date(2026, 7, 1)  # thirty of the hours are due
    require_plan_variation_holds(standing(), day, [VariedLine(LINE, Decimal(30), False, None, ())], [])
    beyond = Profile(starts_on=date(2026, 6, 30))
    less = VariedLine(LINE, Decimal("29.99"), False, None, ())
    with pytest.raises(VariationInvalid) as refused:
        require_plan_variation_holds(standing(), day, [less], [WHOLE_CONTRACT, beyond])
    assert found(refused) == [
        ("/lines/0/quantity", "below_due"),
        ("/new_lines/1/starts_on", "outside_contract"),
    ]
    with pytest.raises(VariationInvalid) as refused:
        require_plan_variation_holds(standing(), day, [], [])
    assert found(refused) == [("", "nothing_varied")]
