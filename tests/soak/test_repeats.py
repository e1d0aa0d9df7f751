"""One bid sent many times at the same moment with one key is one bid, and everybody gets the one answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from cdp_common.db.database import Database
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.plugin import MakeDatabase
from procurement_api.main import CONNECTION_WAIT_S
from procurement_api.settings import PACKAGE, SCHEMA
from tests.integration.procurement_api.conftest import running, settings_in
from tests.integration.procurement_api.world import World, bid_of
from tests.soak.scale import Scale

TRIES = 2_000


@pytest.fixture
async def world(make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[World]:
    """The service on a database of its own, with its signing key read: bids are taken at once."""
    url = (await make_database(PACKAGE, SCHEMA)).engine.url
    db = Database(url, schema=SCHEMA, app_name="repeats", pool_timeout_s=CONNECTION_WAIT_S)
    try:
        async with running(db, settings_in(tmp_path)) as made:
            for _ in range(2):  # made by the first, read by the second
                await made.done("GET", "/v1/receipt-keys")
            yield made
    finally:
        await db.dispose()


async def test_one_key_sent_many_times_at_once_is_one_bid_and_one_answer(
    world: World, scale: Scale, record_property: Any
):
    tender, bidder, key = await world.published(), world.party("Bidder"), str(new_id())
    path, body = f"/v1/tenders/{tender['id']}/bids", bid_of(bidder)
    conflicts = 0

    async def submit() -> httpx2.Response:
        nonlocal conflicts
        for _ in range(TRIES):
            response = await world.post(path, body, as_=bidder, key=key)
            if response.status_code not in (409, 503):
                return response
            # 503 is a wait for a connection that was too long; both say that it may be sent again.
            assert response.json()["code"] in ("idempotency_in_progress", "database_busy")
            conflicts += 1
            await asyncio.sleep(0.02)
        raise AssertionError("the first request never ended")

    answers = await asyncio.gather(*(submit() for _ in range(scale.repeats)))
    record_property("repeats", len(answers))
    record_property("answered 409 or 503 and sent again", conflicts)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    rows = await world.rows()
    assert (rows["bids"], rows["bid_versions"]) == (1, 1)
    assert len(await world.told("bid.received")) == 1
