"""Working roll-ups out of the ledger's lines again, and naming what is not the same."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.storage.contributions import SUMS, added
from reporting_api.storage.rollup_folding import CONTRIBUTED, HASHED, SPANS, Fold

MAX_NAMED = 20
"""Cells that one comparison names; where one is wrong there are often many."""
MAX_STATEMENT_S = 600

_SUMMED = "marginal, span, bucket, figure, cell"


def _compared(expected: str, stored: str, named: str) -> TextClause:
    """The rows that only one side has, and which side it is."""
    return text(f"""
        WITH expected AS MATERIALIZED ({expected}), stored AS MATERIALIZED ({stored})
        SELECT 'missing' AS side, {named}, social_pence + local_pence AS pence
        FROM (SELECT * FROM expected EXCEPT SELECT * FROM stored) wanting
        UNION ALL
        SELECT 'kept', {named}, social_pence + local_pence
        FROM (SELECT * FROM stored EXCEPT SELECT * FROM expected) wrong
        LIMIT {MAX_NAMED}""")  # noqa: S608 - made of constants


_OF_DAY = _compared(
    CONTRIBUTED,
    f"""SELECT c.marginal, c.code, c.qualifier, c.licence, d.figure, d.bucket, {SUMS}
        FROM ledger_days d
        LEFT JOIN ledger_cells c ON c.place_id = d.place_id AND c.cell = d.cell AND c.marginal = d.marginal
        WHERE d.place_id = :place AND d.sealed_on = :day""",  # noqa: S608 - made of constants
    "marginal, figure, bucket",
)

_ADDED_DAYS = f"""SELECT p.marginal, s.span, s.first_day AS bucket, p.figure, p.cell, {added("p")}
    FROM ledger_days p {SPANS}
    WHERE p.place_id = :place AND p.sealed_on > :since AND p.sealed_on <= :day AND s.applies
    GROUP BY p.marginal, s.span, s.first_day, p.figure, p.cell"""  # noqa: S608 - made of constants

_OF_ROLLUPS = _compared(
    _ADDED_DAYS,
    f"SELECT {_SUMMED}, {SUMS} FROM ledger_rollups WHERE place_id = :place",  # noqa: S608 - made of constants
    "marginal, figure, bucket",
)

_CHECKPOINT = f"""SELECT {_SUMMED}, {SUMS} FROM ledger_checkpoints
    WHERE place_id = :place AND sealed_on = """  # noqa: S608 - made of constants

_OF_CHECKPOINT = _compared(
    f"""SELECT {_SUMMED}, {added("parts")}
        FROM ({_CHECKPOINT} :since UNION ALL {_ADDED_DAYS}) parts GROUP BY {_SUMMED}""",  # noqa: S608 - made of constants
    f"{_CHECKPOINT} :day",
    "marginal, figure, bucket",
)

_DAYS = text("""
    SELECT (sealed_at AT TIME ZONE 'UTC')::date AS day, min(first_position) - 1 AS after,
           least(max(last_position), :folded) AS upto
    FROM ledger_blocks WHERE place_id = :place AND first_position <= :folded
    GROUP BY 1 ORDER BY 1""")

_OTHER_DAYS = text("""
    SELECT count(*) FROM ledger_days d WHERE d.place_id = :place AND NOT EXISTS (
        SELECT FROM ledger_blocks b WHERE b.place_id = :place AND b.last_position <= :folded
            AND (b.sealed_at AT TIME ZONE 'UTC')::date = d.sealed_on)""")

_CHECKPOINT_DAYS = text("""
    SELECT DISTINCT sealed_on FROM ledger_checkpoints WHERE place_id = :place ORDER BY sealed_on""")

_FOLD_BLOCK = text("""
    SELECT last_position, (sealed_at AT TIME ZONE 'UTC')::date AS sealed_on FROM ledger_blocks
    WHERE place_id = :place AND number = :number""")


async def allow_time(tx: AsyncConnection) -> None:
    """Let the statements of a check run as long as they take on a large ledger."""
    await tx.execute(text(f"SET LOCAL statement_timeout = '{MAX_STATEMENT_S}s'"))
    await tx.execute(text("SET LOCAL work_mem = '128MB'"))
    await tx.execute(HASHED)


async def fold_is_of_block(tx: AsyncConnection, place_id: UUID, fold: Fold) -> bool:
    """Whether the fold stands at the end of the block that it names."""
    row = (await tx.execute(_FOLD_BLOCK, {"place": place_id, "number": fold.block_number})).one_or_none()
    return row is not None and (row.last_position, row.sealed_on) == (fold.position, fold.sealed_on)


async def folded_days(tx: AsyncConnection, place_id: UUID, fold: Fold) -> list[tuple[date, int, int]]:
    """Each day of sealing up to the fold, with the position before its first entry and its last."""
    rows = await tx.execute(_DAYS, {"place": place_id, "folded": fold.position})
    return [(row.day, row.after, row.upto) for row in rows]


async def other_days(tx: AsyncConnection, place_id: UUID, fold: Fold) -> int:
    """How many rows there are of days on which nothing was sealed."""
    return await tx.scalar(_OTHER_DAYS, {"place": place_id, "folded": fold.position}) or 0


async def day_faults(tx: AsyncConnection, place_id: UUID, day: date, after: int, upto: int) -> list[str]:
    """What the sums of a day of sealing say otherwise than its lines."""
    values = {"place": place_id, "day": day, "after": after, "upto": upto}
    return _told(f"sums of {day}", await tx.execute(_OF_DAY, values))


async def rollup_faults(tx: AsyncConnection, place_id: UUID, fold: Fold) -> list[str]:
    """What the roll-ups say otherwise than all days together."""
    values = {"place": place_id, "since": date.min, "day": fold.sealed_on}
    return _told("roll-ups", await tx.execute(_OF_ROLLUPS, values))


async def checkpoint_days(tx: AsyncConnection, place_id: UUID) -> list[date]:
    """The days whose ends are kept, in order."""
    return list((await tx.execute(_CHECKPOINT_DAYS, {"place": place_id})).scalars())


async def checkpoint_faults(tx: AsyncConnection, place_id: UUID, since: date, day: date) -> list[str]:
    """What a checkpoint says otherwise than the one before with the days between them."""
    values = {"place": place_id, "since": since, "day": day}
    return _told(f"checkpoint of {day}", await tx.execute(_OF_CHECKPOINT, values))


def _told(what: str, rows: Any) -> list[str]:
    return [
        f"{what}: {side} {pence} pence of {figure} by {marginal} in {bucket}"
        for side, marginal, figure, bucket, pence in rows
    ]
