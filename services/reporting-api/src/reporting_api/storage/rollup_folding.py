"""Folding sealed blocks into the roll-ups: what a day's blocks added, the sums by span, and checkpoints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.figures import NO_COMMISSIONER
from reporting_api.storage.contributions import (
    AMOUNTS,
    CELL_NAME,
    FIGURES,
    LINE_COLUMNS,
    OF_MEASURE,
    SUM_COLUMNS,
    SUMS,
    added,
)
from reporting_api.storage.rollup_tables import ledger_folds

MAX_FOLDED = 20_000
"""Entries folded in one step, as far as blocks allow it; a block is never divided."""
CHECKPOINT_EVERY = 40_000
"""Entries after which a day's end is kept as a checkpoint, also within a month: what lies between bounds what
an earlier moment costs to read."""
CHECKPOINT_AT_MONTHS_END = 5_000
"""Entries without which a month's end is not worth the copy of all cells."""

_NAMES = f"marginal, {CELL_NAME}"


def contributed(*, by_day_of_sealing: bool) -> str:
    """What a run of a place's entries adds to every cell, by month (in 'due_day' by day).

    One pass over the contributions adds up every marginal: which one a row is of, its grouping tells. What a
    marginal does not hold (figures beside the four, days of what is not due) is left out afterwards.
    """
    day, sealed, blocks = "", "", ""
    if by_day_of_sealing:
        day, sealed = "sealed_on, ", "(b.sealed_at AT TIME ZONE 'UTC')::date AS sealed_on, "
        blocks = "JOIN ledger_blocks b ON b.place_id = :place AND b.number = l.block_number"
    return f"""
    SELECT {day}marginal, code, qualifier, licence, figure, bucket, {SUMS} FROM (
        SELECT {day}CASE WHEN GROUPING(measure) = 0 THEN 'measure'
                    WHEN GROUPING(day) = 0 THEN 'due_day'
                    WHEN GROUPING(deliverer_id) = 0 THEN 'deliverer'
                    WHEN GROUPING(commissioner_id) = 0 THEN 'commissioner'
                    WHEN GROUPING(route) = 0 THEN 'route' ELSE 'area' END AS marginal,
               CASE WHEN GROUPING(measure) = 0 THEN measure
                    WHEN GROUPING(deliverer_id) = 0 THEN deliverer_id::text
                    WHEN GROUPING(commissioner_id) = 0
                        THEN coalesce(commissioner_id::text, '{NO_COMMISSIONER}')
                    WHEN GROUPING(route) = 0 THEN route ELSE coalesce(area_code, '') END AS code,
               CASE WHEN GROUPING(measure) = 0 THEN edition_hash
                    WHEN GROUPING(area_code) = 0 THEN coalesce(area_index, '') ELSE '' END AS qualifier,
               licence, figure, CASE WHEN GROUPING(day) = 0 THEN day ELSE month END AS bucket, {added("c")}
        FROM (
            SELECT {sealed}l.measure, l.edition_hash, l.deliverer_id, l.commissioner_id, l.route,
                   l.area_code, l.area_index, coalesce(m.licence_framework, '') AS licence, f.figure, f.day,
                   date_trunc('month', f.day::timestamp)::date AS month, {AMOUNTS}
            FROM (SELECT {LINE_COLUMNS}, block_number FROM ledger_entries
                  WHERE place_id = :place AND position > :after AND position <= :upto) l
            {blocks} {OF_MEASURE} {FIGURES}
            WHERE f.counts) c
        GROUP BY GROUPING SETS (
            ({day}figure, month, licence, measure, edition_hash),
            ({day}figure, month, licence, deliverer_id),
            ({day}figure, month, licence, commissioner_id),
            ({day}figure, month, licence, route),
            ({day}figure, month, licence, area_code, area_index),
            ({day}figure, day, licence, deliverer_id))) summed
    WHERE marginal = 'measure' OR figure = 'due'
       OR marginal <> 'due_day' AND figure IN ('committed', 'delivered', 'validated')"""  # noqa: S608 - made of constants


HASHED = text("""
    SELECT set_config('enable_sort', 'off', true), set_config('enable_nestloop', 'off', true)""")
"""Few rows are expected where thousands come: sorting them by their names, or looking for each of them, takes
longest of all."""

SPANS = """JOIN (VALUES ('day', true), ('month', false), ('quarter', false), ('year', false))
        AS k (span, is_daily) ON k.is_daily = (p.marginal = 'due_day')
    CROSS JOIN LATERAL (SELECT k.span,
        CASE WHEN k.span IN ('day', 'month') THEN p.bucket
            ELSE date_trunc(k.span, p.bucket::timestamp)::date END AS first_day) AS s"""
"""The spans in which a row `p` of a month or day counts: constants, which are not worked out for each row."""

_ADDED_UP = ", ".join(f"{column} = have.{column} + excluded.{column}" for column in SUM_COLUMNS)

# Under the place's lock nobody else numbers its cells.
_FOLD = text(f"""
    WITH contributed AS MATERIALIZED ({contributed(by_day_of_sealing=False)}),
    looked_up AS MATERIALIZED (
        SELECT c.*, known.cell
        FROM contributed c LEFT JOIN ledger_cells known
          ON known.place_id = :place AND known.marginal = c.marginal AND known.code = c.code
         AND known.qualifier = c.qualifier AND known.licence = c.licence),
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
        INSERT INTO ledger_days AS have (place_id, marginal, sealed_on, bucket, figure, cell, {SUMS})
        SELECT :place, marginal, CAST(:sealed_on AS date), bucket, figure, cell, {SUMS} FROM placed
        ON CONFLICT (place_id, marginal, sealed_on, bucket, figure, cell) DO UPDATE SET {_ADDED_UP})
    INSERT INTO ledger_rollups AS have (place_id, marginal, span, bucket, figure, cell, {SUMS})
    SELECT :place, p.marginal, s.span, s.first_day, p.figure, p.cell, {added("p")} FROM placed p {SPANS}
    GROUP BY p.marginal, s.span, s.first_day, p.figure, p.cell
    ON CONFLICT (place_id, marginal, span, bucket, figure, cell) DO UPDATE SET {_ADDED_UP}""")  # noqa: S608 - made of constants

_CHECKPOINT = text(f"""
    INSERT INTO ledger_checkpoints (place_id, sealed_on, marginal, span, bucket, figure, cell, {SUMS})
    SELECT place_id, CAST(:sealed_on AS date), marginal, span, bucket, figure, cell, {SUMS}
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
    checkpoint_position: int

    def is_checkpoint_due(self, following: date) -> bool:
        """Whether the day's end is to be kept before anything of the following day is folded."""
        if following == self.sealed_on:
            return False
        more = self.position - self.checkpoint_position
        ends_month = (following.year, following.month) != (self.sealed_on.year, self.sealed_on.month)
        return more >= CHECKPOINT_EVERY or (ends_month and more >= CHECKPOINT_AT_MONTHS_END)


NOTHING_FOLDED = Fold(0, 0, date.min, 0)
"""Where a place stands before its first block is folded."""


async def folded_so_far(tx: AsyncConnection, place_id: UUID) -> Fold | None:
    """How far a place is folded; none before its first block is."""
    columns = ledger_folds.c
    query = select(
        columns.block_number, columns.position, columns.sealed_on, columns.checkpoint_position
    ).where(columns.place_id == place_id)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else Fold(*row)


async def places_behind(tx: AsyncConnection, most: int) -> list[UUID]:
    """The places with sealed blocks that are not folded yet."""
    return list((await tx.execute(_BEHIND, {"most": most})).scalars())


class Folded(NamedTuple):
    """How many entries were folded in one step, and up to which position."""

    entry_count: int
    position: int


async def fold_next(tx: AsyncConnection, place_id: UUID) -> Folded | None:
    """Fold a place's next blocks of one day; None when all are folded.

    The caller holds the place's lock.
    """
    before = await folded_so_far(tx, place_id)
    after = before or NOTHING_FOLDED
    place = {"place": place_id}
    asked = {**place, "after": after.block_number, "last": after.position + MAX_FOLDED}
    row = (await tx.execute(_NEXT, asked)).one_or_none()
    if row is None:
        return None
    kept = after.checkpoint_position
    if before is not None and before.is_checkpoint_due(row.sealed_on):
        await tx.execute(_CHECKPOINT, {**place, "sealed_on": before.sealed_on})
        kept = before.position
    span = {"after": after.position, "upto": row.last_position, "sealed_on": row.sealed_on}
    await tx.execute(HASHED)
    await tx.execute(_FOLD, {**place, **span})
    values = {
        "block_number": row.number,
        "position": row.last_position,
        "sealed_on": row.sealed_on,
        "checkpoint_position": kept,
    }
    statement = insert(ledger_folds).values(place_id=place_id, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["place_id"], set_=values))
    return Folded(row.last_position - after.position, row.last_position)
