"""A running toms-engine for each test, in a database that forgets what the test did."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.integration.toms_engine.layouts import folder_with_layouts
from tests.integration.toms_engine.world import World

from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.testing.callers import AUDIENCE, ISSUER, TokenMint, standing_client
from cdp_common.testing.plugin import MakeDatabase, MakeSavepointDatabase
from toms_engine.main import create_app
from toms_engine.settings import SCHEMA, Settings

PACKAGE = "toms_engine"


@pytest.fixture
def clock() -> FixedClock:
    """A clock that the test moves."""
    return FixedClock(datetime(2026, 11, 22, 10, 0, tzinfo=UTC))


@pytest.fixture
async def world(
    savepoint_database: MakeSavepointDatabase, clock: FixedClock, tmp_path: Path
) -> AsyncIterator[World]:
    """The service on one connection whose changes are undone."""
    async with _running(await savepoint_database(PACKAGE, SCHEMA), clock, tmp_path) as running:
        yield running


@pytest.fixture
async def wide_world(make_database: MakeDatabase, clock: FixedClock, tmp_path: Path) -> AsyncIterator[World]:
    """The same on a database of its own with several connections, for what happens at the same moment."""
    async with _running(await make_database(PACKAGE, SCHEMA), clock, tmp_path) as running:
        yield running


@asynccontextmanager
async def _running(db: Database, clock: FixedClock, folder: Path) -> AsyncIterator[World]:
    mint = TokenMint(clock=clock)
    key = folder / "secret.key"
    key.write_text(base64.urlsafe_b64encode(bytes(32)).decode())
    settings = Settings(
        issuer=ISSUER,
        audience=AUDIENCE,
        secret_key_file=key,
        webhook_allow_loopback=True,
        mode="sandbox",
        layout_folder=folder_with_layouts(folder),
    )
    app = create_app(settings, database=db, verifier=mint.verifier(), clock=clock)
    async with standing_client(app) as http:
        yield World(http, db, mint, clock, app)
