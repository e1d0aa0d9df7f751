"""What signing and ending a commitment enter in the ledger."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reporting_api.builders import NOW, amounts, commitment, ids, promised

from cdp_common.kernel.periods import Period
from reporting_api.domain.commitments import (
    ScheduledShare,
    ScheduleNotWhole,
    entries_of_commitment,
    entries_of_ending,
    instalments_of,
)


def test_equal_monthly_parts_fall_due_at_month_ends():
    parts = instalments_of(promised())
    assert len(parts) == 24
    assert {part.amounts.social_pence for part in parts} == {1000}
    assert [part.due_on for part in parts[:3]] == [date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)]
    assert parts[-1].due_on == date(2028, 3, 31)


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 2000),
    st.integers(-(10**12), 10**12),
)
def test_instalments_sum_to_the_line_and_lie_within_it(start, days, pence):
    period = Period(start, start + timedelta(days=days))
    parts = instalments_of(promised(period=period, amounts=amounts(pence)))
    assert sum(part.amounts.social_pence for part in parts) == pence
    assert sum(part.counted_quantity for part in parts) == Decimal(24)
    assert parts[-1].due_on == period.end
    assert all(period.contains(part.due_on) for part in parts)


def test_a_schedule_is_taken_in_the_order_of_its_days():
    schedule = (
        ScheduledShare(date(2027, 1, 1), Decimal("0.6")),
        ScheduledShare(date(2026, 5, 1), Decimal("0.4")),
    )
    parts = instalments_of(promised(schedule=schedule))
    assert [(part.due_on, part.amounts.social_pence) for part in parts] == [
        (date(2026, 5, 1), 9600),
        (date(2027, 1, 1), 14400),
    ]


def test_a_schedule_that_is_not_whole_is_refused():
    schedule = (ScheduledShare(date(2027, 1, 1), Decimal("0.99")),)
    with pytest.raises(ScheduleNotWhole):
        instalments_of(promised(schedule=schedule))


def test_signing_enters_the_whole_value_and_every_instalment():
    entries = entries_of_commitment(commitment(), ids(), NOW)
    assert [entry.figure for entry in entries] == ["committed"] + ["due"] * 24
    whole = entries[0]
    assert (whole.amounts.social_pence, whole.effective_on) == (24000, date(2026, 3, 15))
    assert whole.period == Period(date(2026, 4, 1), date(2028, 3, 31))
    assert len({entry.id for entry in entries}) == 25
    assert {entry.route for entry in entries} == {"procurement"}


def test_a_framework_agreement_enters_nothing():
    assert entries_of_commitment(commitment(kind="framework_agreement"), ids(), NOW) == []


def test_ending_takes_back_what_is_due_after_the_day():
    entries = entries_of_commitment(commitment(), ids(), NOW)
    ended = entries_of_ending(entries, date(2026, 5, 31), ids(5000), NOW)
    whole, *parts = ended
    assert (whole.figure, whole.effective_on) == ("committed", date(2026, 5, 31))
    assert whole.amounts.social_pence == -24000
    assert len(parts) == 22  # April and May are owed, the last of them on the very day
    assert {part.amounts.social_pence for part in parts} == {-1000}
    by_id = {entry.id: entry for entry in entries}
    assert all(by_id[part.reverses].effective_on == part.effective_on for part in parts if part.reverses)


def test_what_ends_before_a_change_of_it_is_out_of_force_until_the_change_too():
    whole = entries_of_commitment(commitment(), ids(), NOW)[0]
    change = date(2026, 12, 1)
    gap, over = entries_of_ending([], date(2026, 10, 23), ids(5000), NOW, [(whole, change)])
    assert (gap.amounts.social_pence, gap.effective_on, gap.reverses) == (-24000, date(2026, 10, 23), None)
    assert (over.amounts.social_pence, over.effective_on, over.reverses) == (24000, change, gap.id)
    assert entries_of_ending([], change, ids(5000), NOW, [(whole, change)]) == []


def test_ending_before_signing_takes_effect_at_signing():
    entries = entries_of_commitment(commitment(), ids(), NOW)
    [whole, *parts] = entries_of_ending(entries, date(2026, 1, 1), ids(5000), NOW)
    assert whole.effective_on == date(2026, 3, 15)
    assert len(parts) == 24
