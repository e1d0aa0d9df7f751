"""A window is whole months and at most two runs of days, each day in exactly one of them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.periods import Period, month_end
from reporting_api.domain.month_parts import parts_of


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


def _period(start: str, end: str) -> Period:
    return Period(date.fromisoformat(start), date.fromisoformat(end))
