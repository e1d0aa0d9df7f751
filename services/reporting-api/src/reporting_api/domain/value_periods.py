"""The periods of a window: what stands by month, quarter or financial year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from cdp_common.kernel.errors import InvalidInput
from cdp_common.kernel.periods import Period, month_end, month_of, quarter_of

Granularity = Literal["month", "quarter", "financial_year"]
"""Calendar months and quarters; a financial year is the twelve months that end with 31 March
(Interpretation Act 1978, schedule 1)."""

MAX_PERIODS = 60
_FIRST_MONTH_OF_FINANCIAL_YEAR = 4
_ONE_DAY = timedelta(days=1)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class TooManyPeriods(InvalidInput):
    """The window has more periods than are answered at once."""

    code = "too_many_periods"
    title = "The window has too many periods"


def financial_year_of(day: date) -> Period:
    """The financial year in which `day` lies."""
    first_year = day.year if day.month >= _FIRST_MONTH_OF_FINANCIAL_YEAR else day.year - 1
    return Period(date(first_year, _FIRST_MONTH_OF_FINANCIAL_YEAR, 1), date(first_year + 1, 3, 31))


_AROUND: Mapping[Granularity, Callable[[date], Period]] = MappingProxyType(
    {"month": month_of, "quarter": quarter_of, "financial_year": financial_year_of}
)


def periods_of(window: Period, granularity: Granularity) -> list[Period]:
    """The periods that a window touches, in order, the first and the last cut to it."""
    found: list[Period] = []
    begun = window.start
    while begun <= window.end:
        if len(found) == MAX_PERIODS:
            raise TooManyPeriods(f"A window may have {MAX_PERIODS} periods; ask for a shorter one.")
        ends = min(_AROUND[granularity](begun).end, window.end)
        found.append(Period(begun, ends))
        begun = ends + _ONE_DAY
    return found


def key_of(period: Period) -> str:
    """The key of a period's cell: its first and last day."""
    return f"{period.start.isoformat()}/{period.end.isoformat()}"


def label_of(period: Period) -> str:
    """The period for a reader: whole months by their names, others by their days."""
    start, end = period.start, period.end
    if start.day != 1 or end != month_end(end):
        return f"{_day(start)} to {_day(end)}"
    if (start.year, start.month) == (end.year, end.month):
        return _month(end)
    return f"{_MONTHS[start.month - 1] if start.year == end.year else _month(start)} to {_month(end)}"


def _month(day: date) -> str:
    return f"{_MONTHS[day.month - 1]} {day.year}"


def _day(day: date) -> str:
    return f"{day.day} {_month(day)}"
