"""What an export of a ledger costs: processor time for its rows, and memory that does not grow with them.

The database's own time is not in it. Repeat with `make bench` or another size by CDP_BENCH_EXPORTED.
"""

from __future__ import annotations

import asyncio
import os
import resource
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.performance.ledger_town import Town, new_town

from cdp_common.db.database import Database
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.databases import TestDatabases
from cdp_common.testing.plugin import MakeDatabase
from reporting_api.domain.exports import ExportFormat, ExportLimits, ExportStoreUnavailable
from reporting_api.storage.blobs import Blobs, BucketAccess
from reporting_api.storage.exports import add_export, export_by_id
from reporting_api.use_cases.make_export import ExportWorker

ENTRIES = int(os.environ.get("CDP_BENCH_EXPORTED", "100000"))
LIMITS = ExportLimits(10**9, 64 * 1024**3, 3, 1024**4, timedelta(days=7), 3600.0)
MOST_GROWTH_MIB = 32.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * PAGE_BYTES / 1024**2


@asynccontextmanager
async def _watched(peaks: list[float]) -> AsyncIterator[None]:
    """The most memory that this process holds while the block lasts is added to the list."""

    async def watch() -> None:
        peaks.append(_resident_mib())
        while True:
            peaks[-1] = max(peaks[-1], _resident_mib())
            await asyncio.sleep(0.02)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()


async def _exported(town: Town, worker: ExportWorker, form: ExportFormat, until: date) -> int:
    """How many rows an export of the ledger up to a day has."""
    export_id, now = new_id(), town.clock()
    row = {
        "id": export_id,
        "organisation_id": new_id(),
        "kind": "ledger_entries",
        "format": form,
        "rows": "place",
        "place_id": town.place,
        "period_start": date(2023, 1, 1),
        "period_end": until,
        "licences": [],
        "state": "queued",
        "attempt": 0,
        "rows_done": 0,
        "created_at": now,
        "touched_at": now,
        "client_id": "bench",
        "acted_by": new_id(),
    }
    async with town.db.begin() as tx:
        await add_export(tx, row)
    await worker.make(export_id.bytes)
    async with town.db.begin() as tx:
        made = await export_by_id(tx, export_id)
    assert made is not None
    assert made["state"] == "done"
    return int(made["rows_done"])


@pytest.mark.timeout(2 * 60 * 60)
async def test_exports_cost_little_and_hold_no_more_memory_for_more_rows(
    make_database: MakeDatabase, databases: TestDatabases, tmp_path: Path, say: Callable[[str], None]
):
    db = await make_database("reporting_api", "reporting")
    owner = Database(databases.owner_url(db), schema=db.schema, app_name="bench owner", pool_size=1)
    try:
        town = await new_town(db, owner)
        await town.grow(ENTRIES)
        blobs = Blobs(tmp_path.as_uri(), BucketAccess(), ExportStoreUnavailable)
        worker = ExportWorker(db, blobs, LIMITS, town.clock)
        forms: tuple[ExportFormat, ...] = ("jsonl", "parquet")
        for form in forms:
            await _exported(town, worker, form, date(2023, 2, 28))  # whatever is read in once
            peaks: list[float] = []
            for until in (date(2023, 9, 30), date(2026, 12, 31)):
                before, childs = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
                async with _watched(peaks):
                    rows = await _exported(town, worker, form, until)
                own_s = time.process_time() - before
                spent = resource.getrusage(resource.RUSAGE_CHILDREN)
                child_s = spent.ru_utime + spent.ru_stime - childs.ru_utime - childs.ru_stime
                million = 1e6 / rows
                say(
                    f"{form}: {rows:,} rows; own {own_s * million:.1f} s of processors a million, child"
                    f" {child_s * million:.1f} s; {peaks[-1]:.0f} MiB at most, largest child so far"
                    f" {spent.ru_maxrss / 1024:.0f} MiB"
                )
            assert peaks[1] - peaks[0] < MOST_GROWTH_MIB
    finally:
        await owner.dispose()
