"""Contracts of reporting-api's calendars and obligations: who owes which report by when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Contract, DataStatus

ObligationKind = Literal["month", "quarter", "contract"]
ObligationState = Literal["open", "met", "overdue"]

ReminderDays = Annotated[
    list[Annotated[int, Field(ge=1, le=90)]],
    Field(max_length=5, description="So many days before a report is due its organisation is reminded."),
]


class CalendarDraft(Contract):
    """What a place asks of its reporters; the quarterly minimum itself is fixed."""

    monthly_asked: bool = True
    due_days: Annotated[int, Field(ge=1, le=120)]  # after the end of what is reported
    reminder_days: ReminderDays = []  # fewer than due_days: nobody is reminded before the period is over


class ReportingCalendar(CalendarDraft):
    """What a place asks of its reporters; version 0 is the platform's own, before a place has set one."""

    place_id: UUID
    version: int
    recorded_at: datetime | None


class Obligation(Contract):
    """One report that an organisation owes, or is asked for.

    - quarter: the minimum that every member owes; coverage counts these;
    - month: asked for, not owed; met in time it counts as timeliness;
    - contract: what the schedule of an agreement makes due, or its quarters where it has none.
    """

    kind: ObligationKind
    place_id: UUID
    organisation_id: UUID
    organisation_name: str
    agreement_id: UUID | None
    agreement_reference: str | None
    period_start: date
    period_end: date
    due_on: date
    state: ObligationState
    reported_on: date | None  # when what meets it was first submitted
    on_time: bool | None  # null until it is met or overdue
    data_status: DataStatus
