"""Reading and writing signatures that networks entered, and what became of the files they came in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import keyset
from charter_api.domain.entry import EntryState, OwnRecord
from charter_api.storage.entry_tables import signature_entries as entries
from charter_api.storage.entry_tables import signature_imports as imports

MAX_EXPIRED = 500


async def add_entries(tx: AsyncConnection, rows: Sequence[dict[str, Any]]) -> frozenset[UUID]:
    """Write entries, and give the ids of those written.

    A second one of the network that waits for the same organisation's word is left out.
    """
    if not rows:
        return frozenset()
    written = insert(entries).values(list(rows)).on_conflict_do_nothing().returning(entries.c.id)
    return frozenset((await tx.execute(written)).scalars())


async def entry_by_id(tx: AsyncConnection, entry_id: UUID, *, for_change: bool = False) -> RowMapping | None:
    """The entry, or None; for a change it is held until the transaction ends."""
    query = select(entries).where(entries.c.id == entry_id)
    row: RowMapping | None = (
        (await tx.execute(query.with_for_update() if for_change else query)).mappings().one_or_none()
    )
    return row


async def decide_entry(
    tx: AsyncConnection,
    entry_id: UUID,
    state: EntryState,
    decided_at: datetime,
    *,
    decided_by: UUID | None,
    reason: str | None,
) -> None:
    """Take the entry from pending to its last state."""
    changes = {"state": state, "decided_at": decided_at, "decided_by": decided_by, "reason": reason}
    await tx.execute(
        update(entries).where(entries.c.id == entry_id, entries.c.state == "pending").values(changes)
    )


async def entries_page(
    tx: AsyncConnection,
    own: OwnRecord,
    *,
    state: EntryState | None,
    today: date,
    cursor: str | None,
    limit: int,
) -> list[RowMapping]:
    """Entries that an organisation made or that name it, oldest first."""
    named = or_(
        entries.c.organisation_id.in_(own.ids),
        and_(entries.c.organisation_id.is_(None), entries.c.identifier.in_(own.identifiers)),
    )
    query = select(entries).where(or_(entries.c.entered_by.in_(own.ids), named))
    if state is not None:
        query = query.where(_is_in(state, today))
    return list((await tx.execute(keyset(query, [entries.c.id], cursor, limit))).mappings())


def _is_in(state: EntryState, today: date) -> ColumnElement[bool]:
    waits = entries.c.state == "pending"
    if state == "pending":
        return and_(waits, entries.c.expires_on >= today)
    if state == "expired":
        return or_(entries.c.state == "expired", and_(waits, entries.c.expires_on < today))
    return entries.c.state == state


async def expired_entries(tx: AsyncConnection, today: date) -> list[RowMapping]:
    """Entries that wait past their last day, a bounded number; held until the transaction ends."""
    query = (
        select(entries)
        .where(entries.c.state == "pending", entries.c.expires_on < today)
        .order_by(entries.c.id)
        .limit(MAX_EXPIRED)
        .with_for_update(skip_locked=True)
    )
    return list((await tx.execute(query)).mappings())


async def expire(tx: AsyncConnection, entry_ids: Collection[UUID], now: datetime) -> None:
    """Mark entries as expired."""
    await tx.execute(
        update(entries).where(entries.c.id.in_(entry_ids)).values(state="expired", decided_at=now)
    )


def person_ids(rows: Sequence[RowMapping]) -> list[UUID]:
    """Where the names of entries stand."""
    return [row["person_id"] for row in rows]


async def add_import(
    tx: AsyncConnection, import_id: UUID, charter_id: UUID, imported_by: UUID, report: str, now: datetime
) -> None:
    """Keep the report of a file."""
    row = {
        "id": import_id,
        "charter_id": charter_id,
        "imported_by": imported_by,
        "report": report,
        "recorded_at": now,
    }
    await tx.execute(insert(imports).values(row))


async def import_report(tx: AsyncConnection, import_id: UUID) -> str:
    """The report of a file, byte for byte."""
    report: str = (await tx.execute(select(imports.c.report).where(imports.c.id == import_id))).scalar_one()
    return report
