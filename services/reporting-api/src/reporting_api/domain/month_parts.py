"""A window as whole months and the days beside them: what roll-ups by month answer, and what lines must."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cdp_common.kernel.periods import Period, month_end

_DAY = timedelta(days=1)


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
    def is_whole(self) -> bool:
        """Whether whole months are all that there is."""
        return not self.edges


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
