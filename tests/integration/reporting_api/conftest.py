"""A running reporting-api for each test, in a database that forgets what the test did."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from tests.integration.reporting_api.neighbours import Neighbours
from tests.integration.reporting_api.world import World

from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import AUDIENCE, ISSUER, TokenMint, standing_client
from cdp_common.testing.plugin import MakeDatabase, MakeSavepointDatabase
from reporting_api.main import create_app
from reporting_api.settings import SCHEMA, Settings

PACKAGE = "reporting_api"

Answering = Callable[[httpx2.Request], Coroutine[None, None, httpx2.Response]]


@pytest.fixture(scope="session")
def secret_key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key of the tests' own for what is stored encrypted."""
    file = tmp_path_factory.mktemp("keys") / "secret.key"
    file.write_text("A" * 43, encoding="ascii")
    return file


@pytest.fixture
async def world(savepoint_database: MakeSavepointDatabase, secret_key_file: Path) -> AsyncIterator[World]:
    """The service on one connection whose changes are undone."""
    async with running(await savepoint_database(PACKAGE, SCHEMA), secret_key_file) as started:
        yield started


@pytest.fixture
async def wide_world(make_database: MakeDatabase, secret_key_file: Path) -> AsyncIterator[World]:
    """The same on a database of its own with several connections, for what happens at the same moment."""
    async with running(await make_database(PACKAGE, SCHEMA), secret_key_file) as started:
        yield started


@asynccontextmanager
async def running(
    db: Database, secret: Path, answer: Callable[[Neighbours], Answering] = lambda known: known.answer
) -> AsyncIterator[World]:
    """The service with neighbours that answer as `answer` makes them."""
    clock = FixedClock(datetime(2026, 11, 22, 10, 0, tzinfo=UTC))
    mint, neighbours = TokenMint(clock=clock), Neighbours(new_id())
    outside = httpx2.AsyncClient(transport=httpx2.MockTransport(answer(neighbours)))
    settings = Settings(
        mode="sandbox",
        issuer=ISSUER,
        audience=AUDIENCE,
        secret_key_file=secret,
        evidence_store=(secret.parent / "evidence").as_uri(),
    )
    app = create_app(
        settings, database=db, verifier=mint.verifier(), http=outside, clock=clock, in_background=False
    )
    async with standing_client(app) as http:
        yield World(app, http, outside, db, mint, clock, neighbours)
