"""The periods of a window: how it is cut, and what they are called."""

from datetime import date

import pytest

from cdp_common.kernel.periods import Period
from reporting_api.domain.value_periods import (
    Granularity,
    TooManyPeriods,
    financial_year_of,
    key_of,
    label_of,
    periods_of,
)


@pytest.mark.parametrize(
    ("start", "end", "granularity", "labels"),
    [
        (date(2026, 4, 1), date(2026, 6, 30), "month", ["April 2026", "May 2026", "June 2026"]),
        (date(2026, 4, 1), date(2026, 6, 30), "quarter", ["April to June 2026"]),
        (
            date(2026, 3, 31),
            date(2026, 7, 1),
            "quarter",
            ["31 March 2026 to 31 March 2026", "April to June 2026", "1 July 2026 to 1 July 2026"],
        ),
        (
            date(2025, 4, 1),
            date(2027, 3, 31),
            "financial_year",
            ["April 2025 to March 2026", "April 2026 to March 2027"],
        ),
        (
            date(2026, 3, 1),
            date(2026, 4, 30),
            "financial_year",
            ["March 2026", "April 2026"],
        ),
    ],
)
def test_a_window_is_cut_into_its_periods(
    start: date, end: date, granularity: Granularity, labels: list[str]
) -> None:
    window = Period(start, end)
    periods = periods_of(window, granularity)
    assert [label_of(one) for one in periods] == labels
    assert (periods[0].start, periods[-1].end) == (start, end)
    assert sum(one.days for one in periods) == window.days


def test_a_financial_year_ends_with_march() -> None:
    assert financial_year_of(date(2026, 3, 31)) == Period(date(2025, 4, 1), date(2026, 3, 31))
    assert financial_year_of(date(2026, 4, 1)) == Period(date(2026, 4, 1), date(2027, 3, 31))
    assert key_of(financial_year_of(date(2026, 4, 1))) == "2026-04-01/2027-03-31"


def test_sixty_periods_are_given_and_one_more_is_refused() -> None:
    assert len(periods_of(Period(date(2020, 1, 1), date(2024, 12, 31)), "month")) == 60
    with pytest.raises(TooManyPeriods):
        periods_of(Period(date(2020, 1, 1), date(2025, 1, 1)), "month")
