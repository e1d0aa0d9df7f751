"""Writing, reading and forgetting drafts of reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.copying import copy_rows
from cdp_common.db.paging import keyset
from reporting_api.domain.report_drafts import ReportDraftExists
from reporting_api.storage.draft_tables import report_draft_lines, report_drafts

MAX_COPIED_S = 60


async def add_draft(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Write a draft; refused where the organisation keeps one of the very same period."""
    with constraint_errors({"uq_report_drafts_one_a_period": _exists}):
        await tx.execute(insert(report_drafts).values(**row))


async def draft_by_id(tx: AsyncConnection, draft_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The draft's row, or none; `lock` holds others back until commit."""
    query = select(report_drafts).where(report_drafts.c.id == draft_id)
    if lock:
        query = query.with_for_update()
    return (await tx.execute(query)).mappings().one_or_none()


async def drafts_page(
    tx: AsyncConnection, organisation_id: UUID, place_id: UUID | None, cursor: str | None, limit: int
) -> list[RowMapping]:
    """The organisation's drafts, oldest first."""
    query = select(report_drafts).where(report_drafts.c.organisation_id == organisation_id)
    if place_id is not None:
        query = query.where(report_drafts.c.place_id == place_id)
    return list((await tx.execute(keyset(query, [report_drafts.c.id], cursor, limit))).mappings())


async def change_draft(tx: AsyncConnection, draft_id: UUID, values: Mapping[str, Any]) -> None:
    """Write a draft's new content beside its lines, as its next version."""
    columns = report_drafts.c
    statement = update(report_drafts).where(columns.id == draft_id)
    await tx.execute(statement.values(version=columns.version + 1, **values))


async def forget_draft(tx: AsyncConnection, draft_id: UUID) -> None:
    """Remove a draft with its lines."""
    await tx.execute(delete(report_drafts).where(report_drafts.c.id == draft_id))


async def forget_old_drafts(tx: AsyncConnection, before: datetime, limit: int) -> int:
    """Remove drafts that nobody has changed since a moment, a bounded number, and say how many."""
    old = select(report_drafts.c.id).where(report_drafts.c.changed_at < before).limit(limit)
    return (await tx.execute(delete(report_drafts).where(report_drafts.c.id.in_(old)))).rowcount


# ------------------------------------------------------------------ lines
async def copy_draft_lines(
    tx: AsyncConnection, draft_id: UUID, first_ordinal: int, lines: Sequence[str]
) -> None:
    """Write lines of a draft, each as its JSON, from an ordinal on."""
    rows = ((draft_id, ordinal, line) for ordinal, line in enumerate(lines, start=first_ordinal))
    await copy_rows(tx, report_draft_lines, ["draft_id", "ordinal", "line"], rows, limit_s=MAX_COPIED_S)


async def remove_draft_lines(tx: AsyncConnection, draft_id: UUID) -> None:
    """Remove every line of a draft."""
    await tx.execute(delete(report_draft_lines).where(report_draft_lines.c.draft_id == draft_id))


async def draft_lines_page(
    tx: AsyncConnection, draft_id: UUID, cursor: str | None, limit: int
) -> list[RowMapping]:
    """Lines of a draft in the order in which they were stated."""
    query = select(report_draft_lines).where(report_draft_lines.c.draft_id == draft_id)
    ordinal = report_draft_lines.c.ordinal
    return list((await tx.execute(keyset(query, [ordinal], cursor, limit))).mappings())


async def draft_lines_from(
    tx: AsyncConnection, draft_id: UUID, first_ordinal: int, limit: int
) -> list[tuple[int, Any]]:
    """Lines of a draft from an ordinal on, with their ordinals."""
    columns = report_draft_lines.c
    query = (
        select(columns.ordinal, columns.line)
        .where(columns.draft_id == draft_id, columns.ordinal >= first_ordinal)
        .order_by(columns.ordinal)
        .limit(limit)
    )
    return [(row.ordinal, row.line) for row in await tx.execute(query)]


def _exists() -> ReportDraftExists:
    return ReportDraftExists("A draft of this period is kept already; change that one.")
