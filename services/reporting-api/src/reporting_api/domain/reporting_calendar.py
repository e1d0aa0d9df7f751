"""Who owes which report by when: a place's calendar, its members' months and quarters, agreements' schedules.

Every member on a quarter's last day owes the quarter; each month is asked for beside, and shows as timeliness
only. Whoever delivers an agreement owes reports by the agreement's own schedule, or by quarters where it has
none. A report is met by standing reports that cover its days, whoever submitted them and whenever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.kernel.periods import Period, month_of, quarter_of
from reporting_api.domain.commitments import PromisedLine
from reporting_api.domain.entries import DataStatus
from reporting_api.domain.obligations import Membership, covers, memberships_on, ratio_of
from reporting_api.domain.reports import Tenure

ObligationKind = Literal["month", "quarter", "contract"]
ObligationState = Literal["open", "met", "overdue"]
Notice = Literal["reminder", "overdue"]

MAX_WINDOW_DAYS = 366
NOTICED_FOR_DAYS = 92
"""A report that is overdue for longer than a quarter is told of no more: it shows in the lists."""

_ONE_DAY = timedelta(days=1)


class CalendarInvalid(InvalidInput):
    """The calendar reminds before a period can be over."""

    code = "calendar_invalid"
    title = "The reporting calendar does not hold"


class WindowTooLong(InvalidInput):
    """More days are asked about than one answer covers."""

    code = "window_too_long"
    title = "The window is too long"


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a place asks: whether monthly beside the quarterly minimum, and how soon after a period's end."""

    monthly_asked: bool
    due_days: int
    reminder_days: tuple[int, ...]
    version: int = 0

    def due_on(self, last_day: date) -> date:
        """The last day on which a report of a period that ends then is on time."""
        return last_day + timedelta(days=self.due_days)


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement as far as it makes reports due: who delivers it when, and when parts of it fall due.

    `due_days` are those of its own schedule; `unscheduled` spans the lines that have none.
    """

    source_id: UUID
    reference: str
    tenures: tuple[Tenure, ...]
    starts_on: date
    ended_on: date | None
    due_days: tuple[date, ...]
    unscheduled: Period | None
    data_status: DataStatus


@dataclass(frozen=True, slots=True)
class DatedReport:
    """A standing report: which days it covers, and when the first version of it was submitted."""

    period: Period
    submitted_on: date


ReportsOf = Mapping[UUID, Sequence[DatedReport]]
"""The standing reports of each organisation."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One report that is owed or asked for, and when what meets it was submitted."""

    kind: ObligationKind
    organisation_id: UUID
    organisation_name: str
    period: Period
    due_on: date
    reported_on: date | None
    data_status: DataStatus
    source_id: UUID | None = None
    reference: str | None = None

    def state_on(self, today: date) -> ObligationState:
        """How it stands on a day: met, open until it is due, overdue after that."""
        if self.reported_on is not None:
            return "met"
        return "open" if today <= self.due_on else "overdue"

    def was_on_time(self, today: date) -> bool | None:
        """Whether it was met by the day it was due; none while that is open."""
        if self.reported_on is not None:
            return self.reported_on <= self.due_on
        return False if today > self.due_on else None

    @property
    def sort_key(self) -> tuple[date, str, str, str, date]:
        """Obligations in order: as they fall due, by organisation, the agreements' after the members' own."""
        return self.due_on, str(self.organisation_id), self.kind, str(self.source_id or ""), self.period.start


@dataclass(frozen=True, slots=True)
class Timeliness:
    """Of the months that were asked for in a window, how many were reported by the day they were due."""

    asked_count: int
    on_time_count: int

    @property
    def ratio(self) -> Decimal | None:
        """On time ÷ asked; none when nothing was asked."""
        return ratio_of(self.on_time_count, self.asked_count)


def require_calendar_holds(due_days: int, reminder_days: Sequence[int]) -> None:
    """Refuse reminders that would come before the period is over, and the same one twice."""
    faults = []
    for index, days in enumerate(reminder_days):
        if days >= due_days:
            message = "nobody is reminded before the period is over: fewer days than due_days"
            faults.append(FieldError(f"/reminder_days/{index}", "out_of_range", message))
        if days in reminder_days[:index]:
            faults.append(FieldError(f"/reminder_days/{index}", "repeated", "a reminder is named once"))
    if faults:
        raise CalendarInvalid("The reminders do not hold; see errors.", errors=faults)


def require_window_short(window: Period) -> None:
    """Refuse a window of more than a year."""
    if window.days > MAX_WINDOW_DAYS:
        raise WindowTooLong(f"A window has at most {MAX_WINDOW_DAYS} days.")


def obligations_of_members(
    calendar: Calendar, window: Period, memberships: Sequence[Membership], reports: ReportsOf
) -> Iterator[Obligation]:
    """The quarters, and the months where they are asked for, whose reports fall due in the window."""
    quarter = _last_ended(window.start, calendar.due_days, quarter_of)
    while calendar.due_on(quarter.end) <= window.end:
        yield from _of_period("quarter", quarter, calendar, window, memberships, reports)
        quarter = quarter_of(quarter.end + _ONE_DAY)
    if not calendar.monthly_asked:
        return
    month = _last_ended(window.start, calendar.due_days, month_of)
    while calendar.due_on(month.end) <= window.end:
        yield from _of_period("month", month, calendar, window, memberships, reports)
        month = month_of(month.end + _ONE_DAY)


def obligations_of_agreements(
    calendar: Calendar,
    window: Period,
    agreements: Iterable[Agreement],
    reports: ReportsOf,
    names: Callable[[UUID], str],
) -> Iterator[Obligation]:
    """The reports that agreements make due in the window: each due day with the days since the one before."""
    for agreement in agreements:
        since = agreement.starts_on
        for day in _days_due(agreement):
            period = Period(min(since, day), day)
            since = day + _ONE_DAY
            if not window.contains(calendar.due_on(day)):
                continue
            deliverer = next(
                tenure.deliverer_id for tenure in agreement.tenures if tenure.overlaps(Period(day, day))
            )
            yield Obligation(
                "contract",
                deliverer,
                names(deliverer),
                period,
                calendar.due_on(day),
                _covered_on(deliverer, Period(day, day), reports),
                agreement.data_status,
                agreement.source_id,
                agreement.reference,
            )


def days_to_report(line: PromisedLine, due: Iterable[date], since: date, *, had_schedule: bool) -> set[date]:
    """The days up to which a line that was varied `since` a day is reported, as far as they are named.

    Its own schedule names them. Where it had one only before the variation, or only from it on, the quarters
    of what else falls `due` are named too. A line that never had one names none: its whole life is reported
    by quarters.
    """
    scheduled = {part.due_on for part in line.schedule}
    if had_schedule == bool(scheduled):
        return scheduled
    if scheduled:
        return scheduled | {min(quarter_of(day).end, since - _ONE_DAY) for day in due if day < since}
    return {min(quarter_of(day).end, line.period.end) for day in due if day >= since}


def timeliness_of(
    calendar: Calendar,
    window: Period,
    today: date,
    memberships: Sequence[Membership],
    reports: ReportsOf,
) -> Timeliness:
    """How many of the months that end in the window, and whose reports are due by today, came in time."""
    if not calendar.monthly_asked:
        return Timeliness(0, 0)
    due = Period(calendar.due_on(window.start), calendar.due_on(window.end))
    asked = [
        owed
        for owed in obligations_of_members(calendar, due, memberships, reports)
        if owed.kind == "month" and (owed.due_on < today or owed.was_on_time(today))
    ]
    return Timeliness(len(asked), sum(owed.was_on_time(today) is True for owed in asked))


def notice_of(owed: Obligation, calendar: Calendar, today: date) -> tuple[Notice, int] | None:
    """The notice that an unmet obligation gives on a day, with the days of its reminder; or none.

    Where several reminders have come up since anybody looked, the last one stands for all of them.
    """
    if owed.reported_on is not None or owed.kind == "month":
        return None
    if today > owed.due_on:
        return ("overdue", 0) if (today - owed.due_on).days <= NOTICED_FOR_DAYS else None
    left = (owed.due_on - today).days
    reached = [days for days in calendar.reminder_days if left <= days]
    return ("reminder", min(reached)) if reached else None


def _last_ended(day: date, due_days: int, period_of: Callable[[date], Period]) -> Period:
    """The first period whose report falls due on the day or later."""
    return period_of(day - timedelta(days=due_days))


def _of_period(
    kind: ObligationKind,
    whole: Period,
    calendar: Calendar,
    window: Period,
    memberships: Sequence[Membership],
    reports: ReportsOf,
) -> Iterator[Obligation]:
    due_on = calendar.due_on(whole.end)
    if not window.contains(due_on):
        return
    for member in memberships_on(whole.end, memberships):
        period = Period(max(whole.start, member.valid_from), whole.end)
        yield Obligation(
            kind,
            member.organisation_id,
            member.organisation_name,
            period,
            due_on,
            _covered_on(member.organisation_id, period, reports),
            member.data_status,
        )


def _covered_on(organisation_id: UUID, days: Period, reports: ReportsOf) -> date | None:
    """The day on which the last report needed to cover the days came in; none while days are bare."""
    own = [one for one in reports.get(organisation_id, ()) if one.period.overlaps(days)]
    is_covered = covers((one.period for one in own), days)
    return max(one.submitted_on for one in own) if is_covered else None


def _days_due(agreement: Agreement) -> list[date]:
    """The days up to which something is to be reported: scheduled days, and the quarters of what has none.

    What has no schedule is reported up to its last day, which an early end brings forward.
    """
    ended = agreement.ended_on
    days = {day for day in agreement.due_days if ended is None or day <= ended}
    if agreement.unscheduled is not None:
        last = agreement.unscheduled.end if ended is None else min(agreement.unscheduled.end, ended)
        if last >= agreement.unscheduled.start:
            days |= _quarter_ends(Period(agreement.unscheduled.start, last))
    return sorted(days)


def _quarter_ends(period: Period) -> set[date]:
    """The last days of the quarters that lie in a period, and its own last day."""
    found = {period.end}
    day = quarter_of(period.start).end
    while day < period.end:
        found.add(day)
        day = quarter_of(day + _ONE_DAY).end
    return found
