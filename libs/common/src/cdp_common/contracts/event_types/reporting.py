"""The events of reporting-api: what was delivered, what is owed, and what is published."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cdp_common.contracts.base import Contract, DataStatus, DecimalText
from cdp_common.contracts.event_types.declared import EventType
from cdp_common.contracts.event_types.people import PEOPLE_EVENT_TYPES


class ReportChanged(Contract):
    """Whose report of which period it is, and its state."""

    report_id: UUID
    place_id: UUID
    organisation_id: UUID
    period_start: date
    period_end: date
    state: str
    nil_return: bool
    supersedes: UUID | None
    data_status: DataStatus


class ReportOwed(Contract):
    """Who owes which report by when; `agreement_id` is null where it is owed as a member of the place."""

    place_id: UUID
    organisation_id: UUID
    kind: str
    agreement_id: UUID | None
    period_start: date
    period_end: date
    due_on: date
    data_status: DataStatus


class PublicationPublished(Contract):
    """Which publication of a place's collective value it is."""

    publication_id: UUID
    place_id: UUID
    number: int
    period_start: date
    period_end: date
    restates: int | None
    content_sha256: str
    data_status: DataStatus


class TargetChanged(Contract):
    """Which number a place means to reach by which day."""

    target_id: UUID
    place_id: UUID
    code: str
    title: str
    value: DecimalText
    unit: str
    due: date
    state: str
    data_status: DataStatus


_REPORTER = "the reporting organisation, and the platform's services"
_EVERYBODY = "everybody"

EVENT_TYPES = (
    EventType("report.submitted", "report", ReportChanged, "A report was submitted or corrected.", _REPORTER),
    EventType("report.reviewed", "report", ReportChanged, "A report was reviewed.", _REPORTER),
    EventType("report.due_soon", "obligation", ReportOwed, "A report falls due soon.", _REPORTER),
    EventType("report.overdue", "obligation", ReportOwed, "A report was not made in time.", _REPORTER),
    EventType(
        "publication.published",
        "publication",
        PublicationPublished,
        "A place published its collective value of a period.",
        _EVERYBODY,
    ),
    EventType("target.set", "target", TargetChanged, "A place set a number to be reached.", _EVERYBODY),
    EventType("target.changed", "target", TargetChanged, "A target was changed or ended.", _EVERYBODY),
    *PEOPLE_EVENT_TYPES,
)
