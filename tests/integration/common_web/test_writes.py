"""A write over HTTP: done once, answered the same again, and nothing left behind by a refusal."""

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select
from tests.integration.common.sample_service.storage.tables import accounts
from tests.integration.common_web.sample import create_sample

from cdp_common.db.common_tables import events, idempotency_records
from cdp_common.db.database import Database
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint, http_client

ORG = new_id()


@pytest.fixture
async def client(db, mint):
    async with http_client(create_sample(db, mint)) as client:
        yield client


def writer(mint: TokenMint, key: str | None = None, **token: Any) -> dict[str, str]:
    headers = mint.headers(**{"scopes": ["accounts:write"], "org": ORG, **token})
    return {**headers, "Idempotency-Key": key or str(new_id())}


async def counts(db: Database) -> tuple[int, int, int]:
    """Rows of effect, event and record."""
    async with db.begin() as tx:
        tables = (accounts, events, idempotency_records)
        first, second, third = [await tx.scalar(select(func.count()).select_from(t)) for t in tables]
        return first or 0, second or 0, third or 0


def assert_same(first: httpx2.Response, again: httpx2.Response) -> None:
    assert again.status_code == first.status_code
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]


async def test_a_repeated_request_has_one_effect_and_the_first_answer(client, db, mint):
    headers = writer(mint)
    first = await client.post("/v1/accounts", json={"name": "Livin"}, headers=headers)
    assert first.status_code == 201
    assert "idempotency-replayed" not in first.headers
    again = await client.post("/v1/accounts", json={"name": "Livin"}, headers=headers)
    assert_same(first, again)
    assert again.headers["idempotency-replayed"] == "true"
    assert await counts(db) == (1, 1, 1)


async def test_the_key_belongs_to_one_client_and_organisation(client, db, mint):
    key = str(new_id())
    tokens: list[dict[str, Any]] = [{}, {"client_id": "other"}, {"org": new_id()}]
    for number, token in enumerate(tokens):
        headers = writer(mint, key, **token)
        answer = await client.post("/v1/accounts", json={"name": f"n{number}"}, headers=headers)
        assert answer.status_code == 201
        assert "idempotency-replayed" not in answer.headers
    assert await counts(db) == (3, 3, 3)


async def test_the_key_with_another_body_is_refused_and_nothing_changes(client, db, mint):
    headers = writer(mint)
    await client.post("/v1/accounts", json={"name": "Livin"}, headers=headers)
    answer = await client.post("/v1/accounts", json={"name": "Karbon"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await counts(db) == (1, 1, 1)


async def test_a_refusal_does_not_use_up_the_key(client, db, mint):
    await client.post("/v1/accounts", json={"name": "Livin"}, headers=writer(mint))
    headers = writer(mint)
    taken = await client.post("/v1/accounts", json={"name": "Livin"}, headers=headers)
    assert (taken.status_code, taken.json()["code"]) == (409, "name_taken")
    assert await counts(db) == (1, 1, 1)
    free = await client.post("/v1/accounts", json={"name": "Karbon"}, headers=headers)
    assert free.status_code == 201


async def test_the_same_request_at_once_has_one_effect(client, db, mint):
    headers = writer(mint)
    answers = await asyncio.gather(
        *(client.post("/v1/accounts", json={"name": "Livin"}, headers=headers) for _ in range(8))
    )
    done = [answer for answer in answers if answer.status_code == 201]
    running = [answer for answer in answers if answer.status_code == 409]
    assert len(done) + len(running) == 8
    assert done
    assert all(answer.json()["code"] == "idempotency_in_progress" for answer in running)
    assert all(answer.headers["retry-after"] == "1" for answer in running)
    assert len({answer.content for answer in done}) == 1
    assert await counts(db) == (1, 1, 1)
