"""Working roll-ups out of the ledger's lines again, and naming what is not the same."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.storage.contributions import SUM_COLUMNS, SUMS, added
from reporting_api.storage.rollup_folding import HASHED, SPANS, Fold, contributed

MAX_NAMED = 20
"""Cells that one comparison names; where one is wrong there are often many."""
MAX_STATEMENT_S = 600

_OF_SPAN = ("marginal", "span", "bucket", "figure", "cell")
_OF_DAY = ("sealed_on", "marginal", "bucket", "figure", "cell")
_SUMMED = ", ".join(_OF_SPAN)


def _compared(expected: str, stored: str, key: tuple[str, ...]) -> TextClause:
    """The rows that only one side has or that differ: both sides have each key at most once."""
    joined = " AND ".join(f"expected.{column} = stored.{column}" for column in key)
    columns = [f"coalesce(stored.{column}, expected.{column}) AS {column}" for column in (*key, *_POUNDS)]
    return text(f"""
        WITH expected AS MATERIALIZED ({expected}), stored AS MATERIALIZED ({stored})
        SELECT CASE WHEN stored.marginal IS NULL THEN 'missing' ELSE 'kept' END AS side,
               {", ".join(columns)}
        FROM expected FULL JOIN stored ON {joined}
        WHERE ({_row("expected")}) IS DISTINCT FROM ({_row("stored")}) LIMIT {MAX_NAMED}""")  # noqa: S608 - made of constants


_POUNDS = ("social_pence", "local_pence")


def _row(alias: str) -> str:
    return ", ".join(f"{alias}.{column}" for column in SUM_COLUMNS)


# A cell that nothing is called by has no number, and so nothing stored is equal to it.
_OF_DAYS = _compared(
    f"""SELECT e.sealed_on, e.marginal, e.bucket, e.figure, c.cell, {_row("e")}
        FROM ({contributed(by_day_of_sealing=True)}) e
        LEFT JOIN ledger_cells c ON c.place_id = :place AND c.marginal = e.marginal AND c.code = e.code
            AND c.qualifier = e.qualifier AND c.licence = e.licence""",  # noqa: S608 - made of constants
    f"""SELECT {", ".join(_OF_DAY)}, {SUMS} FROM ledger_days
        WHERE place_id = :place AND sealed_on BETWEEN :since AND :day""",  # noqa: S608 - made of constants
    _OF_DAY,
)

_ADDED_DAYS = f"""SELECT p.marginal, s.span, s.first_day AS bucket, p.figure, p.cell, {added("p")}
    FROM ledger_days p {SPANS}
    WHERE p.place_id = :place AND p.sealed_on > :since AND p.sealed_on <= :day
    GROUP BY p.marginal, s.span, s.first_day, p.figure, p.cell"""  # noqa: S608 - made of constants

_CHECKPOINT = f"""SELECT {_SUMMED}, {SUMS} FROM ledger_checkpoints
    WHERE place_id = :place AND sealed_on = """  # noqa: S608 - made of constants

_SINCE_THEN = f"""SELECT {", ".join(f"coalesce(a.{column}, b.{column}) AS {column}" for column in _OF_SPAN)},
        {", ".join(f"coalesce(a.{c}, 0) + coalesce(b.{c}, 0) AS {c}" for c in SUM_COLUMNS)}
    FROM ({_CHECKPOINT} :since) a
    FULL JOIN ({_ADDED_DAYS}) b ON {" AND ".join(f"a.{column} = b.{column}" for column in _OF_SPAN)}"""  # noqa: S608 - made of constants
"""A checkpoint with what the days after it added."""

_OF_ROLLUPS = _compared(
    _SINCE_THEN,
    f"SELECT {_SUMMED}, {SUMS} FROM ledger_rollups WHERE place_id = :place",  # noqa: S608 - made of constants
    _OF_SPAN,
)

_OF_CHECKPOINT = _compared(_SINCE_THEN, f"{_CHECKPOINT} :day", _OF_SPAN)

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

_CHECKPOINT_POSITION = text("""
    SELECT max(last_position) FROM ledger_blocks
    WHERE place_id = :place AND sealed_at < (CAST(:last AS date) + 1)::timestamp AT TIME ZONE 'UTC'""")

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


async def checkpoint_is_named(tx: AsyncConnection, place_id: UUID, fold: Fold, last: date | None) -> bool:
    """Whether the fold names the position at which the last checkpoint, of that day, stands."""
    found = None if last is None else await tx.scalar(_CHECKPOINT_POSITION, {"place": place_id, "last": last})
    return fold.checkpoint_position == (found or 0)


async def folded_days(tx: AsyncConnection, place_id: UUID, fold: Fold) -> list[tuple[date, int, int]]:
    """Each day of sealing up to the fold, with the position before its first entry and its last."""
    rows = await tx.execute(_DAYS, {"place": place_id, "folded": fold.position})
    return [(row.day, row.after, row.upto) for row in rows]


async def other_days(tx: AsyncConnection, place_id: UUID, fold: Fold) -> int:
    """How many rows there are of days on which nothing was sealed."""
    return await tx.scalar(_OTHER_DAYS, {"place": place_id, "folded": fold.position}) or 0


async def day_faults(
    tx: AsyncConnection, place_id: UUID, since: date, day: date, after: int, upto: int
) -> list[str]:
    """What the sums of the days of sealing from `since` to `day` say otherwise than their lines."""
    values = {"place": place_id, "since": since, "day": day, "after": after, "upto": upto}
    rows = (await tx.execute(_OF_DAYS, values)).all()
    return [f"sums of {row.sealed_on}: {_told(row)}" for row in rows]


async def rollup_faults(tx: AsyncConnection, place_id: UUID, since: date, fold: Fold) -> list[str]:
    """What the roll-ups say otherwise than the last checkpoint, of `since`, and the days after it."""
    values = {"place": place_id, "since": since, "day": fold.sealed_on}
    return [f"roll-ups: {_told(row)}" for row in (await tx.execute(_OF_ROLLUPS, values)).all()]


async def checkpoint_days(tx: AsyncConnection, place_id: UUID) -> list[date]:
    """The days whose ends are kept, in order."""
    return list((await tx.execute(_CHECKPOINT_DAYS, {"place": place_id})).scalars())


async def checkpoint_faults(tx: AsyncConnection, place_id: UUID, since: date, day: date) -> list[str]:
    """What a checkpoint says otherwise than the one before with the days between them."""
    values = {"place": place_id, "since": since, "day": day}
    rows = (await tx.execute(_OF_CHECKPOINT, values)).all()
    return [f"checkpoint of {day}: {_told(row)}" for row in rows]


def _told(row: Any) -> str:
    pence = row.social_pence + row.local_pence
    return f"{row.side} {pence} pence of {row.figure} by {row.marginal} in {row.bucket}"
