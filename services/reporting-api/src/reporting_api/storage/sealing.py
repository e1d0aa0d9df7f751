"""Moving a place's inbox into its ledger: positions, leaf hashes, the block, and the roll-ups with it."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.clock import Clock
from reporting_api.domain.chain import seal
from reporting_api.storage.canonical_rows import LEAF
from reporting_api.storage.figures_changed import tell_figures_changed
from reporting_api.storage.ledger import head_block, lock_ledger
from reporting_api.storage.ledger_rows import block_row
from reporting_api.storage.ledger_tables import ledger_blocks, ledger_inbox
from reporting_api.storage.rollup_folding import fold_next

MAX_SEALED = 10_000
"""Entries in one block, so that a backlog is worked off in bounded steps."""
MAX_PLACES = 1_000

_ENTRY = ", ".join(column.name for column in ledger_inbox.c)

# In one statement: what leaves the inbox is read, numbered, hashed and put into the ledger.
_MOVE = text(f"""
    WITH taken AS (
        DELETE FROM ledger_inbox WHERE place_id = :place AND ctid = ANY(ARRAY(
            SELECT ctid FROM ledger_inbox WHERE place_id = :place ORDER BY recorded_at, id LIMIT :most))
        RETURNING *),
    l AS (SELECT *, row_number() OVER (ORDER BY recorded_at, id) + :before AS position FROM taken)
    INSERT INTO ledger_entries ({_ENTRY}, position, block_number, entry_hash)
    SELECT {_ENTRY}, position, :block, {LEAF} FROM l
    RETURNING position, entry_hash""")  # noqa: S608 - made of constants


async def places_waiting(tx: AsyncConnection) -> list[UUID]:
    """The places whose inbox holds entries."""
    query = select(ledger_inbox.c.place_id).distinct().limit(MAX_PLACES)
    return list((await tx.execute(query)).scalars())


class Sealed(NamedTuple):
    """What one step of the sequencer did: entries sealed, entries folded into the roll-ups, and the rest."""

    entry_count: int
    folded_count: int
    is_all: bool
    """Whether nothing more waited, sealed or not."""


async def seal_inbox(tx: AsyncConnection, place_id: UUID, clock: Clock) -> Sealed:
    """Move a place's committed entries into its ledger as one sealed block of at most `MAX_SEALED`.

    Others that seal the place's inbox wait. The time is read when the lock is held, so that whoever asks for
    a moment later than it finds the block. With the block it is told that the place's figures changed. What
    is sealed and not folded into the roll-ups yet is folded.
    """
    await lock_ledger(tx, place_id)
    # Statements of their own, begun when the lock is held: they see what the holder before has committed.
    before = await head_block(tx, place_id)
    last, number = (0, 0) if before is None else (before.last_position, before.number)
    asked = {"place": place_id, "before": last, "most": MAX_SEALED, "block": number + 1}
    rows = (await tx.execute(_MOVE, asked)).all()
    if rows:
        now = clock()
        block = seal(place_id, before, [leaf for _, leaf in sorted(rows)], now)
        await tx.execute(insert(ledger_blocks).values(block_row(block)))
        await tell_figures_changed(tx, place_id, now)
    folded = await fold_next(tx, place_id)
    is_folded = folded is None or folded.position == last + len(rows)
    return Sealed(
        len(rows), 0 if folded is None else folded.entry_count, is_folded and len(rows) < MAX_SEALED
    )
