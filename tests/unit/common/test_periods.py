"""Periods include both their days; years are counted from anniversary to anniversary."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.periods import Period, PeriodOutOfRange, PeriodReversed, month_end, quarter_of

DAYS = st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31))
PERIODS = st.builds(
    lambda start, days: Period(start, min(start + timedelta(days), date(2200, 12, 31))),
    DAYS,
    st.integers(0, 4000),
)


def period(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))


def test_a_period_of_one_day_has_one_day() -> None:
    assert period("2026-04-01", "2026-04-01").days == 1


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(PeriodReversed) as refusal:
        period("2026-04-02", "2026-04-01")
    assert refusal.value.code == "period_reversed"


@pytest.mark.parametrize("start, end", [("1899-12-31", "1900-01-01"), ("2200-12-31", "2201-01-01")])
def test_a_period_outside_the_years_is_refused(start: str, end: str) -> None:
    with pytest.raises(PeriodOutOfRange):
        period(start, end)


def test_the_widest_period_is_accepted() -> None:
    assert period("1900-01-01", "2200-12-31").years == Decimal(301)


@pytest.mark.parametrize(
    "other_start, other_end, overlaps",
    [
        ("2026-03-01", "2026-03-31", False),
        ("2026-03-01", "2026-04-01", True),
        ("2026-04-10", "2026-04-12", True),
        ("2026-04-30", "2026-05-31", True),
        ("2026-05-01", "2026-05-31", False),
    ],
)
def test_periods_overlap_when_they_share_a_day(other_start: str, other_end: str, overlaps: bool) -> None:
    april, other = period("2026-04-01", "2026-04-30"), period(other_start, other_end)
    assert april.overlaps(other) is overlaps
    assert other.overlaps(april) is overlaps


def test_both_ends_are_contained() -> None:
    april = period("2026-04-01", "2026-04-30")
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 4, 30), date(2026, 5, 1)]
    assert [april.contains(day) for day in days] == [False, True, True, False]


def test_months_are_cut_to_the_period() -> None:
    assert period("2026-01-15", "2026-03-02").months() == (
        period("2026-01-15", "2026-01-31"),
        period("2026-02-01", "2026-02-28"),
        period("2026-03-01", "2026-03-02"),
    )


@pytest.mark.parametrize(
    "start, end, years",
    [
        ("2026-04-01", "2027-03-31", "1"),
        ("2026-04-01", "2028-03-31", "2"),  # with a leap day
        ("2024-02-29", "2025-02-28", "1"),
        ("2024-02-29", "2028-02-28", "4"),
        ("2023-03-01", "2024-02-29", "1"),
        ("2026-04-01", "2026-04-01", "0.00273973"),
        ("2026-01-01", "2026-06-30", "0.49589041"),
        ("2024-01-01", "2024-12-30", "0.99726776"),
        ("2026-04-01", "2027-04-01", "1.00273224"),
    ],
)
def test_years_count_anniversaries_and_the_share_of_the_rest(start: str, end: str, years: str) -> None:
    assert period(start, end).years == Decimal(years)


@pytest.mark.parametrize(
    "day, start, end",
    [
        ("2026-01-01", "2026-01-01", "2026-03-31"),
        ("2026-06-30", "2026-04-01", "2026-06-30"),
        ("2026-08-15", "2026-07-01", "2026-09-30"),
        ("2026-12-31", "2026-10-01", "2026-12-31"),
    ],
)
def test_a_day_lies_in_its_quarter(day: str, start: str, end: str) -> None:
    assert quarter_of(date.fromisoformat(day)) == period(start, end)


@pytest.mark.parametrize(
    "day, end", [("2026-02-01", "2026-02-28"), ("2024-02-29", "2024-02-29"), ("2026-12-31", "2026-12-31")]
)
def test_a_month_ends_on_its_last_day(day: str, end: str) -> None:
    assert month_end(date.fromisoformat(day)) == date.fromisoformat(end)


@given(PERIODS)
def test_months_cover_the_period_without_gap_or_overlap(given_period: Period) -> None:
    months = given_period.months()
    assert months[0].start == given_period.start
    assert months[-1].end == given_period.end
    assert sum(month.days for month in months) == given_period.days
    for earlier, later in pairwise(months):
        assert later.start == earlier.end + timedelta(days=1)


@given(PERIODS)
def test_years_are_close_to_the_days(given_period: Period) -> None:
    days = Decimal(given_period.days)
    assert days / 366 - Decimal("1E-8") <= given_period.years <= days / 365 + Decimal("1E-8")


@given(PERIODS)
def test_a_longer_period_has_more_years(given_period: Period) -> None:
    if given_period.days > 1:
        shorter = Period(given_period.start, given_period.end - timedelta(days=1))
        assert shorter.years < given_period.years
