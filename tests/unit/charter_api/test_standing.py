"""The states of a signature: a fold over dated changes, held against a calendar that is walked day by day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.errors import CdpError, InvalidInput
from charter_api.domain.standing import (
    Change,
    SignaturePeriod,
    period_from,
    require_in_force,
    require_may_follow,
    require_notice_fits,
    require_signed_by,
    standings,
    state_on,
)

START = date(2026, 1, 1)
PERIOD = period_from(START, 12, 30)
SIGNED = Change("signed", START, PERIOD)


def test_the_last_thirty_days_of_a_period_are_its_notice():
    assert SignaturePeriod(START, date(2026, 12, 2), date(2026, 12, 31)) == PERIOD
    assert period_from(START, 1, 27).renewal_due_on == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2025, 12, 31), None),
        (START, "active"),
        (date(2026, 12, 1), "active"),
        (date(2026, 12, 2), "due_for_renewal"),
        (date(2026, 12, 31), "due_for_renewal"),
        (date(2027, 1, 1), "lapsed"),
    ],
)
def test_the_calendar_alone_brings_a_signature_to_its_end(day, state):
    assert state_on(day, [SIGNED]) == state


def test_a_renewal_within_the_notice_leaves_no_gap():
    following = period_from(date(2027, 1, 1), 12, 30)
    renewed = [SIGNED, Change("renewed", date(2026, 12, 10), following)]

    found = standings(renewed, date(2028, 6, 1))

    assert [(one.state, one.from_on) for one in found] == [
        ("active", START),
        ("due_for_renewal", date(2026, 12, 2)),
        ("active", date(2026, 12, 10)),
        ("due_for_renewal", date(2027, 12, 2)),
        ("lapsed", date(2028, 1, 1)),
    ]


def test_a_suspension_has_its_reason_and_does_not_stop_the_calendar():
    changes = [SIGNED, Change("suspended", date(2026, 3, 1), reason="nothing reported")]
    found = standings(changes, date(2027, 2, 1))

    assert [(one.state, one.from_on, one.reason) for one in found] == [
        ("active", START, None),
        ("suspended", date(2026, 3, 1), "nothing reported"),
        ("lapsed", date(2027, 1, 1), None),
    ]


@pytest.mark.parametrize(
    ("decision", "day", "code"),
    [
        ("renewed", date(2026, 12, 1), "renewal_not_due"),
        ("renewed", date(2026, 12, 2), None),
        ("renewed", date(2026, 12, 31), None),
        ("renewed", date(2027, 1, 1), "signature_ended"),
        ("suspended", START, None),
        ("suspended", date(2027, 1, 1), "signature_ended"),
        ("reinstated", START, "signature_not_suspended"),
        ("withdrawn", date(2025, 12, 31), "end_before_signature"),
        ("withdrawn", START, None),
        ("withdrawn", date(2027, 1, 1), "signature_ended"),
    ],
)
def test_what_may_follow_a_signature_in_force(decision, day, code):
    assert refusal(decision, day, [SIGNED], max(day, START)) == code


def test_what_may_follow_a_suspension_and_a_withdrawal():
    day = date(2026, 3, 1)
    suspended = [SIGNED, Change("suspended", day)]
    codes = {
        what: refusal(what, day, suspended, day)
        for what in ("renewed", "suspended", "reinstated", "withdrawn")
    }
    assert codes == {
        "renewed": "signature_suspended",
        "suspended": "signature_suspended",
        "reinstated": None,
        "withdrawn": None,
    }
    withdrawn = [SIGNED, Change("withdrawn", date(2026, 6, 1))]
    assert refusal("suspended", day, withdrawn, day) == "signature_ended"
    assert refusal("withdrawn", date(2026, 2, 28), suspended, day) == "signature_change_decided"


def test_nothing_is_added_unless_the_signature_is_in_force():
    require_in_force("active")
    require_in_force("due_for_renewal")
    codes = []
    for state in ("suspended", "lapsed", "withdrawn"):
        with pytest.raises(CdpError) as refused:
            require_in_force(state)
        codes.append(refused.value.code)
    assert codes == ["signature_suspended", "signature_ended", "signature_ended"]


def test_a_signature_is_of_today_at_the_latest():
    require_signed_by(START, START)
    with pytest.raises(InvalidInput) as refused:
        require_signed_by(START, START - timedelta(days=1))
    assert [fault.code for fault in refused.value.errors] == ["signed_in_future"]


def test_a_notice_is_shorter_than_the_shortest_period():
    require_notice_fits(1, 27)
    with pytest.raises(InvalidInput) as refused:
        require_notice_fits(1, 28)
    assert [fault.code for fault in refused.value.errors] == ["notice_too_long"]


@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.sampled_from(["renewed", "suspended", "reinstated", "withdrawn"]))
    )
)
def test_states_on_every_day_are_those_of_a_calendar_walked_day_by_day(steps):
    """The model keeps one word and two dates, and changes them as days pass and decisions are taken."""
    changes, day = [Change("signed", START, period_from(START, 2, 20))], START
    seen = {}
    for pause, decision in [*steps, (20, "renewed")]:
        for _ in range(pause):
            seen[day] = word_of(day, changes)
            day += timedelta(days=1)
        if refusal(decision, day, changes, day) is None:
            last = changes_period(changes)
            period = (
                period_from(last.expires_on + timedelta(days=1), 2, 20) if decision == "renewed" else None
            )
            changes.append(Change(decision, day, period))
    seen[day] = word_of(day, changes)
    assert {one: state_on(one, changes) for one in seen} == seen
    spans = standings(changes, day)
    assert [(one.from_on, one.state) for one in spans] == [
        (one, state) for one, state in sorted(seen.items()) if seen.get(one - timedelta(days=1)) != state
    ]


def word_of(day: date, changes: list[Change]) -> str:
    """The model: what the last decision left, unless the calendar has overtaken it."""
    word = {"signed": "active", "renewed": "active", "reinstated": "active"}.get(
        changes[-1].kind, changes[-1].kind
    )
    period = changes_period(changes)
    if word != "withdrawn" and day > period.expires_on:
        return "lapsed"
    return "due_for_renewal" if word == "active" and day >= period.renewal_due_on else word


def changes_period(changes: list[Change]) -> SignaturePeriod:
    return [change.period for change in changes if change.period is not None][-1]


def refusal(decision, day: date, changes: list[Change], today: date) -> str | None:
    """The code of the refusal, or None."""
    try:
        require_may_follow(decision, day, changes, today)
    except CdpError as refused:
        return refused.code
    return None
