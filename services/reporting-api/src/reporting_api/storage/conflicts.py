"""Finding, listing and closing conflicts between reporters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import keyset
from reporting_api.domain.conflicts import ConflictState, Mark
from reporting_api.domain.reports import STANDING_STATES
from reporting_api.storage.conflict_tables import line_marks, report_conflicts
from reporting_api.storage.copy_tables import measures
from reporting_api.storage.report_tables import report_lines, reports

MAX_RAISED = 1_000
"""Conflicts that one report raises; more would be one mistake made many times."""

# One place's marks are written one report after the other, so that of two the later sees the earlier.
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' marks ' || :place, 0))"


async def add_marks(
    tx: AsyncConnection, place_id: UUID, report_id: UUID, organisation_id: UUID, marks: Sequence[Mark]
) -> None:
    """Write what lines of a report may share with others."""
    if not marks:
        return
    await tx.execute(text(_LOCK), {"place": str(place_id)})
    whose = {"place_id": place_id, "report_id": report_id, "organisation_id": organisation_id}
    rows = [
        {"line_id": one.line_id, "kind": one.kind, "shared": one.shared, "area": one.area, **whose}
        for one in marks
    ]
    await tx.execute(insert(line_marks), rows)


async def clashes_of(tx: AsyncConnection, report_id: UUID) -> list[RowMapping]:
    """The lines of standing reports of others that share a mark with a report's, the report's own beside."""
    mine, theirs = line_marks.alias("mine"), line_marks.alias("theirs")
    my_line, their_line = report_lines.alias("my_line"), report_lines.alias("their_line")
    my_report, their_report = reports.alias("my_report"), reports.alias("their_report")
    is_same_measure = my_line.c.measure == their_line.c.measure
    excludes = their_line.c.measure == func.any(measures.c.excludes)
    on_same_days = (their_report.c.period_start <= my_report.c.period_end) & (
        their_report.c.period_end >= my_report.c.period_start
    )
    query = (
        select(
            mine.c.kind,
            mine.c.shared,
            my_line.c.line_id.label("my_line_id"),
            their_line.c.line_id.label("their_line_id"),
            their_report.c.id.label("their_report_id"),
            their_report.c.organisation_id.label("their_organisation_id"),
            func.bool_or(is_same_measure).label("is_same_measure"),
            func.greatest(my_report.c.period_start, their_report.c.period_start).label("since"),
            func.least(my_report.c.period_end, their_report.c.period_end).label("until"),
        )
        .join_from(mine, my_line, my_line.c.line_id == mine.c.line_id)
        .join(my_report, my_report.c.id == mine.c.report_id)
        .join(
            theirs,
            (theirs.c.place_id == mine.c.place_id)
            & (theirs.c.kind == mine.c.kind)
            & (theirs.c.shared == mine.c.shared)
            & (theirs.c.area == mine.c.area)
            & (theirs.c.organisation_id != mine.c.organisation_id),
        )
        .join(their_line, their_line.c.line_id == theirs.c.line_id)
        .join(their_report, their_report.c.id == theirs.c.report_id)
        .join(
            measures,
            (measures.c.edition_hash == my_line.c.edition_hash) & (measures.c.code == my_line.c.measure),
        )
        .where(
            mine.c.report_id == report_id,
            their_report.c.state.in_(STANDING_STATES),
            their_line.c.taken_out_at.is_(None),
            or_(mine.c.kind == "evidence", on_same_days & (is_same_measure | excludes)),
        )
        .group_by(
            mine.c.kind,
            mine.c.shared,
            my_line.c.line_id,
            their_line.c.line_id,
            their_report.c.id,
            my_report.c.id,
        )
        .order_by(my_line.c.ordinal, their_line.c.line_id)
        .limit(MAX_RAISED)
    )
    return list((await tx.execute(query)).mappings())


async def raise_conflict(tx: AsyncConnection, row: Mapping[str, Any]) -> bool:
    """Write a conflict; False when the two lines are in it already."""
    statement = pg_insert(report_conflicts).values(**row).on_conflict_do_nothing()
    return (await tx.execute(statement)).rowcount == 1


async def conflict_by_id(tx: AsyncConnection, conflict_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The conflict's row, or none; `lock` holds others back until commit."""
    query = select(report_conflicts).where(report_conflicts.c.id == conflict_id)
    if lock:
        query = query.with_for_update()
    return (await tx.execute(query)).mappings().one_or_none()


async def conflicts_page(
    tx: AsyncConnection,
    place_id: UUID,
    *,
    organisation_id: UUID | None,
    state: ConflictState | None,
    cursor: str | None,
    limit: int,
) -> list[RowMapping]:
    """A place's conflicts in the order in which they were raised; of an organisation, those it is in."""
    columns = report_conflicts.c
    query = select(report_conflicts).where(columns.place_id == place_id)
    if organisation_id is not None:
        query = query.where(
            or_(
                columns.first_organisation_id == organisation_id,
                columns.second_organisation_id == organisation_id,
            )
        )
    if state is not None:
        query = query.where(columns.state == state)
    return list((await tx.execute(keyset(query, [columns.id], cursor, limit))).mappings())


async def sides_of(tx: AsyncConnection, line_ids: Sequence[UUID]) -> dict[UUID, RowMapping]:
    """What conflicts show of lines, by line."""
    query = (
        select(
            report_lines.c.line_id,
            report_lines.c.report_id,
            report_lines.c.measure,
            reports.c.organisation_id,
            reports.c.organisation_name,
            reports.c.period_start,
            reports.c.period_end,
        )
        .join(reports, reports.c.id == report_lines.c.report_id)
        .where(report_lines.c.line_id.in_(line_ids))
    )
    return {row["line_id"]: row for row in (await tx.execute(query)).mappings()}


async def close_conflict(tx: AsyncConnection, conflict_id: UUID, values: Mapping[str, Any]) -> None:
    """Write how an open conflict was decided."""
    columns = report_conflicts.c
    await tx.execute(
        update(report_conflicts)
        .where(columns.id == conflict_id)
        .values(state="resolved", version=columns.version + 1, **values)
    )


async def lapse_conflicts(
    tx: AsyncConnection, now: datetime, *, report_id: UUID | None = None, line_id: UUID | None = None
) -> None:
    """Close the open conflicts of a report that stands no more, or of a line that was taken out."""
    columns = report_conflicts.c
    if line_id is not None:
        concerned = or_(columns.first_line_id == line_id, columns.second_line_id == line_id)
    else:
        concerned = or_(columns.first_report_id == report_id, columns.second_report_id == report_id)
    await tx.execute(
        update(report_conflicts)
        .where(columns.state == "open", concerned)
        .values(state="lapsed", closed_at=now, version=columns.version + 1)
    )


async def take_out(tx: AsyncConnection, line_id: UUID, reason: str, now: datetime) -> None:
    """Write that a conflict was decided against a line: nothing of it is accepted."""
    values = {
        "state": "rejected",
        "accepted_quantity": Decimal(0),
        "validated_pence": 0,
        "review_reason": reason,
        "review_method": None,  # what a review said before is of a decision that stands no more
        "evidence_level": None,
        "taken_out_at": now,
    }
    await tx.execute(update(report_lines).where(report_lines.c.line_id == line_id).values(**values))
