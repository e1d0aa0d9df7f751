"""The keys with which places sign certificates: public halves as they are, private halves encrypted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, exists, select, union_all
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from charter_api.storage.signatures import register_on
from charter_api.storage.tables import charters, place_keys, signature_changes, signatures


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
    """How certificates of a place stand on a day, by their numbers in the range: those that are not good.

    What was certified at a level before the present one counts as withdrawn.
    """
    found = register_on(day).subquery()
    number = found.c.status_number
    not_good = select(number, found.c.state).where(
        found.c.place_id == place_id,
        number >= first,
        number < past,
        found.c.state.in_(("withdrawn", "merged", "suspended")),
    )
    states = {row.status_number: row.state for row in await tx.execute(not_good)}
    return states | dict.fromkeys(await _numbers_superseded(tx, place_id, day, first, past), "withdrawn")


async def _numbers_superseded(
    tx: AsyncConnection, place_id: UUID, day: date, first: int, past: int
) -> Sequence[int]:
    """Numbers of signatures of the place that went to another level, and with it to another number."""
    later = signature_changes.alias("later")
    later_number = exists().where(
        later.c.signature_id == signatures.c.id,
        later.c.register_number.is_not(None),
        later.c.effective_on <= day,
    )
    of_signing = select(signatures.c.register_number.label("number")).where(
        signatures.c.place_id == place_id, later_number
    )
    of_changes = (
        select(signature_changes.c.register_number.label("number"))
        .join(signatures, signatures.c.id == signature_changes.c.signature_id)
        .where(
            signatures.c.place_id == place_id,
            signature_changes.c.register_number.is_not(None),
            later_number.where(later.c.number > signature_changes.c.number),
        )
    )
    numbers = union_all(of_signing, of_changes).subquery()
    query = select(numbers.c.number).where(numbers.c.number >= first, numbers.c.number < past)
    return (await tx.execute(query)).scalars().all()
