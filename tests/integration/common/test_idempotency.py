"""A call with a key has its effect once, and its first answer again; nobody else can read that answer."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import BaseModel
from sqlalchemy import func, select
from tests.integration.common.conftest import add_account
from tests.integration.common.sample_service.storage.tables import accounts

from cdp_common.db import idempotency as idempotency_module
from cdp_common.db.common_tables import idempotency_records as records
from cdp_common.db.database import Database
from cdp_common.db.idempotency import (
    Answer,
    IdempotencyInProgress,
    IdempotencyKeyReused,
    MergedCalls,
    Once,
    purge_expired,
)
from cdp_common.kernel.errors import Conflict

NOW = datetime(2026, 4, 1, tzinfo=UTC)
KEY = "0198c0de-0000-7000-8000-00000000000a"


class Receipt(BaseModel):
    name: str


class Closed(Conflict):
    code = "closed"
    title = "Closed"


async def open_account(db: Database, once: Once, name: str = "a") -> Answer:
    """A use case as the services write them."""
    async with db.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        await add_account(tx, name)
        return await once.keep(tx, 201, Receipt(name=name), headers={"Location": f"/v1/{name}"}, now=NOW)


async def counts(db: Database) -> tuple[int | None, int | None]:
    async with db.begin() as tx:
        effects = await tx.scalar(select(func.count()).select_from(accounts))
        kept = await tx.scalar(select(func.count()).select_from(records))
    return effects, kept


async def test_the_same_call_again_gets_the_first_answer_and_has_no_effect(db: Database) -> None:
    first = await open_account(db, Once(KEY, "client org open", "f1"))
    again = await open_account(db, Once(KEY, "client org open", "f1"), "changed")
    assert first == Answer(201, b'{"name":"a"}', {"Location": "/v1/a"}, replayed=False)
    assert again == Answer(201, b'{"name":"a"}', {"Location": "/v1/a"}, replayed=True)
    assert await counts(db) == (1, 1)


async def test_another_body_under_the_key_is_refused(db: Database) -> None:
    await open_account(db, Once(KEY, "scope", "f1"))
    with pytest.raises(IdempotencyKeyReused) as refusal:
        await open_account(db, Once(KEY, "scope", "f2"), "b")
    assert refusal.value.code == "idempotency_key_reused"
    assert await counts(db) == (1, 1)


async def test_the_key_counts_in_its_scope_alone(db: Database) -> None:
    await open_account(db, Once(KEY, "one client", "f1"), "a")
    answer = await open_account(db, Once(KEY, "another client", "f1"), "b")
    assert (answer.replayed, answer.body) == (False, b'{"name":"b"}')
    assert await counts(db) == (2, 2)


async def test_while_the_first_is_running_the_second_is_told_to_wait(db: Database) -> None:
    async with db.begin() as tx:
        first = Once(KEY, "scope", "f1")
        assert await first.replay(tx) is None
        with pytest.raises(IdempotencyInProgress) as refusal:
            await open_account(db, Once(KEY, "scope", "f1"))
        await first.keep(tx, 200, Receipt(name="first"), now=NOW)
    assert (refusal.value.code, refusal.value.retry_after_s) == ("idempotency_in_progress", 1)
    again = await open_account(db, Once(KEY, "scope", "f1"))
    assert (again.body, again.replayed) == (b'{"name":"first"}', True)


async def test_many_at_once_have_one_effect(db: Database) -> None:
    calls = [open_account(db, Once(KEY, "scope", "f1")) for _ in range(5)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert await counts(db) == (1, 1)
    fresh = [result for result in results if isinstance(result, Answer) and not result.replayed]
    assert len(fresh) == 1
    assert {type(result) for result in results} <= {Answer, IdempotencyInProgress}


async def test_a_call_made_under_a_record_that_was_merged_is_the_same_call(db: Database) -> None:
    def as_of(record: str, request: str = "f1", merged: MergedCalls | None = None) -> Once:
        return Once(KEY, f"client {record} open", request, merged)

    async def merged(_tx: object) -> list[Once]:
        return [as_of("first"), as_of("second")]

    async def another(_tx: object) -> list[Once]:
        return [as_of("second", "f2")]

    async with db.begin() as held:
        await as_of("second").replay(held)
        with pytest.raises(IdempotencyInProgress):
            await open_account(db, as_of("survivor", "f1", merged))
    await open_account(db, as_of("second"), "kept")
    again = await open_account(db, as_of("survivor", "f1", merged), "changed")
    assert (again.body, again.replayed) == (b'{"name":"kept"}', True)
    with pytest.raises(IdempotencyKeyReused):
        await open_account(db, as_of("survivor", "f2", another))
    assert await counts(db) == (1, 1)


async def test_a_refusal_does_not_consume_the_key(db: Database) -> None:
    async def refuse() -> None:
        async with db.begin() as tx:
            await Once(KEY, "scope", "f1").replay(tx)
            raise Closed("closed")

    with pytest.raises(Closed):
        await refuse()
    assert await counts(db) == (0, 0)
    answer = await open_account(db, Once(KEY, "scope", "f2"))
    assert answer.replayed is False


async def test_what_is_stored_shows_neither_key_nor_answer_nor_request(db: Database) -> None:
    await open_account(db, Once(KEY, "scope", "fingerprint-of-a-guess"), "secret name")
    async with db.begin() as tx:
        row = (await tx.execute(select(records))).one()
    stored = b"".join(value for value in row if isinstance(value, bytes))
    for text in (KEY.encode(), b"secret name", b"fingerprint-of-a-guess"):
        assert text not in stored


async def test_two_answers_under_two_keys_share_nothing(db: Database) -> None:
    for number in range(2):
        await open_account(db, Once(f"{KEY}{number}", "scope", "f"), f"name {number}")
    async with db.begin() as tx:
        rows = (await tx.execute(select(records))).all()
    assert len({row.fingerprint for row in rows}) == 2
    assert len({row.record_key for row in rows}) == 2


async def test_an_answer_too_large_to_keep_undoes_its_effect(db: Database) -> None:
    largest = idempotency_module.MAX_ANSWER_BYTES - len('{"name":""}')

    async def keep(length: int) -> None:
        async with db.begin() as tx:
            once = Once(KEY, "scope", "f1")
            await once.replay(tx)
            await add_account(tx, "a")
            await once.keep(tx, 200, Receipt(name="x" * length), now=NOW)

    with pytest.raises(ValueError):
        await keep(largest + 1)
    assert await counts(db) == (0, 0)
    await keep(largest)
    assert len((await open_account(db, Once(KEY, "scope", "f1"))).body) == idempotency_module.MAX_ANSWER_BYTES


async def test_keeping_without_looking_first_is_a_fault(db: Database) -> None:
    async with db.begin() as tx:
        with pytest.raises(RuntimeError):
            await Once(KEY, "scope", "f1").keep(tx, 200, Receipt(name="a"), now=NOW)


async def test_answers_are_kept_for_72_hours(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency_module, "MAX_PURGED", 2)
    for number in range(3):
        await open_account(db, Once(f"{KEY}{number}", "scope", "f"), f"name {number}")
    end = NOW + timedelta(hours=72)
    removed = []
    for moment in (end - timedelta(microseconds=1), end, end):
        async with db.begin() as tx:
            removed.append(await purge_expired(tx, moment))
    assert removed == [0, 2, 1]
    assert await counts(db) == (3, 0)
