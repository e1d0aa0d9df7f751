"""Reading and writing charter versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import raise_for_constraint
from cdp_common.db.paging import keyset
from charter_api.domain.charter import CharterVersionTaken
from charter_api.storage.tables import charters


async def add_charter(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write a charter version; a version the place has used before is refused."""
    try:
        await tx.execute(insert(charters).values(**row))
    except IntegrityError as error:
        raise_for_constraint(
            error,
            {
                "uq_charters_place_version": lambda: CharterVersionTaken(
                    "The place has published this version before."
                )
            },
        )


async def charter_by_id(tx: AsyncConnection, charter_id: UUID) -> RowMapping | None:
    """The charter's row, or None."""
    return (await tx.execute(select(charters).where(charters.c.id == charter_id))).mappings().one_or_none()


async def charters_of(
    tx: AsyncConnection, *, place_id: UUID | None, cursor: str | None, limit: int
) -> list[RowMapping]:
    """Charter versions in the order of their ids, one more than `limit` when there are further ones."""
    query = select(charters)
    if place_id is not None:
        query = query.where(charters.c.place_id == place_id)
    return list((await tx.execute(keyset(query, [charters.c.id], cursor, limit))).mappings())
