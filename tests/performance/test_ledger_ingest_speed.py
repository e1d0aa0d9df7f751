"""How fast entries are taken in beside a bare INSERT of the same rows, and whether the sequencer keeps up.

Times are those worked: this process and its database sessions, as the kernel counts them. The wall tells of
the neighbours too. Writers are tasks with sessions of their own; they take turns with the bare insert. Then
entries come in at the least rate, and the sequencer seals them meanwhile as it does in the service.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import cycle
from pathlib import Path
from random import Random  # noqa: TID251 - the same entries for the same seed
from statistics import median
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.integration.reporting_api.entry_maker import EntryMaker
from tests.performance.sequencer_beside import Sequencer

from cdp_common.db.database import Database
from cdp_common.kernel.clock import utc_now
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.plugin import MakeDatabase
from reporting_api.domain.entries import Entry
from reporting_api.storage.ledger import append_entries
from reporting_api.storage.ledger_rows import entry_row
from reporting_api.use_cases.run_sequencer import seal_place

WRITERS, REPORTS, LINES, ROUNDS = 4, 4, 250, 3
LEAST_OF_BARE, LEAST_FOR_ONE = 0.60, 0.30
SUSTAINED_S = 20.0
MOST_BEHIND_S = 3.0
"""A turn's wait and a turn's work; who is too slow by a fifth is further behind after that time."""
_ONE = EntryMaker(new_id(), Random(1)).some(1, utc_now())
ENTRY_COLUMNS = list(entry_row(_ONE[0]))


@pytest.fixture
async def db(make_database: MakeDatabase) -> Database:
    """A database whose sessions are all open already."""
    made = await make_database("reporting_api", "reporting")

    async def open_one() -> None:
        async with made.begin() as tx:
            await tx.execute(text("SELECT pg_sleep(0.2)"))

    await asyncio.gather(*(open_one() for _ in range(WRITERS)))
    return made


async def test_lines_are_taken_in_nearly_as_fast_as_they_are_inserted_and_the_sequencer_keeps_up(
    db: Database, say: Callable[[str], None]
):
    sessions = await _sessions(db)
    makers = [await _maker(db, new_id()) for _ in range(WRITERS)]
    bare, spread, single = [], [], []
    for _ in range(ROUNDS):
        bare.append(await _rate(db, sessions, makers, _inserted, _values))
        await _emptied(db, makers)
        spread.append(await _rate(db, sessions, makers, append_entries))
        await _emptied(db, makers)
        single.append(await _rate(db, sessions, makers[:1] * WRITERS, append_entries))
        await _emptied(db, makers)
    rates = [median(found) for found in (bare, spread, single)]
    of_bare, for_one = (rate / rates[0] for rate in rates[1:])
    say(f"bare INSERT of {LINES} rows: {rates[0]:,.0f} rows for each second worked")
    say(f"taken in: {rates[1]:,.0f} ({of_bare:.2f} of bare)")
    say(f"all for one partner: {rates[2]:,.0f} ({for_one:.2f} of bare)")
    spread_behind_s = await _behind_s(db, makers, LEAST_OF_BARE * rates[0], say)
    single_behind_s = await _behind_s(db, makers[:1], LEAST_OF_BARE * rates[0], say)
    assert of_bare >= LEAST_OF_BARE
    assert for_one >= LEAST_FOR_ONE
    assert max(spread_behind_s, single_behind_s) < MOST_BEHIND_S


async def _behind_s(
    db: Database, makers: Sequence[EntryMaker], rate: float, say: Callable[[str], None]
) -> float:
    """Seconds of the coming in of entries that are not sealed when they came in at that rate for a while."""
    sequencer, written = Sequencer(db.engine.url, db.schema, SUSTAINED_S), 0
    reporting = cycle(makers)
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(sequencer.run)
        await asyncio.to_thread(sequencer.ready.wait)
        while not running.done():
            if written < rate * sequencer.clock_s:
                async with db.begin() as tx:
                    await append_entries(tx, next(reporting).some(LINES, utc_now()))
                written += LINES
            else:
                await asyncio.sleep(0.002)
        running.result()
    assert written > 0.95 * rate * sequencer.clock_s, "the writers did not keep up themselves"
    sealed, worked_s = sequencer.sealed_count, sequencer.worked_s
    behind_s = (written - sealed) / rate
    say(
        f"sealed beside {rate:,.0f} a second for {len(makers)} places: {sealed / worked_s:,.0f} for each"
        f" second worked, busy {worked_s / sequencer.clock_s:.0%} of the time; {behind_s:.1f} s behind then"
    )
    await _emptied(db, makers)
    return behind_s


async def _rate(
    db: Database,
    sessions: Sequence[int],
    makers: Sequence[EntryMaker],
    write: Callable[[AsyncConnection, Any], Awaitable[None]],
    prepared: Callable[[list[Entry]], Any] = lambda entries: entries,
) -> float:
    """Rows written for each second worked, by writers at the same time, a transaction for each report."""
    reports = [[prepared(maker.some(LINES, utc_now())) for _ in range(REPORTS)] for maker in makers]

    async def submit(own: list[Any]) -> None:
        for report in own:
            async with db.begin() as tx:
                await write(tx, report)

    started = _worked_s(sessions)
    await asyncio.gather(*(submit(own) for own in reports))
    return len(makers) * REPORTS * LINES / (_worked_s(sessions) - started)


def _values(entries: Sequence[Entry]) -> list[Any]:
    """The values of all rows, one after the other: making them costs the bare insert nothing."""
    return [value for entry in entries for value in entry_row(entry).values()]


async def _inserted(tx: AsyncConnection, values: list[Any]) -> None:
    """One INSERT of many rows, prepared, by the driver itself."""
    await tx.execute(text("SELECT 1"))  # the driver's transaction begins with the first statement
    raw = (await tx.get_raw_connection()).driver_connection
    assert raw is not None
    await raw.execute(_insert(len(values)), *values)


@cache
def _insert(value_count: int) -> str:
    width = len(ENTRY_COLUMNS)
    rows = (
        "(" + ", ".join(f"${first + at}" for at in range(1, width + 1)) + ")"
        for first in range(0, value_count, width)
    )
    return f"INSERT INTO ledger_inbox ({', '.join(ENTRY_COLUMNS)}) VALUES {', '.join(rows)}"


async def _emptied(db: Database, makers: Sequence[EntryMaker]) -> None:
    for maker in makers:
        await seal_place(db, maker.place_id, utc_now)


async def _maker(db: Database, place_id: UUID) -> EntryMaker:
    maker = EntryMaker(place_id, Random(11))
    async with db.begin() as tx:
        await maker.keep_catalogue(tx, utc_now())
    return maker


async def _sessions(db: Database) -> list[int]:
    async with db.begin() as tx:
        found = await tx.scalars(
            text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid IS NOT NULL")
        )
        return list(found)


def _worked_s(sessions: Sequence[int]) -> float:
    """Seconds on a processor: this process, and the database sessions."""
    files = (Path(f"/proc/{session}/schedstat") for session in sessions)
    return (
        time.process_time()
        + sum(int(file.read_text(encoding="ascii").split()[0]) for file in files if file.exists()) / 1e9
    )
