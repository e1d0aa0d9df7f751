"""The events of reporting-api: what was delivered, what is owed, and what is published."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cdp_common.contracts.base import Contract, DataStatus, DecimalText, GbpText, Sha256
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


class ConflictChanged(Contract):
    """Which two lines seem to count the same thing, and what was decided."""

    conflict_id: UUID
    place_id: UUID
    kind: str
    state: str
    outcome: str | None
    first_report_id: UUID
    second_report_id: UUID


class EvidenceRemoved(Contract):
    """Which file of evidence is gone, and why."""

    evidence_id: UUID
    organisation_id: UUID
    sha256: Sha256
    reason: str


class ExportFinished(Contract):
    """Which export has ended, and whether there is a file to be fetched (`done`)."""

    export_id: UUID
    organisation_id: UUID
    place_id: UUID
    kind: str
    format: str
    state: str
    fault: str | None


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


class CollectiveValueChanged(Contract):
    """Whose figures may be others than before; it says nothing of what changed, nor by whom."""

    place_id: UUID


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


class PriorTotalChanged(Contract):
    """Which total made elsewhere a place shows beside its figures."""

    prior_total_id: UUID
    place_id: UUID
    version: int
    title: str
    amount_gbp: GbpText
    period_start: date
    period_end: date
    withdrawn: bool
    data_status: DataStatus


class SpendImported(Contract):
    """Whose payments of which days were taken in; what they are is in no event."""

    import_id: UUID
    place_id: UUID
    organisation_id: UUID
    ledger: str
    period_start: date
    period_end: date
    row_count: int
    supersedes: UUID | None
    data_status: DataStatus


_REPORTER = "the reporting organisation, and the platform's services"
_EVERYBODY = "everybody"
_BOTH_REPORTERS = "both reporters, and the platform's services"

EVENT_TYPES = (
    EventType("report.submitted", "report", ReportChanged, "A report was submitted or corrected.", _REPORTER),
    EventType("report.reviewed", "report", ReportChanged, "A report was reviewed.", _REPORTER),
    EventType(
        "report.review_started", "report", ReportChanged, "A validator took a report under review.", _REPORTER
    ),
    EventType(
        "report.review_released", "report", ReportChanged, "A review was given up undecided.", _REPORTER
    ),
    EventType(
        "conflict.raised",
        "conflict",
        ConflictChanged,
        "Lines of two reporters seem to count the same thing.",
        _BOTH_REPORTERS,
    ),
    EventType(
        "conflict.resolved", "conflict", ConflictChanged, "It was decided which stands.", _BOTH_REPORTERS
    ),
    EventType(
        "evidence.removed",
        "evidence",
        EvidenceRemoved,
        "A file of evidence was erased, refused by the scanner, or kept long enough.",
        _REPORTER,
    ),
    EventType(
        "export.finished",
        "export",
        ExportFinished,
        "An export is done, or failed.",
        "the organisation that asked for it",
    ),
    EventType("report.due_soon", "obligation", ReportOwed, "A report falls due soon.", _REPORTER),
    EventType("report.overdue", "obligation", ReportOwed, "A report was not made in time.", _REPORTER),
    EventType(
        "publication.published",
        "publication",
        PublicationPublished,
        "A place published its collective value of a period.",
        _EVERYBODY,
    ),
    EventType(
        "collective_value.changed",
        "collective_value",
        CollectiveValueChanged,
        "A place's live figures, or what stands beside them, may be others: its ledger has another block, or "
        "who owes or reported, a conflict, a merged record, the calendar or bands of need changed. It says "
        "nothing of what changed.",
        _EVERYBODY,
    ),
    EventType(
        "spend.imported",
        "spend_import",
        SpendImported,
        "A partner's file of payments was taken in, or took the place of an earlier one.",
        "the partner, and the platform's services",
    ),
    EventType(
        "prior_total.recorded",
        "prior_total",
        PriorTotalChanged,
        "A place stated a total that was made elsewhere.",
        _EVERYBODY,
    ),
    EventType(
        "prior_total.corrected",
        "prior_total",
        PriorTotalChanged,
        "A total made elsewhere was corrected or withdrawn.",
        _EVERYBODY,
    ),
    EventType("target.set", "target", TargetChanged, "A place set a number to be reached.", _EVERYBODY),
    EventType("target.changed", "target", TargetChanged, "A target was changed or ended.", _EVERYBODY),
    *PEOPLE_EVENT_TYPES,
)
