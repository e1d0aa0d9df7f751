"""The keys with which places sign certificates: public halves as they are, private halves encrypted."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from charter_api.storage.signatures import register_on
from charter_api.storage.tables import charters, place_keys


async def place_keys_of(tx: AsyncConnection, place_id: UUID) -> list[RowMapping]:
    """Every key of a place, the oldest first; the last one signs."""
    query = select(place_keys).where(place_keys.c.place_id == place_id).order_by(place_keys.c.generation)
    return list((await tx.execute(query)).mappings())


async def add_place_key(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """Write a key, unless another process has written the key of this generation first."""
    kept = insert(place_keys).values(**row).on_conflict_do_nothing(constraint="uq_place_keys_generation")
    return (await tx.execute(kept)).rowcount == 1


async def newest_charter_of(tx: AsyncConnection, place_id: UUID) -> RowMapping | None:
    """The charter version that the place published last, or None."""
    query = select(charters).where(charters.c.place_id == place_id).order_by(charters.c.id.desc()).limit(1)
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def states_in_list(
    tx: AsyncConnection, place_id: UUID, day: date, first: int, past: int
) -> dict[int, str]:
    """The state on a day of each signature of a place whose register number is in the range."""
    found = register_on(day).subquery()
    query = select(found.c.register_number, found.c.state).where(
        found.c.place_id == place_id,
        found.c.register_number >= first,
        found.c.register_number < past,
        found.c.state.in_(("withdrawn", "suspended")),
    )
    return {row.register_number: row.state for row in await tx.execute(query)}
