"""A running procurement-api for each test, in a database that forgets what the test did."""

import base64
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.integration.procurement_api.neighbours import Partners, Toms, outside
from tests.integration.procurement_api.world import NOW, World

from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.testing.callers import AUDIENCE, ISSUER, TokenMint, standing_client
from cdp_common.testing.plugin import MakeDatabase, MakeSavepointDatabase
from procurement_api.main import create_app
from procurement_api.settings import PACKAGE, SCHEMA, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with key files."""
    return settings_in(tmp_path)


def settings_in(folder: Path) -> Settings:
    """Settings with key files in the folder."""
    paths = {}
    for number, name in enumerate(("secret", "sealing")):
        paths[name] = folder / f"{name}.key"
        key = bytes(range(number, number + 32))
        paths[name].write_text(base64.urlsafe_b64encode(key).decode(), encoding="ascii")
    return Settings(
        mode="sandbox",
        issuer=ISSUER,
        audience=AUDIENCE,
        partners_url="http://partners.test",
        toms_url="http://toms.test",
        secret_key_file=paths["secret"],
        sealing_key_file=paths["sealing"],
        webhook_allow_loopback=True,
        opening_grace_s=1,
    )


@pytest.fixture
async def world(savepoint_database: MakeSavepointDatabase, settings: Settings) -> AsyncIterator[World]:
    """The service on one connection whose changes are undone."""
    async with running(await savepoint_database(PACKAGE, SCHEMA), settings) as made:
        yield made


@pytest.fixture
async def wide_world(make_database: MakeDatabase, settings: Settings) -> AsyncIterator[World]:
    """The same on a database of its own with several connections, for what happens at the same moment."""
    async with running(await make_database(PACKAGE, SCHEMA), settings) as made:
        yield made


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Every span of the process, in the order in which they ended."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    yield exporter
    SQLAlchemyInstrumentor().uninstrument()


@pytest.fixture
async def traced(
    spans: InMemorySpanExporter, savepoint_database: MakeSavepointDatabase, settings: Settings
) -> AsyncIterator[World]:
    """The service with spans of its requests and its queries, logging all that it can."""
    async with running(await savepoint_database(PACKAGE, SCHEMA), settings) as world:
        yield world


@asynccontextmanager
async def running(db: Database, settings: Settings, partners: Partners | None = None) -> AsyncIterator[World]:
    """The service over this database; `partners` brings the organisations of an earlier one along."""
    clock = FixedClock(datetime.fromisoformat(NOW))
    mint, toms, partners = TokenMint(clock=clock), Toms(), partners or Partners()
    app = create_app(
        settings,
        database=db,
        http=outside(toms, partners),
        verifier=mint.verifier(),
        clock=clock,
        in_background=False,
    )
    async with standing_client(app) as http:
        yield World(app, http, db, mint, clock, toms, partners)
