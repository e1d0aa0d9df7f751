"""Periods of whole days, both ends included, as contracts and reports state them."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from cdp_common.kernel.errors import InvalidInput

FIRST_YEAR = 1900
LAST_YEAR = 2200
_ONE_DAY = timedelta(days=1)


class PeriodReversed(InvalidInput):
    """The period ends before it starts."""

    code = "period_reversed"
    title = "The period ends before it starts"


class PeriodOutOfRange(InvalidInput):
    """The period reaches outside the years that the platform can hold."""

    code = "period_out_of_range"
    title = "The period is outside the years that can be held"


@dataclass(frozen=True, order=True)
class Period:
    """Whole days from `start` to `end`, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise PeriodReversed(f"{self.start} to {self.end} ends before it starts")
        if self.start.year < FIRST_YEAR or self.end.year > LAST_YEAR:
            raise PeriodOutOfRange(f"periods lie between {FIRST_YEAR} and {LAST_YEAR}")

    @property
    def days(self) -> int:
        """How many days it has; a single day has one."""
        return (self.end - self.start).days + 1

    @property
    def years(self) -> Decimal:
        """Its length in years, counted from anniversary to anniversary, the rest as a share of its own year.

        1 April 2026 to 31 March 2028 is exactly 2, leap years or not; eight decimals, half up.
        """
        day_after = self.end + _ONE_DAY
        whole = day_after.year - self.start.year
        if _anniversary(self.start, whole) > day_after:
            whole -= 1
        begun = _anniversary(self.start, whole)
        rest = Decimal((day_after - begun).days) / (_anniversary(self.start, whole + 1) - begun).days
        return (whole + rest).quantize(Decimal("1E-8"), rounding=ROUND_HALF_UP)

    def whole_years(self) -> tuple["Period", ...]:
        """The years it touches, counted from its first day, in order; the last is cut to the period."""
        starts: list[date] = []
        while (begun := _anniversary(self.start, len(starts))) <= self.end:
            starts.append(begun)
        ends = [*(begun - _ONE_DAY for begun in starts[1:]), self.end]
        return tuple(Period(*days) for days in zip(starts, ends, strict=True))

    def contains(self, day: date) -> bool:
        """Whether `day` lies in it, either end included."""
        return self.start <= day <= self.end

    def overlaps(self, other: "Period") -> bool:
        """Whether the two share at least one day."""
        return self.start <= other.end and other.start <= self.end

    def months(self) -> tuple["Period", ...]:
        """The calendar months it touches, in order, the first and last cut to the period."""
        parts = []
        begun = self.start
        while begun <= self.end:
            ends = min(month_end(begun), self.end)
            parts.append(Period(begun, ends))
            begun = ends + _ONE_DAY
        return tuple(parts)


def month_end(day: date) -> date:
    """The last day of the month in which `day` lies."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_of(day: date) -> Period:
    """The calendar month in which `day` lies."""
    return Period(day.replace(day=1), month_end(day))


def quarter_of(day: date) -> Period:
    """The quarter in which `day` lies: January, April, July or October to the end of the third month."""
    first_month = 3 * ((day.month - 1) // 3) + 1
    return Period(date(day.year, first_month, 1), month_end(date(day.year, first_month + 2, 1)))


def _anniversary(start: date, years: int) -> date:
    """The day on which `years` years since `start` are complete; 29 February falls on 1 March."""
    if start.month == 2 and start.day == 29 and monthrange(start.year + years, 2)[1] == 28:
        return date(start.year + years, 3, 1)
    return start.replace(year=start.year + years)
