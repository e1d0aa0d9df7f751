"""A running reporting-api for each test, in a database that forgets what the test did."""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from tests.integration.reporting_api.neighbours import Neighbours
from tests.integration.reporting_api.world import World
from tests.integration.toms_engine.world import World as TomsWorld

from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import AUDIENCE, ISSUER, TokenMint, http_client, standing_client
from cdp_common.testing.plugin import MakeDatabase, MakeSavepointDatabase
from reporting_api.main import create_app
from reporting_api.settings import SCHEMA, Settings
from toms_engine.main import create_app as create_toms
from toms_engine.settings import Settings as TomsSettings

PACKAGE = "reporting_api"
TOMS_PORT = 8102

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


@pytest.fixture
async def toms(make_database: MakeDatabase) -> AsyncIterator[TomsWorld]:
    """A toms-engine with a database of its own."""
    clock = FixedClock(datetime(2026, 11, 22, 10, 0, tzinfo=UTC))
    mint = TokenMint(clock=clock)
    db = await make_database("toms_engine", "toms")
    settings = TomsSettings(mode="sandbox", issuer=ISSUER, audience=AUDIENCE)
    app = create_toms(settings, database=db, verifier=mint.verifier(), clock=clock)
    async with http_client(app) as http:
        yield TomsWorld(http, db, mint, clock, app)


@pytest.fixture
async def both(
    toms: TomsWorld, make_database: MakeDatabase, secret_key_file: Path
) -> AsyncIterator[tuple[World, TomsWorld]]:
    """reporting-api that asks that toms-engine."""

    def beside(neighbours: Neighbours) -> Answering:
        async def answer(request: httpx2.Request) -> httpx2.Response:
            if request.url.port != TOMS_PORT or request.url.path == "/v1/events":
                return await neighbours.answer(request)
            said = ("accept", "content-type", "content-encoding")
            stated = {name: request.headers[name] for name in said if name in request.headers}
            path, content = request.url.raw_path.decode(), await request.aread()
            headers = {**toms.valuer(), **stated}
            return await toms.http.request(request.method, path, content=content, headers=headers)

        return answer

    db = await make_database("reporting_api", "reporting")
    async with running(db, secret_key_file, beside) as world:
        world.neighbours.need_index = "imd-sample"
        yield world, toms
