"""Moving a place's inbox into its ledger: positions, leaf hashes, the block, and the roll-ups with it."""

from __future__ import annotations

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

_LEAVES = text(f"""
    WITH waiting AS (
        SELECT *, row_number() OVER (ORDER BY recorded_at, id) + :before AS position
        FROM (SELECT * FROM ledger_inbox WHERE place_id = :place
              ORDER BY recorded_at, id LIMIT :most) oldest)
    SELECT l.id, l.position, {LEAF} AS leaf FROM waiting l ORDER BY l.position""")  # noqa: S608 - made of constants

_MOVE = text(f"""
    INSERT INTO ledger_entries ({_ENTRY}, position, block_number, entry_hash)
    SELECT {", ".join(f"i.{column.name}" for column in ledger_inbox.c)}, placed.position, :block, placed.leaf
    FROM unnest(CAST(:ids AS uuid[]), CAST(:positions AS bigint[]), CAST(:leaves AS text[]))
        AS placed (id, position, leaf)
    JOIN ledger_inbox i ON i.place_id = :place AND i.id = placed.id
    ORDER BY placed.position""")  # noqa: S608 - made of constants

_LEAVE = text("DELETE FROM ledger_inbox WHERE place_id = :place AND id = ANY(CAST(:ids AS uuid[]))")


async def places_waiting(tx: AsyncConnection) -> list[UUID]:
    """The places whose inbox holds entries."""
    query = select(ledger_inbox.c.place_id).distinct().limit(MAX_PLACES)
    return list((await tx.execute(query)).scalars())


async def seal_inbox(tx: AsyncConnection, place_id: UUID, clock: Clock) -> int:
    """Move a place's committed entries into its ledger as one sealed block, and say how many there were.

    Others that seal the place's inbox wait. The time is read when the lock is held, so that whoever asks for
    a moment later than it finds the block. With the block it is told that the place's figures changed. What
    is sealed and not folded into the roll-ups yet is folded.
    """
    await lock_ledger(tx, place_id)
    # Statements of their own, begun when the lock is held: they see what the holder before has committed.
    before = await head_block(tx, place_id)
    last = 0 if before is None else before.last_position
    rows = (await tx.execute(_LEAVES, {"place": place_id, "before": last, "most": MAX_SEALED})).all()
    if rows:
        leaves = [row.leaf for row in rows]
        now = clock()
        block = seal(place_id, before, leaves, now)
        await tx.execute(insert(ledger_blocks).values(block_row(block)))
        ids = [row.id for row in rows]
        placed = {"ids": ids, "positions": [row.position for row in rows], "leaves": leaves}
        await tx.execute(_MOVE, {**placed, "place": place_id, "block": block.number})
        await tx.execute(_LEAVE, {"place": place_id, "ids": ids})
        await tell_figures_changed(tx, place_id, now)
    folded = await fold_next(tx, place_id)
    return max(len(rows), folded)
