"""Reading reports: the reporter's own, and a place's for its validators, managers and officers."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.reporting import Report, ReportLine
from cdp_common.db.database import Database
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from reporting_api.domain.reports import ReportNotFound, ReportState
from reporting_api.storage.reports import (
    LINES_SHOWN,
    Reporters,
    line_counts,
    lines_of,
    lines_page,
    report_by_id,
    reports_page,
)
from reporting_api.use_cases.beyond_commitment import beyond_commitments
from reporting_api.use_cases.report_contracts import lines_seen, report_answer

PLACE_ROLES = ("validator", "programme_manager", "officer")
"""Roles that read every report of their place."""


def require_visible(caller: Caller, report: RowMapping | None) -> RowMapping:
    """The report, if the caller may know of it; otherwise there is none."""
    if report is not None and (
        report["organisation_id"] == caller.org or caller.has_role(report["place_id"], *PLACE_ROLES)
    ):
        return report
    raise ReportNotFound("No report has this id, or none that you may see.")


async def get_report(db: Database, caller: Caller, report_id: UUID) -> Report:
    """One report with its lines."""
    async with db.begin() as tx:
        return await report_seen(tx, require_visible(caller, await report_by_id(tx, report_id)), caller)


async def report_seen(tx: AsyncConnection, report: RowMapping, caller: Caller) -> Report:
    """A report as the caller may see it, with its first thousand lines."""
    report_id = report["id"]
    lines = (await lines_of(tx, [report_id]))[report_id]
    count = (
        (await line_counts(tx, [report_id])).get(report_id, 0) if len(lines) >= LINES_SHOWN else len(lines)
    )
    beyond = await beyond_commitments(tx, report, lines)
    return report_answer(report, lines, caller, line_count=count, beyond=beyond)


async def list_lines(
    db: Database, caller: Caller, report_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[ReportLine], str | None]:
    """A page of a report's lines, as the caller may see them, and the cursor of the next page."""
    async with db.begin() as tx:
        report = require_visible(caller, await report_by_id(tx, report_id))
        rows = await lines_page(tx, report_id, cursor, limit)
    kept, following = cut_page(rows, limit, lambda row: [row["ordinal"]])
    return lines_seen(report, kept, caller), following


async def list_reports(
    db: Database,
    caller: Caller,
    *,
    place_id: UUID | None,
    state: ReportState | None,
    reporters: Reporters | None = None,
    cursor: str | None,
    limit: int,
) -> list[Report]:
    """Reports that the caller may see, oldest first; one more than `limit` when there are further ones."""
    places_seen = [place for place in caller.roles if caller.has_role(place, *PLACE_ROLES)]
    async with db.begin() as tx:
        rows = await reports_page(
            tx,
            organisation_id=caller.org,
            place_id=place_id,
            places_seen=places_seen,
            state=state,
            reporters=reporters,
            cursor=cursor,
            limit=limit,
        )
        ids = [row["id"] for row in rows]
        lines, counts = await lines_of(tx, ids), await line_counts(tx, ids)
    return [report_answer(row, lines[row["id"]], caller, line_count=counts.get(row["id"], 0)) for row in rows]
