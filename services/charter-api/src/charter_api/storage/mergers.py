"""Signatures of an organisation under all its records, and what a merger of records does to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.merges import records_of, survivors
from charter_api.storage.signatures import pledges_of, register_on
from charter_api.storage.tables import pledge_moves, signatures

_MERGERS = "charter organisation mergers"
"""What an advisory lock is taken on: shared by whoever signs, alone by whoever follows a merger."""


async def hold_mergers(tx: AsyncConnection) -> None:
    """Let no merger be followed until this transaction ends; several may hold this at once."""
    await tx.execute(select(func.pg_advisory_xact_lock_shared(func.hashtextextended(_MERGERS, 0))))


async def hold_signings(tx: AsyncConnection) -> None:
    """Let nobody sign until this transaction ends, so that no signature is missed."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(_MERGERS, 0))))


async def signed_by_records_of(
    tx: AsyncConnection, organisation_ids: Collection[UUID], day: date, place_id: UUID | None = None
) -> list[RowMapping]:
    """Every signature of the organisations, under whichever record, with the version that it began with.

    In the order of the register; `owner_id` is the record to which each leads.
    """
    leads_to = await survivors(tx)
    records = {record for one in organisation_ids for record in records_of(one, leads_to)}
    query = register_on(day).add_columns(signatures.c.charter_id.label("begun_with"))
    query = query.where(signatures.c.organisation_id.in_(records))
    if place_id is not None:
        query = query.where(signatures.c.place_id == place_id)
    return list((await tx.execute(query.order_by(signatures.c.register_number))).mappings())


async def move_pledges(
    tx: AsyncConnection, from_signature: UUID, to_signature: UUID, effective_on: date, now: datetime
) -> None:
    """Put all pledges of a signature under another one from a day on."""
    moved: Sequence[RowMapping] = await pledges_of(tx, [from_signature])
    rows = [
        {
            "pledge_id": pledge["id"],
            "signature_id": to_signature,
            "effective_on": effective_on,
            "recorded_at": now,
        }
        for pledge in moved
    ]
    if rows:
        await tx.execute(insert(pledge_moves), rows)
