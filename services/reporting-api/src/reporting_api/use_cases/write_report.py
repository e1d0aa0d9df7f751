"""Writing a prepared report with everything that goes with it, in the transaction of whoever asks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Any, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.reporting import Report
from cdp_common.db.events import NewEvent, org_audience, record_event
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from reporting_api.domain.conflicts import Mark, marks_of
from reporting_api.domain.landing import entries_of_delivery
from reporting_api.domain.shared_activities import KeptClaims, claim
from reporting_api.storage.activities import add_claims
from reporting_api.storage.evidence import attach_evidence
from reporting_api.storage.figures_changed import tell_figures_changed
from reporting_api.storage.ledger import append_entries, copy_entries
from reporting_api.storage.ledger_rows import amount_columns
from reporting_api.storage.reports import add_report, copy_lines, report_by_id
from reporting_api.storage.shared_activities import claim_shares
from reporting_api.use_cases.line_evidence import attachments_of
from reporting_api.use_cases.raise_conflicts import raise_conflicts
from reporting_api.use_cases.read_reports import report_seen
from reporting_api.use_cases.value_report import ReportScope, ValuedReportLine


class RowsWaiting(Protocol):
    """Rows that wait in a file, written as the database copies them, and the columns that they fill."""

    @property
    def columns(self) -> Sequence[str]:
        """What they fill; none where there are no rows."""

    @property
    def from_start(self) -> IO[bytes]:
        """The file, to be read from its start."""


class PreparedLines(Protocol):
    """Lines that were prepared from a file, and wait to be written with what the ledger says of them."""

    report_id: UUID
    claimed: set[tuple[UUID, str]]
    shares: KeptClaims
    marks: list[Mark]
    attached: list[tuple[UUID, UUID, UUID]]

    @property
    def lines(self) -> RowsWaiting:
        """The lines."""

    @property
    def entries(self) -> RowsWaiting:
        """Their entries in the ledger."""


async def write_report(
    tx: AsyncConnection,
    caller: Caller,
    scope: ReportScope,
    organisation_name: str,
    lines: Sequence[ValuedReportLine],
    now: datetime,
    *,
    supersedes: UUID | None = None,
    correction_reason: str | None = None,
    first_submitted_at: datetime | None = None,
) -> Report:
    """The report as written, with its delivered entries, its claims on joint activities and its event."""
    report_id = new_id()
    line_ids = [new_id() for _ in lines]
    row = report_row(
        caller,
        scope,
        organisation_name,
        report_id,
        now,
        supersedes=supersedes,
        correction_reason=correction_reason,
        first_submitted_at=first_submitted_at,
    )
    line_rows = [
        line_row(line, line_id, report_id, ordinal, scope)
        for ordinal, (line, line_id) in enumerate(zip(lines, line_ids, strict=True))
    ]
    await add_report(tx, row, line_rows, now)
    shares: KeptClaims = {}
    claim(shares, (line.resolved for line in lines))
    await claim_shares(tx, scope.organisation_id, scope.place.id, scope.period, shares)
    await attach_evidence(tx, attachments_of(line_rows))
    claimed = {(row["activity_id"], row["measure"]) for row in line_rows if row["activity_id"] is not None}
    await add_claims(tx, claims_of(report_id, claimed, scope))
    entries = [
        entry
        for line, line_id in zip(lines, line_ids, strict=True)
        for entry in entries_of_delivery(
            line.delivered(line_id, report_id, scope),
            "delivered",
            line.counted_quantity,
            line.amounts,
            "report",
            new_id,
            now,
        )
    ]
    await append_entries(tx, entries)
    marks = [mark for line in line_rows for mark in marks_of(line)]
    await raise_conflicts(tx, scope, report_id, marks, now)
    return await announce_report(tx, caller, report_id, "report.submitted", now)


async def write_prepared(
    tx: AsyncConnection,
    caller: Caller,
    scope: ReportScope,
    organisation_name: str,
    prepared: PreparedLines,
    now: datetime,
    *,
    supersedes: UUID | None = None,
    correction_reason: str | None = None,
    first_submitted_at: datetime | None = None,
) -> Report:
    """The same of a report that was prepared from a file, portion by portion."""
    row = report_row(
        caller,
        scope,
        organisation_name,
        prepared.report_id,
        now,
        supersedes=supersedes,
        correction_reason=correction_reason,
        first_submitted_at=first_submitted_at,
    )
    await add_report(tx, row, [], now)
    await claim_shares(tx, scope.organisation_id, scope.place.id, scope.period, prepared.shares)
    if prepared.lines.columns:
        await copy_lines(tx, prepared.lines.columns, prepared.lines.from_start)
    await attach_evidence(tx, prepared.attached)
    if prepared.entries.columns:
        await copy_entries(tx, prepared.entries.columns, prepared.entries.from_start)
    await add_claims(tx, claims_of(prepared.report_id, prepared.claimed, scope))
    await raise_conflicts(tx, scope, prepared.report_id, prepared.marks, now)
    return await announce_report(tx, caller, prepared.report_id, "report.submitted", now)


def report_row(
    caller: Caller,
    scope: ReportScope,
    organisation_name: str,
    report_id: UUID,
    now: datetime,
    *,
    supersedes: UUID | None,
    correction_reason: str | None,
    first_submitted_at: datetime | None,
) -> dict[str, Any]:
    """A submitted report as it is stored."""
    return {
        "id": report_id,
        "place_id": scope.place.id,
        "place_slug": scope.place.slug,
        "organisation_id": scope.organisation_id,
        "organisation_name": organisation_name,
        "period_start": scope.period.start,
        "period_end": scope.period.end,
        "state": "submitted",
        "nil_return": scope.nil_return,
        "named_totals_agreed": scope.named_totals_agreed,
        "submitted_at": now,
        "first_submitted_at": first_submitted_at or now,
        "supersedes": supersedes,
        "correction_reason": correction_reason,
        "version": 1,
        "data_status": scope.data_status,
        "client_id": caller.client_id,
        "acted_by": caller.act,
        "person_id": caller.sub,
        "local_area": scope.local_area,
    }


async def announce_report(
    tx: AsyncConnection, caller: Caller, report_id: UUID, event_type: str, now: datetime
) -> Report:
    """The report as it now stands for the caller, told to the services and to its organisation."""
    report = await report_by_id(tx, report_id)
    assert report is not None  # written or locked by this transaction
    event = NewEvent(
        type=event_type,
        aggregate_type="report",
        aggregate_id=report_id,
        aggregate_version=report["version"],
        place_id=report["place_id"],
        audience=("internal", org_audience(report["organisation_id"])),
        data={
            "report_id": str(report_id),
            "place_id": str(report["place_id"]),
            "organisation_id": str(report["organisation_id"]),
            "period_start": report["period_start"].isoformat(),
            "period_end": report["period_end"].isoformat(),
            "state": report["state"],
            "nil_return": report["nil_return"],
            "supersedes": None if report["supersedes"] is None else str(report["supersedes"]),
            "data_status": report["data_status"],
        },
        effective_on=report["period_end"],
    )
    await record_event(tx, event, now)
    if report["nil_return"]:  # without lines nothing comes to the ledger, which tells of the others
        await tell_figures_changed(tx, report["place_id"], now)
    return await report_seen(tx, report, caller)


def line_row(
    line: ValuedReportLine, line_id: UUID, report_id: UUID, ordinal: int, scope: ReportScope
) -> dict[str, Any]:
    """A valued line as it is stored."""
    draft = line.draft
    return {
        "line_id": line_id,
        "report_id": report_id,
        "ordinal": ordinal,
        "measure": draft.measure,
        "edition_hash": line.resolved.edition_hash,
        "method_version": line.method_version,
        "quantity": draft.quantity,
        "unit": draft.unit,
        "denominator": draft.denominator,
        "route": draft.route,
        "commissioner_id": line.resolved.commissioner_id,
        "commitment_line_id": draft.commitment_line_id,
        "activity_id": draft.activity_id,
        "activity": draft.activity,
        "areas": [
            {"area_code": area.area_code, "share": format(area.share, "f")}
            for area in line.resolved.stated.areas
        ],
        "area_index": scope.place.need_index,
        "industry": draft.industry,
        "attribution_share": draft.attribution_share,
        "started_on": draft.started_on,
        "headcount": draft.headcount,
        "target_group": line.resolved.target_group,
        "committed_on": line.committed_on,
        "evidence": line.evidence,
        "attests_contract_only": draft.attests_contract_only,
        "attests_commitment": draft.attests_commitment,
        "note": draft.note,
        "counted_quantity": line.counted_quantity,
        **amount_columns(line.amounts),
        "data_status": line.data_status,
        "state": "reported",
    }


def claims_of(
    report_id: UUID, claimed: Iterable[tuple[UUID, str]], scope: ReportScope
) -> list[dict[str, Any]]:
    """One claim per activity and measure, however many lines (industries, starts of jobs) say it."""
    return [
        {
            "report_id": report_id,
            "activity_id": activity_id,
            "measure": measure,
            "period_start": scope.period.start,
            "period_end": scope.period.end,
        }
        for activity_id, measure in sorted(set(claimed))
    ]
