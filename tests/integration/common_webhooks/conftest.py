"""The sample service with webhooks, in a database of each test's own, and a receiver on this machine."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.integration.common.conftest import PACKAGE, SCHEMA
from tests.integration.common_webhooks.receiver import Receiver, receiving
from tests.integration.common_webhooks.world import World, running

from cdp_common.db import jobs
from cdp_common.db.database import Database
from cdp_common.testing.plugin import MakeDatabase
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.webhooks import delivery


@pytest.fixture
async def db(make_database: MakeDatabase) -> Database:
    """A database of the test's own, with several connections."""
    return await make_database(PACKAGE, SCHEMA)


@pytest.fixture
def settings(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ServiceSettings:
    """Settings that allow this machine as a target; pauses are short, so that tests do not wait."""
    monkeypatch.setattr(jobs, "RECONNECT_PAUSE_S", 0.05)
    monkeypatch.setattr(delivery, "DISPATCH_INTERVAL_S", 0.05)
    key = tmp_path / "secret.key"
    key.write_text(base64.urlsafe_b64encode(bytes(range(32))).decode())
    url = db.engine.url.render_as_string(hide_password=False)
    return ServiceSettings(database_url=url, secret_key_file=key, webhook_allow_loopback=True)


@pytest.fixture
async def world(db: Database, settings: ServiceSettings) -> AsyncIterator[World]:
    """The service with its worker."""
    async with running(db, settings) as started:
        yield started


@pytest.fixture
async def quiet(db: Database, settings: ServiceSettings) -> AsyncIterator[World]:
    """The service without its worker: the test dispatches and attempts itself."""
    async with running(db, settings, works=False) as started:
        yield started


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """Where the webhooks point."""
    async with receiving() as started:
        yield started
