"""How long it takes to verify a ledger: every entry hashed again, every sum worked out again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pytest
from tests.performance.ledger_town import new_town

from cdp_common.db.database import Database
from cdp_common.testing.databases import TestDatabases
from cdp_common.testing.plugin import MakeDatabase
from reporting_api.use_cases.verify_ledger import verify_ledger

ENTRIES = int(os.environ.get("CDP_BENCH_VERIFIED", "1000000"))
PER_MILLION_S = 60.0


@pytest.mark.timeout(2 * 60 * 60)
async def test_a_million_entries_are_verified_within_a_minute(
    make_database: MakeDatabase, databases: TestDatabases, say: Callable[[str], None]
):
    db = await make_database("reporting_api", "reporting")
    owner = Database(databases.owner_url(db), schema=db.schema, app_name="bench owner", pool_size=2)
    try:
        town = await new_town(db, owner)
        await town.grow(ENTRIES)
        started = time.perf_counter()
        assert await verify_ledger(db) == []
        took_s = time.perf_counter() - started
    finally:
        await owner.dispose()
    say(f"{ENTRIES:,} entries verified in {took_s:.1f} s: {took_s * 1e6 / ENTRIES:.1f} s a million")
    assert took_s * 1e6 / ENTRIES < PER_MILLION_S
