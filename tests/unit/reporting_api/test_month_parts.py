"""A window is whole months and at most two runs of days, each day in exactly one of them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.periods import Period, month_end
from reporting_api.domain.month_parts import buckets_of, parts_of

FINANCIAL_YEAR = ("2025-04-01", "2025-07-01", "2025-10-01", "2026-01-01")
JANUARY_AND_FEBRUARY = ("month 2027-01-01", "month 2027-02-01")


@pytest.mark.parametrize(
    ("window", "whole", "edges", "standing_until"),
    [
        (("2026-04-01", "2026-06-30"), ("2026-04-01", "2026-06-30"), [], "2026-06-30"),
        (
            ("2026-04-02", "2026-06-29"),
            ("2026-05-01", "2026-05-31"),
            [("2026-04-02", "2026-04-30"), ("2026-06-01", "2026-06-29")],
            "2026-05-31",
        ),
        (("2026-04-02", "2026-04-30"), None, [("2026-04-02", "2026-04-30")], "2026-04-30"),
        (("2026-04-01", "2026-04-29"), None, [("2026-04-01", "2026-04-29")], "2026-03-31"),
        (("2024-02-29", "2024-02-29"), None, [("2024-02-29", "2024-02-29")], "2024-02-29"),
        (("2200-12-01", "2200-12-31"), ("2200-12-01", "2200-12-31"), [], "2200-12-31"),
        (("2200-12-02", "2200-12-31"), None, [("2200-12-02", "2200-12-31")], "2200-12-31"),
        (("1900-01-01", "1900-01-02"), None, [("1900-01-01", "1900-01-02")], "1899-12-31"),
    ],
)
def test_windows_fall_into_months_and_days(window, whole, edges, standing_until):
    parts = parts_of(_period(*window))
    assert parts.whole == (None if whole is None else _period(*whole))
    assert parts.edges == tuple(_period(*edge) for edge in edges)
    assert parts.standing_until == date.fromisoformat(standing_until)


DAYS = st.dates(date(2020, 1, 1), date(2023, 12, 31))


@given(DAYS, st.integers(0, 500))
def test_every_day_is_in_one_part(start: date, length: int):
    window = Period(start, start + timedelta(days=length))
    parts = parts_of(window)
    runs = [*parts.edges, *([] if parts.whole is None else [parts.whole])]
    days = sorted(run.start + timedelta(days=n) for run in runs for n in range(run.days))
    assert days == [window.start + timedelta(days=n) for n in range(window.days)]
    if parts.whole is not None:
        assert (parts.whole.start.day, parts.whole.end) == (1, month_end(parts.whole.end))


@pytest.mark.parametrize(
    ("first", "last", "buckets"),
    [
        ("2026-04-01", "2026-06-30", ["quarter 2026-04-01"]),
        ("2026-05-01", "2026-06-30", ["month 2026-05-01", "month 2026-06-01"]),
        ("2025-04-01", "2026-03-31", [f"quarter {day}" for day in FINANCIAL_YEAR]),
        ("2025-12-01", "2027-02-28", ["month 2025-12-01", "year 2026-01-01", *JANUARY_AND_FEBRUARY]),
    ],
)
def test_long_windows_are_few_buckets(first, last, buckets):
    found = buckets_of(_period(first, last))
    assert [f"{bucket.span} {bucket.first}" for bucket in found] == buckets


def test_what_stands_is_every_earlier_year_and_the_months_since():
    parts = parts_of(_period("2026-05-02", "2026-05-30"))
    assert parts.standing_since == date(2026, 1, 1)
    assert [bucket.span for bucket in parts.standing_buckets] == ["quarter", "month"]
    ended = parts_of(_period("2026-12-01", "2026-12-31"))
    assert (ended.standing_since, ended.standing_buckets) == (date(2027, 1, 1), ())


@given(DAYS, st.integers(0, 60))
def test_buckets_hold_every_month_once(start: date, months: int):
    first = start.replace(day=1)
    whole = Period(first, month_end(first + timedelta(days=31 * months)))
    lengths = {"month": 1, "quarter": 3, "year": 12}
    found = buckets_of(whole)
    assert [bucket.first for bucket in found] == sorted({bucket.first for bucket in found})
    assert sum(lengths[bucket.span] for bucket in found) == len(whole.months())


def _period(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))
