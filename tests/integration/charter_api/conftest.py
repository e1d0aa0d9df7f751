"""A running charter-api for each test, in a database that forgets what the test did."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from tests.integration.charter_api.world import Neighbours, World

from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.testing.callers import AUDIENCE, ISSUER, TokenMint, standing_client
from cdp_common.testing.plugin import MakeDatabase, MakeSavepointDatabase
from charter_api.main import create_app
from charter_api.settings import SCHEMA, Settings


@pytest.fixture
async def world(savepoint_database: MakeSavepointDatabase, tmp_path: Path) -> AsyncIterator[World]:
    """The service on one connection whose changes are undone."""
    async with running(await savepoint_database("charter_api", SCHEMA), tmp_path) as made:
        yield made


@pytest.fixture
async def wide_world(make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[World]:
    """The same on a database of its own with several connections, for what happens at the same moment."""
    async with running(await make_database("charter_api", SCHEMA), tmp_path) as made:
        yield made


@asynccontextmanager
async def running(db: Database, folder: Path) -> AsyncIterator[World]:
    clock = FixedClock(datetime(2026, 11, 22, 10, 0, tzinfo=UTC))
    mint, neighbours = TokenMint(clock=clock), Neighbours()
    outside = httpx2.AsyncClient(transport=httpx2.MockTransport(neighbours.answer))
    key = folder / "secret.key"
    key.write_text(base64.urlsafe_b64encode(bytes(32)).decode())
    settings = Settings(
        issuer=ISSUER, audience=AUDIENCE, secret_key_file=key, webhook_allow_loopback=True, mode="sandbox"
    )
    app = create_app(
        settings, database=db, verifier=mint.verifier(), http=outside, clock=clock, in_background=False
    )
    async with standing_client(app) as http:
        yield World(http, db, mint, clock, neighbours)
