"""Writing down exports: asked for, taken up, how far they are, and their end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, delete, func, insert, null, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.jobs import NewJob, enqueue
from cdp_common.db.paging import keyset
from reporting_api.domain.exports import OPEN_STATES, ExportState
from reporting_api.storage.export_tables import exports
from reporting_api.storage.loose_blobs import loosen_blob

EXPORT = "export"
"""The name of the jobs that make exports; their payload is the export's id."""

_export = exports.c
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('exports ' || :organisation, 0))")


async def room_taken(tx: AsyncConnection, organisation_id: UUID) -> tuple[int, int]:
    """How many exports an organisation has under way, and the bytes that are kept of it.

    Whoever else of the organisation asks for one waits until commit.
    """
    await tx.execute(_LOCK, {"organisation": str(organisation_id)})
    query = select(
        func.count().filter(_export.state.in_(OPEN_STATES)),
        func.coalesce(func.sum(_export.byte_count).filter(_export.state == "done"), 0),
    ).where(_export.organisation_id == organisation_id)
    open_count, kept_bytes = (await tx.execute(query)).one()
    return open_count, int(kept_bytes)


async def add_export(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Write an export that is asked for, and put its job into the queue."""
    await tx.execute(insert(exports).values(**row))
    await enqueue_export(tx, row["id"])


async def enqueue_export(tx: AsyncConnection, export_id: UUID) -> None:
    """Have an export made; nothing happens where its job waits or runs already."""
    await enqueue(tx, EXPORT, [NewJob(payload=export_id.bytes, key=f"{EXPORT}:{export_id}")])


async def export_by_id(tx: AsyncConnection, export_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The export's row, or none; `lock` holds others back until commit."""
    query = select(exports).where(_export.id == export_id)
    if lock:
        query = query.with_for_update()
    return (await tx.execute(query)).mappings().one_or_none()


async def exports_page(
    tx: AsyncConnection, organisation_id: UUID, places: Collection[UUID], cursor: str | None, limit: int
) -> list[RowMapping]:
    """The organisation's exports, the newest first: of a place's rows those of `places`."""
    query = select(exports).where(
        _export.organisation_id == organisation_id,
        or_(_export.rows.is_(None), _export.rows == "own", _export.place_id.in_(places)),
    )
    return list((await tx.execute(keyset(query, [_export.id.desc()], cursor, limit))).mappings())


async def take_up(tx: AsyncConnection, export_id: UUID, now: datetime) -> RowMapping | None:
    """The export as its next attempt begins; none where it is not to be made any more."""
    statement = (
        update(exports)
        .where(_export.id == export_id, _export.state.in_(OPEN_STATES))
        .values(
            state="running",
            attempt=_export.attempt + 1,
            rows_done=0,
            rows_total=null(),
            started_at=func.coalesce(_export.started_at, now),
            touched_at=now,
        )
        .returning(exports)
    )
    row: RowMapping | None = (await tx.execute(statement)).mappings().one_or_none()
    return row


async def note_progress(tx: AsyncConnection, row: RowMapping, now: datetime, **values: Any) -> bool:
    """Write how far an attempt is; False when it was cancelled, or another attempt has taken over."""
    return await _change(tx, row, touched_at=now, **values)


async def put_off(tx: AsyncConnection, row: RowMapping, now: datetime) -> None:
    """Write that an attempt ended unfinished; a later one begins anew."""
    await _change(tx, row, state="queued", touched_at=now)


async def finish(tx: AsyncConnection, row: RowMapping, now: datetime, **values: Any) -> bool:
    """Write the end of an attempt; False when it was cancelled, or another attempt has taken over."""
    return await _change(tx, row, touched_at=now, finished_at=now, **values)


async def _change(tx: AsyncConnection, row: RowMapping, **values: Any) -> bool:
    is_current = and_(_export.id == row["id"], _export.state == "running", _export.attempt == row["attempt"])
    return (await tx.execute(update(exports).where(is_current).values(**values))).rowcount == 1


async def end_export(tx: AsyncConnection, row: RowMapping, state: ExportState, now: datetime) -> None:
    """Write that a locked export is cancelled or expired; its blob, if it has one, is loose from now on."""
    if row["blob_key"] is not None:
        await loosen_blob(tx, row["blob_key"], now)
    values: dict[str, Any] = {"state": state, "blob_key": None, "touched_at": now}
    if row["finished_at"] is None:
        values["finished_at"] = now
    await tx.execute(update(exports).where(_export.id == row["id"]).values(**values))


async def forget_export(tx: AsyncConnection, row: RowMapping, now: datetime) -> None:
    """Remove a locked export with all that is known of it; its blob is loose from now on."""
    if row["blob_key"] is not None:
        await loosen_blob(tx, row["blob_key"], now)
    await tx.execute(delete(exports).where(_export.id == row["id"]))


async def lock_expired(tx: AsyncConnection, now: datetime, limit: int) -> list[RowMapping]:
    """Exports whose file has been kept for its time."""
    query = select(exports).where(_export.state == "done", _export.expires_at <= now)
    query = query.order_by(_export.expires_at).limit(limit).with_for_update(skip_locked=True)
    return list((await tx.execute(query)).mappings())


async def unheard_of(tx: AsyncConnection, before: datetime, limit: int) -> list[UUID]:
    """Open exports of whose worker nothing was heard since a moment, the longest first."""
    query = select(_export.id).where(_export.state.in_(OPEN_STATES), _export.touched_at < before)
    return list(await tx.scalars(query.order_by(_export.touched_at).limit(limit)))


async def forget_old(tx: AsyncConnection, before: datetime, limit: int) -> int:
    """Remove what is known of exports that were asked for before a moment and have no file."""
    old = (
        select(_export.id)
        .where(_export.created_at < before, _export.state.not_in((*OPEN_STATES, "done")))
        .order_by(_export.created_at)
        .limit(limit)
    )
    return (await tx.execute(delete(exports).where(_export.id.in_(old)))).rowcount
