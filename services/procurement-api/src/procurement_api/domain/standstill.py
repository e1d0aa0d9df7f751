"""The standstill between a contract award notice and the contract, counted in working days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput

_DAY = timedelta(days=1)
_SATURDAY = 5


class StandstillInvalid(InvalidInput):
    """No standstill can be counted from the day stated."""

    code = "standstill_invalid"
    title = "The standstill cannot be counted"


class StandstillRunning(Conflict):
    """The contract is signed after the standstill, not before its end."""

    code = "standstill_running"
    title = "The standstill has not ended"


class StandstillMissing(Conflict):
    """A contract to which a standstill applies is signed after one; none has begun."""

    code = "standstill_missing"
    title = "No standstill has begun"


@dataclass(frozen=True)
class WorkingCalendar:
    """Which days are working days, from the first to the last day for which holidays are published."""

    first: date
    last: date
    holidays: frozenset[date]
    source: str

    def covers(self, day: date) -> bool:
        """Whether it is known if the day is a working day."""
        return self.first <= day <= self.last

    def is_working(self, day: date) -> bool:
        """Whether the day is neither at a weekend nor a holiday."""
        return day.weekday() < _SATURDAY and day not in self.holidays


@dataclass(frozen=True)
class StandstillRule:
    """How many working days a standstill has at least; the day of the notice is the first, if it is one."""

    working_days: int
    source: str


def standstill_ends_on(notice_on: date, rule: StandstillRule, calendar: WorkingCalendar) -> date:
    """The last day of the standstill; the contract may be signed on the day after."""
    day, counted = notice_on, 0
    while calendar.covers(day):
        counted += calendar.is_working(day)
        if counted == rule.working_days:
            return day
        day += _DAY
    words = f"Bank holidays are known from {calendar.first} to {calendar.last}."
    fault = FieldError("/award_notice_on", "working_days_unknown", words)
    raise StandstillInvalid("The standstill cannot be counted.", errors=[fault])


def require_notice_after_summaries(notice_on: date, summaries_on: date) -> None:
    """Refuse a notice of a day before bidders had their summaries (Procurement Act 2023, section 50(3)).

    A standstill that began then might be over before anybody knew whom the contract goes to.
    """
    if notice_on < summaries_on:
        words = f"The summaries were sent on {summaries_on}: the notice comes on that day or later."
        fault = FieldError("/award_notice_on", "notice_before_summaries", words)
        raise StandstillInvalid("The standstill cannot begin before the summaries.", errors=[fault])


def require_standstill_over(ends_on: date | None, signed_on: date, today: date) -> None:
    """Refuse to sign before the standstill has ended, or where none has begun."""
    if ends_on is None:
        raise StandstillMissing("Begin the standstill with the contract award notice first.")
    if signed_on <= ends_on or today <= ends_on:
        words = f"The standstill lasts until the end of {ends_on}; sign from {ends_on + _DAY} on."
        raise StandstillRunning(words, members={"standstill_ends_on": ends_on.isoformat()})
