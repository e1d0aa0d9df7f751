"""The days of a membership."""

from datetime import date

import pytest

from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import PeriodOutOfRange
from partners_api.domain.memberships import (
    Membership,
    MembershipEnded,
    MembershipEndsBeforeStart,
    ended,
    require_days_in_order,
)

START = date(2022, 9, 29)


def membership(valid_to: date | None = None) -> Membership:
    return Membership(
        id=new_id(),
        place_id=new_id(),
        organisation_id=new_id(),
        role="partner",
        valid_from=START,
        valid_to=valid_to,
        named_totals_agreed=False,
        assumed=True,
        source="joined",
        end_source=None,
        version=1,
    )


def test_one_day_is_a_membership_and_a_day_less_is_not() -> None:
    require_days_in_order(START, START)
    with pytest.raises(MembershipEndsBeforeStart) as refused:
        require_days_in_order(START, date(2022, 9, 28))
    assert [e.pointer for e in refused.value.errors] == ["/valid_to"]


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2201, 1, 1)])
def test_days_lie_in_the_years_that_the_platform_holds(day: date) -> None:
    with pytest.raises((PeriodOutOfRange, MembershipEndsBeforeStart)):
        require_days_in_order(day, None if day < START else date(2300, 1, 1))


def test_an_end_keeps_everything_else_and_says_where_it_is_known_from() -> None:
    before = membership()
    after = ended(before, date(2023, 10, 23), "partner list")

    assert after.valid_to == date(2023, 10, 23)
    assert (after.source, after.end_source, after.version) == ("joined", "partner list", 2)
    assert (after.id, after.valid_from, after.assumed) == (before.id, START, True)


def test_an_end_is_brought_forward_and_never_put_off() -> None:
    until = membership(date(2023, 10, 23))

    assert ended(until, date(2023, 10, 22), "x").valid_to == date(2023, 10, 22)
    for day in (date(2023, 10, 23), date(2023, 10, 24)):
        with pytest.raises(MembershipEnded):
            ended(until, day, "x")


def test_an_end_before_the_start_is_refused() -> None:
    assert ended(membership(), START, "x").valid_to == START
    with pytest.raises(MembershipEndsBeforeStart):
        ended(membership(), date(2022, 9, 28), "x")
