"""What runs while the service runs: feeds, the sequencer, housekeeping; and the process's commands."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx2
from sqlalchemy import text
from tests.integration.reporting_api.neighbours import Neighbours
from tests.integration.reporting_api.world import PROCUREMENT, World

from cdp_common.db.database import Database
from cdp_common.kernel.clock import utc_now
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import AUDIENCE, ISSUER, TokenMint, http_client
from cdp_common.testing.databases import TestDatabases
from cdp_common.testing.plugin import MakeDatabase
from reporting_api.main import create_app
from reporting_api.settings import SCHEMA, Settings
from reporting_api.use_cases.purge_answers import ANSWERS_KEPT_FOR, purge_once

PATIENCE_S = 20.0


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 - what is waited for happens in a database
            await asyncio.sleep(0.05)


async def test_events_are_consumed_and_entries_sealed_in_the_background(
    make_database: MakeDatabase, world: World
):
    neighbours = Neighbours(new_id())
    commitment = world.commitment(place_id=neighbours.place)
    db = await make_database("reporting_api", SCHEMA)
    outside = httpx2.AsyncClient(transport=httpx2.MockTransport(neighbours.answer))
    settings = Settings(
        mode="sandbox", issuer=ISSUER, audience=AUDIENCE, poll_interval_s=0.05, sequencer_interval_s=0.05
    )
    app = create_app(settings, database=db, verifier=TokenMint().verifier(), http=outside, clock=utc_now)

    async def sealed() -> bool:
        async with db.begin() as tx:
            return bool(await tx.scalar(text("SELECT count(*) = 25 FROM ledger_entries")))

    async with http_client(app):
        neighbours.is_down = True
        neighbours.tell(
            PROCUREMENT, "agreement.signed", commitment.source_id, commitment.model_dump(mode="json")
        )
        await asyncio.sleep(0.2)
        neighbours.is_down = False
        await eventually(sealed)


async def test_kept_answers_go_when_their_time_is_over(world: World):
    await world.report(world.council)
    world.clock.advance(timedelta(hours=72))
    assert await purge_once(world.db, world.clock) == 1  # the record that names the answer goes first
    assert await world.count("kept_answers") == 1
    world.clock.advance(ANSWERS_KEPT_FOR - timedelta(hours=72))
    assert await purge_once(world.db, world.clock) == 0
    world.clock.advance(timedelta(seconds=1))
    assert await purge_once(world.db, world.clock) == 1
    assert await world.count("kept_answers") == 0


def run(command: str, url: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CDP_DATABASE_URL": url, "CDP_LOG_LEVEL": "ERROR"}
    return subprocess.run(
        [sys.executable, "-m", "reporting_api", command],
        env=environment,
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def test_the_verify_command_tells_a_sound_ledger_from_a_changed_one(
    wide_world: World, databases: TestDatabases
):
    await wide_world.report(wide_world.council)
    await wide_world.seal()
    url = wide_world.db.engine.url.render_as_string(hide_password=False)
    sound = await asyncio.to_thread(run, "verify", url)
    assert (sound.returncode, sound.stdout) == (0, "0 faults\n"), sound.stderr
    owner = databases.owner_url(wide_world.db)
    changed = "ALTER TABLE ledger_blocks DISABLE TRIGGER USER; UPDATE ledger_blocks SET merkle_root = 'x'"
    await execute_as_owner(owner, changed)
    found = await asyncio.to_thread(run, "verify", url)
    assert found.returncode == 1
    assert "the root over its entries differs" in found.stdout


async def execute_as_owner(url: str, statements: str) -> None:
    owner = Database(url, schema=SCHEMA, app_name="test owner", pool_size=1)
    try:
        async with owner.begin() as tx:
            for statement in statements.split(";"):
                await tx.execute(text(statement))
    finally:
        await owner.dispose()
