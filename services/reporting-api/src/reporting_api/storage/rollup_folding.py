"""Folding sealed blocks into the roll-ups: what a day's blocks added, the sums by month, months' ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.storage.contributions import (
    ALL_CELLS,
    AMOUNTS,
    BUCKET,
    CELL_NAME,
    FIGURES,
    LINE_COLUMNS,
    MEASURE_AND_EDITION,
    SUM_COLUMNS,
    SUMS,
    added,
)
from reporting_api.storage.rollup_tables import ledger_folds

MAX_FOLDED = 20_000
"""Entries folded in one step, as far as blocks allow it; a block is never divided."""

CONTRIBUTED = f"""
    SELECT c.marginal, {", ".join(f"c.{name}" for name in CELL_NAME.split(", "))}, c.figure, c.bucket,
           {added("c")}
    FROM (
        SELECT d.marginal, {", ".join(f"d.{name}" for name in CELL_NAME.split(", "))}, f.figure,
               {BUCKET} AS bucket, {AMOUNTS}
        FROM (SELECT {LINE_COLUMNS} FROM ledger_entries
              WHERE place_id = :place AND position > :after AND position <= :upto) l
        {MEASURE_AND_EDITION} {FIGURES} {ALL_CELLS}
        WHERE f.counts AND d.applies) c
    GROUP BY c.marginal, {", ".join(f"c.{name}" for name in CELL_NAME.split(", "))}, c.figure, c.bucket"""  # noqa: S608 - made of constants
"""What a run of a place's entries adds to every cell."""

_NAMES = f"marginal, {CELL_NAME}"
_ADDED_UP = ", ".join(f"{column} = have.{column} + excluded.{column}" for column in SUM_COLUMNS)

# Under the place's lock nobody else numbers its cells.
_FOLD = text(f"""
    WITH contributed AS MATERIALIZED ({CONTRIBUTED}),
    looked_up AS MATERIALIZED (
        SELECT c.*, known.cell
        FROM contributed c LEFT JOIN ledger_cells known
          ON known.place_id = :place AND known.marginal = c.marginal AND known.part = c.part
         AND known.part_index = c.part_index AND known.code = c.code AND known.edition = c.edition
         AND known.licence = c.licence),
    named AS (
        INSERT INTO ledger_cells (place_id, cell, {_NAMES})
        SELECT :place, (SELECT coalesce(max(cell), 0) FROM ledger_cells WHERE place_id = :place)
                   + row_number() OVER (ORDER BY {_NAMES}), {_NAMES}
        FROM (SELECT DISTINCT {_NAMES} FROM looked_up WHERE cell IS NULL) fresh
        RETURNING cell, {_NAMES}),
    placed AS MATERIALIZED (
        SELECT cell, marginal, figure, bucket, {SUMS} FROM looked_up WHERE cell IS NOT NULL
        UNION ALL
        SELECT named.cell, marginal, figure, bucket, {SUMS}
        FROM (SELECT {_NAMES}, figure, bucket, {SUMS} FROM looked_up WHERE cell IS NULL) fresh
        JOIN named USING ({_NAMES})),
    of_day AS (
        INSERT INTO ledger_days AS have (place_id, marginal, sealed_on, figure, bucket, cell, {SUMS})
        SELECT :place, marginal, CAST(:sealed_on AS date), figure, bucket, cell, {SUMS} FROM placed
        ON CONFLICT (place_id, marginal, sealed_on, figure, bucket, cell) DO UPDATE SET {_ADDED_UP})
    INSERT INTO ledger_rollups AS have (place_id, marginal, figure, bucket, cell, {SUMS})
    SELECT :place, marginal, figure, bucket, cell, {SUMS} FROM placed
    ON CONFLICT (place_id, marginal, figure, bucket, cell) DO UPDATE SET {_ADDED_UP}""")  # noqa: S608 - made of constants

_CHECKPOINT = text(f"""
    INSERT INTO ledger_checkpoints (place_id, sealed_month, marginal, figure, bucket, cell, {SUMS})
    SELECT place_id, date_trunc('month', CAST(:sealed_on AS timestamp))::date, marginal, figure, bucket, cell,
           {SUMS}
    FROM ledger_rollups WHERE place_id = :place""")  # noqa: S608 - made of constants

# The next blocks of one day, as many as the step may hold, and at least one.
_NEXT = text("""
    WITH next AS (
        SELECT number, last_position, (sealed_at AT TIME ZONE 'UTC')::date AS sealed_on
        FROM ledger_blocks WHERE place_id = :place AND number > :after ORDER BY number LIMIT 1)
    SELECT b.number, b.last_position, next.sealed_on
    FROM ledger_blocks b, next
    WHERE b.place_id = :place AND b.number >= next.number AND b.number < next.number + 10000
      AND b.sealed_at < (next.sealed_on + 1)::timestamp AT TIME ZONE 'UTC'
      AND (b.number = next.number OR b.last_position <= :last)
    ORDER BY b.number DESC LIMIT 1""")

_BEHIND = text("""
    SELECT first.place_id FROM ledger_blocks first
    LEFT JOIN ledger_folds f ON f.place_id = first.place_id
    WHERE first.number = 1 AND EXISTS (
        SELECT FROM ledger_blocks b
        WHERE b.place_id = first.place_id AND b.number = coalesce(f.block_number, 0) + 1)
    LIMIT :most""")


@dataclass(frozen=True, slots=True)
class Fold:
    """How far a place's blocks are folded in: the last one, its last position and the day of its sealing."""

    block_number: int
    position: int
    sealed_on: date


async def folded_so_far(tx: AsyncConnection, place_id: UUID) -> Fold | None:
    """How far a place is folded; none before its first block is."""
    columns = ledger_folds.c
    query = select(columns.block_number, columns.position, columns.sealed_on).where(
        columns.place_id == place_id
    )
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else Fold(row.block_number, row.position, row.sealed_on)


async def places_behind(tx: AsyncConnection, most: int) -> list[UUID]:
    """The places with sealed blocks that are not folded yet."""
    return list((await tx.execute(_BEHIND, {"most": most})).scalars())


async def fold_next(tx: AsyncConnection, place_id: UUID) -> int:
    """Fold a place's next blocks of one day, and say how many entries they hold; 0 when all are folded.

    The caller holds the place's lock. With a day of another month the roll-ups as they stood are kept first.
    """
    before = await folded_so_far(tx, place_id)
    after = Fold(0, 0, date.min) if before is None else before
    place = {"place": place_id}
    asked = {**place, "after": after.block_number, "last": after.position + MAX_FOLDED}
    row = (await tx.execute(_NEXT, asked)).one_or_none()
    if row is None:
        return 0
    done = Fold(row.number, row.last_position, row.sealed_on)
    if before is not None and before.sealed_on.replace(day=1) < done.sealed_on.replace(day=1):
        await tx.execute(_CHECKPOINT, {**place, "sealed_on": before.sealed_on})
    span = {"after": after.position, "upto": done.position, "sealed_on": done.sealed_on}
    await tx.execute(_FOLD, {**place, **span})
    values = {"block_number": done.block_number, "position": done.position, "sealed_on": done.sealed_on}
    statement = insert(ledger_folds).values(place_id=place_id, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["place_id"], set_=values))
    return done.position - after.position
