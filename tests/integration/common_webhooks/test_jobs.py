"""The job queue: jobs exist with their transaction, and the worker outlives its database and its peers."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.integration.common.conftest import SCHEMA
from tests.integration.common_webhooks.receiver import Receiver
from tests.integration.common_webhooks.world import World

from cdp_common.db import jobs
from cdp_common.db.database import Database
from cdp_common.db.jobs import NewJob, enqueue, working
from cdp_common.kernel.errors import Unavailable
from cdp_common.testing.databases import TestDatabases
from cdp_common.web.settings import ServiceSettings

WORKER = f"cdp-{SCHEMA}-jobs"
CUT_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}' AND application_name {}"
)


class Done:
    """A handler that remembers what it did."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []
        self._more = asyncio.Event()

    async def __call__(self, payload: bytes) -> None:
        self.payloads.append(payload)
        self._more.set()
        if payload == b"fails":
            raise LookupError("this job's own fault")

    async def until(self, count: int) -> list[bytes]:
        async with asyncio.timeout(20):
            while len(self.payloads) < count:
                self._more.clear()
                await self._more.wait()
        return sorted(self.payloads)


async def put(db: Database, *names: bytes, after: timedelta = timedelta(0)) -> int:
    async with db.begin() as tx:
        return await enqueue(tx, "count", [NewJob(name, name.decode(), after) for name in names])


async def queued(db: Database) -> int:
    async with db.begin() as tx:
        return int(await tx.scalar(text("SELECT count(*) FROM pgqueuer")) or 0)


def url_of(db: Database) -> str:
    return db.engine.url.render_as_string(hide_password=False)


async def test_a_job_exists_only_if_its_transaction_commits(db: Database):
    async def enqueue_and_fail() -> None:
        async with db.begin() as tx:
            # The very first statement: the transaction must have begun for it already.
            assert await enqueue(tx, "count", [NewJob(b"one", "one")]) == 1
            raise LookupError

    with pytest.raises(LookupError):
        await enqueue_and_fail()
    assert await queued(db) == 0

    assert await put(db, b"one") == 1
    assert await queued(db) == 1


async def test_no_jobs_are_no_work(db: Database):
    assert await put(db) == 0


async def test_a_job_with_the_key_of_a_waiting_one_is_left_out(db: Database):
    assert await put(db, b"one", b"two") == 2
    assert await put(db, b"two", b"three") == 1
    assert await queued(db) == 3


async def test_a_worker_does_what_is_due_and_leaves_the_rest(db: Database):
    done = Done()
    await put(db, b"later", after=timedelta(hours=1))
    await put(db, b"now")
    async with working(url_of(db), SCHEMA, {"count": done}):
        assert await done.until(1) == [b"now"]
        await put(db, b"soon", after=timedelta(seconds=0.3))
        assert await done.until(2) == [b"now", b"soon"]
    assert await queued(db) == 1


async def test_a_job_that_fails_takes_no_other_with_it(db: Database):
    done = Done()
    await put(db, b"fails", b"works")
    async with working(url_of(db), SCHEMA, {"count": done}):
        assert await done.until(2) == [b"fails", b"works"]
    assert await queued(db) == 0


async def test_a_worker_that_stops_finishes_what_it_has_begun(db: Database):
    began, finished = asyncio.Event(), []

    async def slow(payload: bytes) -> None:
        began.set()
        await asyncio.sleep(0.3)
        finished.append(payload)

    await put(db, b"one")
    async with working(url_of(db), SCHEMA, {"count": slow}):
        await began.wait()
    assert finished == [b"one"]
    assert await queued(db) == 0


async def test_a_worker_does_a_bounded_number_of_jobs_at_once(db: Database, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(jobs, "BATCH_SIZE", 2)
    monkeypatch.setattr(jobs, "MAX_AT_ONCE", 4)
    running, most, done = 0, 0, Done()

    async def slow(payload: bytes) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.05)
        running -= 1
        await done(payload)

    await put(db, *(str(number).encode() for number in range(12)))
    async with working(url_of(db), SCHEMA, {"count": slow}):
        await done.until(12)
    assert most == 4


@pytest.mark.parametrize("heartbeat, taken", [("31 seconds", True), ("5 seconds", False)])
async def test_a_job_of_a_worker_that_died_is_taken_over_when_it_has_been_silent(
    db: Database, heartbeat: str, taken: bool
):
    done = Done()
    await put(db, b"orphan")
    async with db.begin() as tx:
        # What a worker leaves behind that was killed in the middle of a job.
        await tx.execute(
            text(
                "UPDATE pgqueuer SET status = 'picked', queue_manager_id = gen_random_uuid(), "
                f"execute_after = now() - interval '1 hour', heartbeat = now() - interval '{heartbeat}'"
            )
        )
    async with working(url_of(db), SCHEMA, {"count": done}):
        await put(db, b"fresh")
        await done.until(2 if taken else 1)
    assert sorted(done.payloads) == ([b"fresh", b"orphan"] if taken else [b"fresh"])
    assert await queued(db) == (0 if taken else 1)


async def test_a_worker_whose_connection_is_cut_comes_back(
    db: Database, databases: TestDatabases, settings: ServiceSettings
):
    done = Done()
    async with working(url_of(db), SCHEMA, {"count": done}):
        await put(db, b"before")
        await done.until(1)
        await databases.administer(CUT_OFF.format(db.engine.url.database, f"= '{WORKER}'"))
        await put(db, b"after")
        assert await done.until(2) == [b"after", b"before"]


async def test_a_worker_waits_for_tables_that_are_not_there_yet(
    db: Database, databases: TestDatabases, settings: ServiceSettings
):
    owner, done = databases.owner_url(db), Done()
    await _as_owner(owner, f"ALTER TABLE {SCHEMA}.pgqueuer RENAME TO away")
    async with working(url_of(db), SCHEMA, {"count": done}):
        await asyncio.sleep(0.2)
        await _as_owner(owner, f"ALTER TABLE {SCHEMA}.away RENAME TO pgqueuer")
        await put(db, b"one")
        assert await done.until(1) == [b"one"]


async def test_webhooks_go_on_after_every_connection_was_cut(
    world: World, receiver: Receiver, databases: TestDatabases
):
    webhook = await world.subscribe(receiver.url)
    await world.happens()
    await world.delivery(webhook, state="delivered")

    await databases.administer(CUT_OFF.format(world.db.engine.url.database, "IS NOT NULL"))
    async with asyncio.timeout(20):
        while True:
            with suppress(Unavailable):  # the pool finds out about its dead connections one by one
                await world.happens()
                break
            await asyncio.sleep(0.05)

    await receiver.wait_for(2)


async def _as_owner(url: str, statement: str) -> None:
    owner = Database(url, schema=SCHEMA, app_name="test owner", pool_size=1)
    async with owner.begin() as tx:
        await tx.execute(text(statement))
    await owner.dispose()
