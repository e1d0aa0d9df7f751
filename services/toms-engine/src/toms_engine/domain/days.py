"""How days make years: for time-weighting, for series by year, and for first-year rules."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from cdp_common.kernel.periods import LAST_YEAR, Period

DAYS_IN_THE_YEAR = 365


@dataclass(frozen=True, slots=True)
class YearDays:
    """How many days of a period lie in one calendar year."""

    year: int
    days: int


def counted_days(period: Period) -> int:
    """The days of a period that count towards a year of 365: all but 29 February.

    So any year, from whatever day it runs, weighs exactly one: the four quarters of a leap year as well as
    those of the financial year around it, which no share of a calendar year's days can do for both.
    """
    leap_days = (date(year, 2, 29) for year in range(period.start.year, period.end.year + 1) if isleap(year))
    return period.days - sum(period.contains(day) for day in leap_days)


@lru_cache(maxsize=1024)  # the lines of a request have few periods between them
def days_by_year(period: Period) -> tuple[YearDays, ...]:
    """The calendar years that a period touches, each with the number of its days in the period."""
    return tuple(
        YearDays(year, (min(period.end, date(year, 12, 31)) - max(period.start, date(year, 1, 1))).days + 1)
        for year in range(period.start.year, period.end.year + 1)
    )


def first_year_from(day: date) -> Period:
    """The twelve months that begin on a day, as far as the platform's calendar reaches."""
    try:
        anniversary = day.replace(year=day.year + 1)
    except ValueError:  # 29 February: its year is complete when 1 March comes
        anniversary = date(day.year + 1, 3, 1)
    return Period(day, min(anniversary - timedelta(days=1), date(LAST_YEAR, 12, 31)))


def common_part(one: Period, other: Period) -> Period | None:
    """The days that two periods share, none where they share no day."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Period(start, end) if start <= end else None
