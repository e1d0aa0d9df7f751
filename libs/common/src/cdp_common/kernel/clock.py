"""The only place that reads the time; everything else is given a `Clock` or a `now`."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Gives the present moment as an aware UTC time."""


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the clock that the ban points to


class FixedClock:
    """A clock that stands still until it is moved: for tests and for computing figures as of a moment."""

    def __init__(self, now: datetime) -> None:
        self.set(now)

    def __call__(self) -> datetime:
        """The moment at which the clock stands."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move the clock to `now`, which must be aware."""
        if now.tzinfo is None:
            raise ValueError("a clock needs an aware time")
        self._now = now.astimezone(UTC)

    def advance(self, step: timedelta) -> datetime:
        """Move the clock by `step` and give the new moment."""
        self._now += step
        return self._now
