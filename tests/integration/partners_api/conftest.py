"""A running partners-api for each test, in a database that forgets what the test did."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.integration.partners_api.world import AUDIENCE, ISSUER, World

from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.testing.callers import standing_client
from cdp_common.testing.plugin import MakeDatabase, MakeSavepointDatabase
from partners_api.main import create_app
from partners_api.settings import PACKAGE, SCHEMA, Settings


@pytest.fixture
def clock() -> FixedClock:
    """A clock that the test moves."""
    return FixedClock(datetime(2026, 11, 22, 10, 0, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a sandbox."""
    key = tmp_path / "secret.key"
    key.write_text(base64.urlsafe_b64encode(bytes(range(32))).decode(), encoding="ascii")
    return Settings(
        mode="sandbox",
        issuer=ISSUER,
        audience=AUDIENCE,
        secret_key_file=key,
        registrations_per_minute=100_000,  # the clock stands still, and everything comes from one address
        tokens_per_minute=100_000,
        public_words_per_minute=100_000,
        hub_previews_per_minute=100_000,
    )


@pytest.fixture
async def world(
    savepoint_database: MakeSavepointDatabase, settings: Settings, clock: FixedClock
) -> AsyncIterator[World]:
    """A service with its operator, on one connection whose changes are undone."""
    async with _running(await savepoint_database(PACKAGE, SCHEMA), settings, clock) as running:
        yield running


@pytest.fixture
async def wide_world(
    make_database: MakeDatabase, settings: Settings, clock: FixedClock
) -> AsyncIterator[World]:
    """The same on a database of its own with several connections, for what happens at the same moment."""
    async with _running(await make_database(PACKAGE, SCHEMA), settings, clock) as running:
        yield running


@asynccontextmanager
async def _running(db: Database, settings: Settings, clock: FixedClock) -> AsyncIterator[World]:
    app = create_app(settings, database=db, clock=clock)
    async with standing_client(app) as http:
        made = World(app, http, db, clock)
        await made.provision()
        yield made
