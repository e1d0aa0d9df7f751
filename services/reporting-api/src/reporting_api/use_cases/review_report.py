"""A validator judges a report: accepts lines, returns it to the reporter, or rejects it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.reporting import Review
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.db.merges import records_of, survivors
from cdp_common.kernel.errors import Conflict, Forbidden
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.licence import licence_scope, sees_figures
from cdp_common.web.caller import Caller
from reporting_api.domain.activities import JointActivity
from reporting_api.domain.entries import SourceKind
from reporting_api.domain.landing import entries_of_delivery, reversals_of
from reporting_api.domain.reviews import (
    Decision,
    LineDecision,
    LineJudgement,
    ReportNotReviewable,
    ReportUnderReview,
    ReviewedLine,
    ReviewedReport,
    Reviewer,
    decide_review,
    require_takeable,
)
from reporting_api.storage.activities import activities_by_ids, release_claims
from reporting_api.storage.conflicts import lapse_conflicts
from reporting_api.storage.ledger import append_entries, standing_entries
from reporting_api.storage.reports import (
    add_review,
    decide_lines,
    frameworks_licensed,
    lines_named,
    move_report,
    persons_behind,
    report_by_id,
)
from reporting_api.use_cases.accept_rest import accept_rest, rest_of_lines
from reporting_api.use_cases.accepted_lines import AcceptedLine, accepted_lines
from reporting_api.use_cases.kept import keep, replayed
from reporting_api.use_cases.read_reports import require_visible
from reporting_api.use_cases.write_report import announce_report


class ReportChanged(Conflict):
    """The report changed while it was being reviewed."""

    code = "report_changed"
    title = "The report changed meanwhile"


class LicenceMissing(Forbidden):
    """The report has licensed lines, which only a holder of the licence sees and can review."""

    code = "licence_missing"
    title = "The caller lacks the licence of a figure"


@dataclass(frozen=True, slots=True)
class _Read:
    """A report as it was read before the review is decided, with the lines that the review names."""

    report: RowMapping
    person_ids: frozenset[UUID]
    lines: Mapping[UUID, RowMapping]
    activities: Mapping[UUID, JointActivity]


async def review_report(
    db: Database, toms: TomsClient, caller: Caller, report_id: UUID, review: Review, once: Once, now: datetime
) -> Answer:
    """The report after the review; accepted quantities below the reported ones are valued anew."""
    named = {line.line_id for line in review.lines}
    async with db.begin() as tx:
        reviewer = await _reviewer(tx, caller)
        read = await _read(tx, caller, report_id, named)
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        rest = None if review.rest is None else await rest_of_lines(tx, report_id, named, reviewer)
    judgements = [LineJudgement(line.line_id, line.accepted_quantity) for line in review.lines]
    decision = decide_review(_reviewed(read), reviewer, review.outcome, judgements, rest)
    accepted = await accepted_lines(db, toms, read.report, read.lines, read.activities, decision.lines)

    async with db.begin() as tx:
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        report = await report_by_id(tx, report_id, lock=True)
        if report is None or report["version"] != read.report["version"]:
            raise ReportChanged("The report changed meanwhile; read it again and decide anew.")
        review_id = await _write_review(tx, caller, report_id, review, decision, now)
        await _decide_lines(tx, review, decision, accepted)
        await _enter(tx, report, decision, accepted, now)
        if review.rest is not None:
            await accept_rest(tx, report, reviewer, review.rest, named, review_id, now)
        await move_report(tx, report, decision.state, now)
        answer = await announce_report(tx, caller, report_id, "report.reviewed", now)
        return await keep(tx, once, 201, answer, now)


async def start_review(db: Database, caller: Caller, report_id: UUID, once: Once, now: datetime) -> Answer:
    """The report, under review by the caller's organisation: nobody else decides or corrects it meanwhile."""
    async with db.begin() as tx:
        read = await _read(tx, caller, report_id, set(), lock=True)
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        require_takeable(_reviewed(read), await _reviewer(tx, caller))
        await move_report(tx, read.report, "under_review", now, reviewer_id=caller.org)
        answer = await announce_report(tx, caller, report_id, "report.review_started", now)
        return await keep(tx, once, 201, answer, now)


async def release_review(db: Database, caller: Caller, report_id: UUID, once: Once, now: datetime) -> Answer:
    """The report, submitted as before; its programme manager may release what a validator has left lying."""
    async with db.begin() as tx:
        report = require_visible(caller, await report_by_id(tx, report_id, lock=True))
        caller.requires_role(report["place_id"], "validator", "programme_manager")
        if (earlier := await replayed(tx, once)) is not None:
            return earlier
        if report["state"] != "under_review":
            raise ReportNotReviewable(f"A report that is {report['state']} is not under review.")
        is_holder = report["reviewer_id"] == caller.org
        if not is_holder and not caller.has_role(report["place_id"], "programme_manager"):
            raise ReportUnderReview("Another validator has this report under review.")
        await move_report(tx, report, "submitted", now)
        answer = await announce_report(tx, caller, report_id, "report.review_released", now)
        return await keep(tx, once, 201, answer, now)


async def _read(
    tx: AsyncConnection, caller: Caller, report_id: UUID, judged: Collection[UUID], *, lock: bool = False
) -> _Read:
    report = require_visible(caller, await report_by_id(tx, report_id, lock=lock))
    caller.requires_role(report["place_id"], "validator")
    for framework in sorted(await frameworks_licensed(tx, report_id)):
        if not sees_figures(framework, caller.scopes):
            raise LicenceMissing(f"This needs the scope {licence_scope(framework)}.")
    lines = await lines_named(tx, report_id, judged)
    activity_ids = {line["activity_id"] for line in lines if line["activity_id"] is not None}
    activities = await activities_by_ids(tx, activity_ids)
    return _Read(
        report,
        await persons_behind(tx, report_id),
        {line["line_id"]: line for line in lines},
        {activity_id: rows.joint for activity_id, rows in activities.items()},
    )


async def _reviewer(tx: AsyncConnection, caller: Caller) -> Reviewer:
    """Who reviews, with the records that lead to theirs: lines keep the one that they were stated with."""
    leads_to = await survivors(tx)
    records = (*records_of(caller.org, leads_to), *records_of(caller.act, leads_to))
    return Reviewer(caller.org, caller.act, caller.sub, frozenset(records))


def _reviewed(read: _Read) -> ReviewedReport:
    return ReviewedReport(
        state=read.report["state"],
        organisation_id=read.report["organisation_id"],
        acted_by=read.report["acted_by"],
        person_ids=read.person_ids,
        reviewer_id=read.report["reviewer_id"],
        has_lines=not read.report["nil_return"],
        lines={
            line_id: ReviewedLine(
                line_id,
                line["quantity"],
                line["state"],
                line["commissioner_id"],
                frozenset() if line["activity_id"] is None else read.activities[line["activity_id"]].partners,
            )
            for line_id, line in read.lines.items()
        },
    )


async def _write_review(
    tx: AsyncConnection, caller: Caller, report_id: UUID, review: Review, decision: Decision, now: datetime
) -> UUID:
    review_id = new_id()
    row = {
        "id": review_id,
        "report_id": report_id,
        "reviewer_id": caller.org,
        "acted_by": caller.act,
        "person_id": caller.sub,
        "client_id": caller.client_id,
        "outcome": review.outcome,
        "reason": review.reason,
        "recorded_at": now,
    }
    states = {line.line_id: line.state for line in decision.lines}
    lines = [
        {
            "review_id": review_id,
            "line_id": line.line_id,
            "accepted_quantity": line.accepted_quantity,
            "state": states[line.line_id],
            "reason": line.reason,
            "method": line.method,
            "evidence_level": line.evidence_level,
        }
        for line in review.lines
    ]
    await add_review(tx, row, lines)
    return review_id


async def _decide_lines(
    tx: AsyncConnection,
    review: Review,
    decision: Decision,
    accepted: Mapping[UUID, AcceptedLine],
) -> None:
    said = {line.line_id: line for line in review.lines}
    decided: dict[UUID, Mapping[str, Any]] = {
        line.line_id: {
            "state": line.state,
            "accepted_quantity": line.accepted_quantity,
            "validated_pence": _validated_pence(line, accepted),
            "review_reason": said[line.line_id].reason,
            "review_method": said[line.line_id].method,
            "evidence_level": said[line.line_id].evidence_level,
        }
        for line in decision.lines
    }
    await decide_lines(tx, decided)


def _validated_pence(line: LineDecision, accepted: Mapping[UUID, AcceptedLine]) -> int | None:
    """What counts as validated of a line: nothing of a rejected one, and a confirmed one is not validated."""
    if line.state == "confirmed":
        return None
    return 0 if line.state == "rejected" else accepted[line.line_id].amounts.total_pence


async def _enter(
    tx: AsyncConnection,
    report: RowMapping,
    decision: Decision,
    accepted: Mapping[UUID, AcceptedLine],
    now: datetime,
) -> None:
    """The ledger entries that follow: what was accepted, or the reversal of what does not stand."""
    if decision.withdraws:
        kind: SourceKind = "return" if decision.state == "returned" else "rejection"
        standing = await standing_entries(tx, report["id"])
        await append_entries(tx, reversals_of(standing, kind, new_id, now))
        await lapse_conflicts(tx, now, report_id=report["id"])
        if decision.state == "rejected":
            await release_claims(tx, report["id"])
        return
    states = {line.line_id: line.state for line in decision.lines}
    entries = [
        entry
        for line_id, line in accepted.items()
        for entry in entries_of_delivery(
            line.delivered,
            "confirmed" if states[line_id] == "confirmed" else "validated",
            line.counted_quantity,
            line.amounts,
            "review",
            new_id,
            now,
        )
    ]
    await append_entries(tx, entries)
