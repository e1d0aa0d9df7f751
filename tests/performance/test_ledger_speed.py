"""How long the collective figures take, now and as of earlier moments, beside a direct sum of the lines.

Two clocks are read: the time worked (this process and its database session, as the kernel counts it), which
the bars are held against, and the wall, which is that plus whoever else is busy on the machine. On a machine
with nothing else to do they are the same but for waiting. `CDP_BENCH_ENTRIES` sets the larger size.
"""

from __future__ import annotations

import gc
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random  # noqa: TID251 - the same moments for the same seed
from typing import Any, cast

import pytest
from sqlalchemy import text
from tests.performance.ledger_town import COMBINATIONS, Town, new_town

from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.reporting import CollectiveValue
from cdp_common.db.database import Database
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.periods import Period
from cdp_common.testing.databases import TestDatabases
from cdp_common.testing.plugin import MakeDatabase
from cdp_common.web.caller import Caller
from cdp_common.web.serving import search_seldom
from reporting_api.domain.figures import FOUR_FIGURES
from reporting_api.storage.remembered import Remembered
from reporting_api.use_cases.compute_value import Dimension
from reporting_api.use_cases.read_value import get_collective_value

ENTRIES = int(os.environ.get("CDP_BENCH_ENTRIES", "5000000"))
NOW_P99_MS, AS_OF_P99_MS, MOST_TIMES_SLOWER = 20.0, 50.0, 1.3
MOMENTS = 200
WINDOWS = (
    Period(date(2025, 7, 1), date(2025, 9, 30)),
    Period(date(2024, 4, 1), date(2025, 3, 31)),
    Period(date(2023, 1, 1), date(2025, 12, 31)),
)
GROUPS = ("theme", "measure", "organisation", "need_band", "area", "route")

DIRECTLY = text("""
    SELECT theme,
        coalesce(sum(pence) FILTER (WHERE figure = 'committed' AND period_end >= :until), 0) AS committed,
        coalesce(sum(pence) FILTER (WHERE figure = 'due' AND effective_on >= :since), 0) AS due,
        coalesce(sum(pence) FILTER (WHERE figure = 'delivered' AND effective_on >= :since), 0) AS delivered,
        coalesce(sum(pence) FILTER (WHERE figure = 'validated' AND effective_on >= :since), 0) AS validated
    FROM (SELECT theme, figure, effective_on, period_end, social_pence + local_pence AS pence
        FROM ledger_entries
        WHERE place_id = :place AND effective_on <= :until AND position <= (
            SELECT coalesce(max(last_position), 0) FROM ledger_blocks
            WHERE place_id = :place AND sealed_at <= :moment)) lines
    GROUP BY theme""")
"""The four figures by theme as one would sum them by hand, without anything of the service's own."""


@dataclass
class Times:
    """How long each of many questions took, in milliseconds."""

    worked: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> tuple[float, float]:
        """Worked and wall time that this share of the questions keeps within."""
        return _percentile(self.worked, share), _percentile(self.wall, share)

    def told(self) -> str:
        """The median and the 99th percentile of both clocks."""
        (worked, wall), (most, longest) = self.percentile(0.5), self.percentile(0.99)
        return f"p50 {worked:.1f}, p99 {most:.1f} ms worked (wall {wall:.1f}, {longest:.1f})"


@dataclass
class Asking:
    """Asks a town as somebody with a role in the place does, and reads both clocks."""

    town: Town
    session: int
    memory: Remembered = field(default_factory=Remembered)

    async def ask(self, times: Times, window: Period, group: str, **asked: Any) -> bytes:
        """The answer of the service's own use case, as it goes out."""
        dimension = Dimension(group, basis="delivered_by" if group == "organisation" else None)  # type: ignore[arg-type]  # one of the literals
        wall, worked = time.perf_counter(), self._worked_s()
        answer = await get_collective_value(
            self.town.db,
            cast(TomsClient, None),  # no crosswalk is asked for
            _reader(self.town),
            self.town.place,
            window,
            as_of=asked.get("as_of"),
            groups=[dimension],
            basis="delivered_by",
            now=self.town.clock(),
            memory=self.memory,
        )
        times.worked.append((self._worked_s() - worked) * 1000)
        times.wall.append((time.perf_counter() - wall) * 1000)
        return answer

    def _worked_s(self) -> float:
        """Seconds on a processor: this process, and the one database session that answers it."""
        session = int(Path(f"/proc/{self.session}/schedstat").read_text(encoding="ascii").split()[0])
        return time.process_time() + session / 1e9


@pytest.fixture
async def town_of(
    make_database: MakeDatabase, databases: TestDatabases
) -> AsyncIterator[Callable[[int], Any]]:
    """Towns with ledgers of a size, each in a database of its own with one session."""
    opened: list[Database] = []

    async def make(size: int) -> Town:
        made = await make_database("reporting_api", "reporting")
        url = databases.owner_url(made)
        owner = Database(url, schema=made.schema, app_name="bench owner", pool_size=2)
        db = Database(made.engine.url, schema=made.schema, app_name="bench", pool_size=1)
        opened.extend((owner, db))
        town = await new_town(db, owner)
        await town.grow(size)
        return town

    yield make
    for database in opened:
        await database.dispose()


@pytest.fixture
def searched_seldom() -> Iterator[None]:
    """Garbage is looked for as seldom as in the service."""
    usual = gc.get_threshold()
    search_seldom()
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)


@pytest.mark.timeout(4 * 60 * 60)
@pytest.mark.usefixtures("searched_seldom")
async def test_figures_cost_the_same_with_few_lines_and_many(
    town_of: Callable[[int], Any], say: Callable[[str], None]
):
    medians, p99s = [], []
    for size in (COMBINATIONS, ENTRIES):
        asking = await _asking(await town_of(size))
        say(f"{size:,} entries, sealed at {size / asking.town.sealing_s:,.0f} a second; rows and bytes:")
        say(str(await asking.town.sizes()))
        times = Times()
        for turn in range(40):
            for window in WINDOWS:
                await asking.ask(Times() if turn < 4 else times, window, GROUPS[turn % len(GROUPS)])
        say(f"now, {len(times.worked)} questions: {times.told()}")
        medians.append(times.percentile(0.5)[0])
        p99s.append(times.percentile(0.99)[0])
        if size == ENTRIES:
            await _as_of(asking, say)
    say(f"{ENTRIES:,} entries cost {medians[1] / medians[0]:.2f} times what {COMBINATIONS:,} cost")
    assert max(p99s) < NOW_P99_MS
    assert medians[1] <= MOST_TIMES_SLOWER * medians[0]


async def _as_of(asking: Asking, say: Callable[[str], None]) -> None:
    """Two hundred moments of three years, each equal to the sum of the lines, which is timed beside it."""
    town, chance, times, direct = asking.town, Random(5), Times(), Times()
    for turn in range(MOMENTS):
        moment = town.clock() - timedelta(minutes=chance.randrange(3 * 365 * 24 * 60))
        window = WINDOWS[turn % len(WINDOWS)]
        answer = CollectiveValue.model_validate_json(await asking.ask(times, window, "theme", as_of=moment))
        started = time.perf_counter()
        async with town.db.begin() as tx:
            await tx.execute(text("SET LOCAL statement_timeout = '300s'"))
            summed = (await tx.execute(DIRECTLY, _asked_of(town, window, moment))).mappings().all()
        direct.wall.append((time.perf_counter() - started) * 1000)
        shown = {cell.key: cell.figures for cell in answer.groupings[0].cells}
        for figure in FOUR_FIGURES:
            whole = getattr(answer.figures, figure).total_gbp * 100
            assert whole == sum(row[figure] for row in summed), (moment, window, figure)
            for row in summed:
                theme = shown.get(row["theme"])  # none where nothing of it counts
                pence = 0 if theme is None else getattr(theme, figure).total_gbp * 100
                assert pence == row[figure], (moment, window, figure, row)
    say(f"as of {MOMENTS} moments: {times.told()}")
    say(f"the same summed from the lines: p50 {_percentile(direct.wall, 0.5):.0f} ms wall")
    assert times.percentile(0.99)[0] < AS_OF_P99_MS


def _asked_of(town: Town, window: Period, moment: datetime) -> dict[str, Any]:
    return {"place": town.place, "since": window.start, "until": window.end, "moment": moment}


async def _asking(town: Town) -> Asking:
    async with town.db.begin() as tx:
        session = await tx.scalar(text("SELECT pg_backend_pid()"))
    return Asking(town, session)


def _reader(town: Town) -> Caller:
    return Caller(
        client_id="bench",
        org=town.place,
        act=town.place,
        sub=None,
        scopes=frozenset({"reporting:read"}),
        roles={town.place: frozenset({"officer"})},
        jti=str(new_id()),
        token="",
        expires_at=town.clock(),
    )


def _percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
