"""Days, years and first years."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_common.kernel.periods import Period
from toms_engine.domain.days import YearDays, counted_days, days_by_year, first_year_from

starts = st.dates(date(1950, 1, 1), date(2150, 1, 1))


@settings(deadline=None)
@given(starts)
def test_twelve_months_from_any_day_weigh_one_year(day):
    assert counted_days(first_year_from(day)) == 365


@settings(deadline=None)
@given(starts, st.integers(0, 4000))
def test_the_days_by_year_are_the_days_of_the_period(day, length):
    period = Period(day, date.fromordinal(day.toordinal() + length))
    parts = days_by_year(period)
    assert sum(part.days for part in parts) == period.days
    assert [part.year for part in parts] == list(range(period.start.year, period.end.year + 1))


def test_a_period_is_parted_at_new_year():
    assert days_by_year(Period(date(2024, 12, 31), date(2025, 1, 1))) == (
        YearDays(2024, 1),
        YearDays(2025, 1),
    )


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2025, 4, 1), date(2026, 3, 31)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 3, 1), date(2024, 2, 29)),
        (date(2200, 6, 1), date(2200, 12, 31)),  # where the platform's calendar ends
    ],
)
def test_the_first_year_ends_before_the_anniversary(day, last):
    assert first_year_from(day) == Period(day, last)
