"""A reporter corrects a report: what the earlier one entered is reversed, the new content is entered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.reporting import Correction
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import Conflict, Forbidden
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from cdp_common.web.caller import Caller
from reporting_api.domain.landing import reversals_of
from reporting_api.domain.reports import CORRECTABLE_STATES
from reporting_api.storage.activities import release_claims
from reporting_api.storage.conflicts import lapse_conflicts
from reporting_api.storage.ledger import append_entries, standing_entries
from reporting_api.storage.reports import move_report, report_by_id
from reporting_api.use_cases.gather import place_of
from reporting_api.use_cases.kept import keep, replayed
from reporting_api.use_cases.read_reports import require_visible
from reporting_api.use_cases.submit_report import reporter_of
from reporting_api.use_cases.value_report import ReportScope, value_report
from reporting_api.use_cases.write_report import write_report


class ReportNotYours(Forbidden):
    """Only the organisation that reported corrects its report."""

    code = "report_not_yours"
    title = "The report is another organisation's"


class ReportNotCorrectable(Conflict):
    """The report was rejected, or corrected before: the later one is the one to correct."""

    code = "report_not_correctable"
    title = "The report cannot be corrected in its state"


async def correct_report(
    db: Database,
    partners: PartnersClient,
    toms: TomsClient,
    caller: Caller,
    report_id: UUID,
    correction: Correction,
    once: Once,
    now: datetime,
) -> Answer:
    """The new report of the same period; the earlier one is superseded and stays readable."""
    async with db.begin() as tx:
        earlier_report = require_own(caller, await report_by_id(tx, report_id))
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
    require_correctable(earlier_report)
    place = await place_of(db, partners, earlier_report["place_id"], now)
    reporter = await reporter_of(db, partners, caller, now)
    period = Period(earlier_report["period_start"], earlier_report["period_end"])
    scope = ReportScope(
        caller.org,
        place,
        period,
        correction.nil_return,
        earlier_report["named_totals_agreed"],
        earlier_report["data_status"],
        correction.local_area or earlier_report["local_area"],
    )
    lines = await value_report(db, toms, partners, scope, correction.lines, now)

    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        superseded = await give_way(tx, report_id, now)
        report = await write_report(
            tx,
            caller,
            scope,
            reporter.legal_name,
            lines,
            now,
            supersedes=report_id,
            correction_reason=correction.reason,
            first_submitted_at=superseded["first_submitted_at"],
        )
        return await keep(tx, once, 201, report, now)


async def give_way(tx: AsyncConnection, report_id: UUID, now: datetime) -> RowMapping:
    """The report that is corrected: its state, claims and entries give way to one of the same days."""
    superseded = await report_by_id(tx, report_id, lock=True)
    assert superseded is not None  # reports are never removed
    require_correctable(superseded)
    await move_report(tx, superseded, "superseded", now)
    await release_claims(tx, report_id)
    standing = await standing_entries(tx, report_id)
    await append_entries(tx, reversals_of(standing, "correction", new_id, now))
    await lapse_conflicts(tx, now, report_id=report_id)
    return superseded


def require_own(caller: Caller, report: RowMapping | None) -> RowMapping:
    """The report if it is the caller's own; refused otherwise, as unknown to who may not know of it."""
    found = require_visible(caller, report)
    if found["organisation_id"] != caller.org:
        raise ReportNotYours("Only the organisation that reported corrects its report.")
    return found


def require_correctable(report: RowMapping) -> None:
    """Refuse a report whose state does not hold its period any more."""
    if report["state"] not in CORRECTABLE_STATES:
        raise ReportNotCorrectable(f"A report that is {report['state']} cannot be corrected.")
