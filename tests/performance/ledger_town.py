"""A place's ledger of any size over three years, with the same cells at every size.

330 areas, 40 organisations, 45 measures, 36 months and 6 routes give ten thousand combinations, drawn once by
chance. Every size holds each combination; what is more falls on them by Zipf's law.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.kernel.identifiers import new_id
from reporting_api.storage.ledger_tables import ledger_inbox
from reporting_api.use_cases.run_sequencer import seal_place

COMBINATIONS = 10_000
TABLES = ("entries", "blocks", "rollups", "days", "checkpoints", "cells")
FIRST_MONTH = date(2023, 1, 1)
DAYS = 1_096
"""Three years of days."""
OFTEN = 200_000
"""Entries from which on something is sealed on every day, and below on every tenth."""
TIDIED_EVERY_DAYS = 20

_CATALOGUE = (
    "SELECT setseed(0.42)",
    """INSERT INTO editions (edition_hash, framework, edition, title, data_status, crosswalks)
        VALUES (repeat('a', 64), 'town', '1', 'Town', 'actual', '[]')""",
    """INSERT INTO measures (edition_hash, code, title, theme, theme_title, outcome, outcome_title, unit,
            excludes, price_year, is_redistributable)
        SELECT repeat('a', 64), 'M' || n, 'Measure ' || n, 'T' || n % 6, 'Theme ' || n % 6, 'O' || n % 15,
            'Outcome ' || n % 15, 'count', '{}', 2024, true FROM generate_series(1, 45) n""",
    """INSERT INTO areas (need_index, code, name, place_slug, decile, band)
        SELECT 'town', 'E' || n, 'Area ' || n, 'town', 1 + n % 10,
            (ARRAY['severe', 'high', 'mild', 'low'])[1 + n % 4] FROM generate_series(1, 330) n""",
    "CREATE TABLE town_organisations AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, 40) n",
    """INSERT INTO organisations (id, name, updated_at)
        SELECT id, 'Organisation ' || n, now() FROM town_organisations""",
    # Rank r of k is drawn as floor(k ^ u): its chance falls as 1/r.
    """CREATE TABLE town AS
        SELECT row_number() OVER () AS n, row_number() OVER (PARTITION BY month) AS k, c.*
        FROM (SELECT drawn.*, 1000 + floor(random() * 500000)::bigint AS pence FROM (
                SELECT DISTINCT floor(power(330.9, random()))::int AS area,
                    floor(power(40.9, random()))::int AS organisation,
                    floor(power(45.9, random()))::int AS measure,
                    floor(random() * 36)::int AS month,
                    (ARRAY['procurement', 'own_activity', 'grant', 'planning', 'charter', 'joint'])
                        [floor(power(6.9, random()))::int] AS route,
                    (ARRAY['delivered', 'validated', 'due', 'delivered', 'confirmed', 'committed'])
                        [floor(power(6.9, random()))::int] AS figure
                FROM generate_series(1, 100000)) drawn
            ORDER BY random() LIMIT 10000) c""",
    "ALTER TABLE town ADD PRIMARY KEY (n), ADD UNIQUE (month, k)",
    "ANALYZE town",
)

_COLUMNS = ", ".join(column.name for column in ledger_inbox.c)

# Lines become known from a month after they take effect, one in ten of them up to a year later.
LINES = f"""
    SELECT CAST(:place AS uuid), gen_random_uuid(), c.figure, o.id, b.id, c.route, NULL::uuid,
        CASE WHEN c.route = 'procurement' THEN gen_random_uuid() END, 'M' || c.measure, 'T' || c.measure % 6,
        'O' || c.measure % 15, repeat('a', 64), 'v1', f.month_end,
        f.month_end - 27, CASE WHEN c.figure = 'committed' THEN f.month_end + 400 ELSE f.month_end END,
        CASE WHEN c.area > 1 THEN 'E' || c.area END, CASE WHEN c.area > 1 THEN 'town' END, 12.5,
        c.pence, c.pence / 3, c.pence / 10, c.pence, c.pence * 2, 'actual',
        CASE WHEN c.figure = 'committed' THEN 'commitment' ELSE 'report' END, gen_random_uuid(),
        gen_random_uuid(), NULL::uuid, CAST(:now AS timestamptz)
    FROM {{drawn}} AS drawn (n) JOIN town c ON c.n = drawn.n
    JOIN town_organisations o ON o.n = c.organisation
    JOIN town_organisations b ON b.n = 1 + (c.organisation + c.measure) % 40
    CROSS JOIN LATERAL (SELECT (date '{FIRST_MONTH}' + make_interval(months => c.month + 1))::date - 1
        AS month_end) f"""

_DRAWN = """(SELECT t.n FROM (
        SELECT least(35, greatest(0, CAST(:day AS int) / 30 - CASE WHEN random() < 0.9
                THEN floor(random() * 2) ELSE floor(random() * 12) END))::int AS month,
            floor(power(220, random()))::int AS k
        FROM generate_series(1, CAST(:draws AS int)) g) chosen
    JOIN town t ON t.month = chosen.month AND t.k = chosen.k)"""


@dataclass
class Town:
    """A database with the place's ledger in it."""

    db: Database
    owner: Database
    place: UUID
    clock: FixedClock
    size: int = 0
    sealing_s: float = 0.0

    async def grow(self, size: int) -> None:
        """Fill the ledger day by day until it holds `size` entries; the sequencer seals each day's.

        While it does, the next day's are drawn, which become known when it is done.
        """
        async with self.db.begin() as tx:
            at_once = await _combinations_by_day(tx)
        step = 1 if size >= OFTEN else 10
        numbers = [number for number in range(DAYS) if (number + 1) % step == 0 or number + 1 == DAYS]
        drawn = await self._drawn(at_once, -1, numbers[0], size)
        for number, following in pairwise(numbers):
            await drawn.aclose()
            drawn, _ = await asyncio.gather(self._drawn(at_once, number, following, size), self._seal(number))
            if number % TIDIED_EVERY_DAYS < step:
                await self._tidy()
        await drawn.aclose()
        await self._seal(numbers[-1])
        self.size = size
        self.clock.set(self.clock() + timedelta(days=1))
        async with self.owner.begin() as tx:
            for table in TABLES:
                await tx.execute(text(f"ANALYZE ledger_{table}"))

    async def _seal(self, number: int) -> None:
        self.clock.set(_noon(number))
        started = time.perf_counter()
        await seal_place(self.db, self.place, self.clock)
        self.sealing_s += time.perf_counter() - started

    async def _drawn(
        self, at_once: dict[int, list[int]], before: int, number: int, size: int
    ) -> AsyncExitStack:
        """A transaction of the owner's with what becomes known after one day and up to another."""
        more = size - COMBINATIONS
        draws = more * (number + 1) // DAYS - more * (before + 1) // DAYS
        first = [n for past in range(before + 1, number + 1) for n in at_once.get(past, [])]
        async with AsyncExitStack() as stack:
            tx = await stack.enter_async_context(self.owner.begin())
            await tx.execute(text("SET LOCAL statement_timeout = '300s'"))
            await self._draw(tx, first, draws, number)
            return stack.pop_all()

    async def _tidy(self) -> None:
        """What autovacuum would do beside the service; a test's server goes without it."""
        engine = self.owner.engine.execution_options(isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(
                text("VACUUM (ANALYZE, TRUNCATE off) ledger_inbox, ledger_rollups, ledger_entries")
            )

    async def sizes(self) -> dict[str, tuple[int, int]]:
        """Rows, and bytes with indexes, of each table of the ledger."""
        async with self.db.begin() as tx:
            return {
                table: tuple(
                    (
                        await tx.execute(
                            text(
                                "SELECT count(*), pg_total_relation_size(CAST(:name AS regclass))"
                                f" FROM ledger_{table}"
                            ),
                            {"name": f"ledger_{table}"},
                        )
                    ).one()
                )
                for table in TABLES
            }

    async def _draw(self, tx: AsyncConnection, each: list[int], draws: int, number: int) -> None:
        values = {"place": self.place, "now": _noon(number), "each": each, "draws": draws, "day": number}
        insert = f"INSERT INTO ledger_inbox ({_COLUMNS}) "
        await tx.execute(text(insert + LINES.format(drawn="unnest(CAST(:each AS bigint[]))")), values)
        if draws:
            await tx.execute(text(insert + LINES.format(drawn=_DRAWN)), values)


def _noon(number: int) -> datetime:
    """The moment of a day at which what became known on it is sealed."""
    return datetime(2023, 2, 1, 12, tzinfo=UTC) + timedelta(days=number)


async def _combinations_by_day(tx: AsyncConnection) -> dict[int, list[int]]:
    """On which day each combination becomes known for the first time: within two months of its own."""
    rows = await tx.execute(text("SELECT n, month FROM town ORDER BY n"))
    found: dict[int, list[int]] = {}
    for n, month in rows:
        found.setdefault(min(DAYS - 1, month * 30 + n % 61), []).append(n)
    return found


async def new_town(db: Database, owner: Database) -> Town:
    """An empty ledger with its catalogue and combinations."""
    async with owner.begin() as tx:
        for statement in _CATALOGUE:
            await tx.execute(text(statement))
        await tx.execute(text("GRANT SELECT ON town, town_organisations TO PUBLIC"))
    return Town(db, owner, new_id(), FixedClock(datetime(2023, 2, 1, tzinfo=UTC)))
