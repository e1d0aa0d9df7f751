"""A window as years, quarters and months, which sums by span answer, and days, which lines must."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from cdp_common.kernel.periods import Period, month_end

Span = Literal["month", "quarter", "year"]

_DAY = timedelta(days=1)
_MONTHS: tuple[tuple[Span, int], ...] = (("year", 12), ("quarter", 3), ("month", 1))
"""The longest first."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A calendar month, quarter or year, by its first day."""

    span: Span
    first: date


@dataclass(frozen=True, slots=True)
class WindowParts:
    """Which days of a window are whole calendar months, for sums over it and for what stands at its end."""

    whole: Period | None
    """The whole months of the window, from a first to a last day; none when it holds no whole month."""
    edges: tuple[Period, ...]
    """The other days of the window; at most two runs."""
    standing_until: date
    """What stands at the window's end is summed from the beginning of time: whole months end on this day."""

    @property
    def buckets(self) -> tuple[Bucket, ...]:
        """The fewest years, quarters and months that make up the whole months."""
        return () if self.whole is None else buckets_of(self.whole)

    @property
    def standing_buckets(self) -> tuple[Bucket, ...]:
        """The quarters and months from `standing_since` on; before it every year counts."""
        since = self.standing_since
        return () if since > self.standing_until else buckets_of(Period(since, self.standing_until))

    @property
    def standing_since(self) -> date:
        """The first day of the year that is not over where the whole months end."""
        following = self.standing_until + _DAY
        return date(following.year, 1, 1)


def parts_of(window: Period) -> WindowParts:
    """The whole months of a window and what is beside them."""
    ends_month = window.end == month_end(window.end)
    first = window.start if window.start.day == 1 else month_end(window.start) + _DAY
    last = window.end if ends_month else window.end.replace(day=1) - _DAY
    if first > last:
        return WindowParts(None, (window,), last)
    edges = []
    if window.start < first:
        edges.append(Period(window.start, first - _DAY))
    if last < window.end:
        edges.append(Period(last + _DAY, window.end))
    return WindowParts(Period(first, last), tuple(edges), last)


def buckets_of(whole: Period) -> tuple[Bucket, ...]:
    """The fewest years, quarters and months that a run of whole months is made of, in order."""
    found: list[Bucket] = []
    month, last = _number(whole.start), _number(whole.end)
    while month <= last:
        span, length = next(
            (span, length) for span, length in _MONTHS if month % length == 0 and month + length - 1 <= last
        )
        found.append(Bucket(span, date(month // 12, month % 12 + 1, 1)))
        month += length
    return tuple(found)


def _number(day: date) -> int:
    """The day's month, counted from the beginning of the calendar."""
    return day.year * 12 + day.month - 1
