"""Background jobs on PostgreSQL (pgqueuer): put into the queue by the transaction that needs them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.models import Job
from pgqueuer.ports.driver import Driver
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.database import connect_arguments

RECONNECT_PAUSE_S = 1.0
MAX_RECONNECT_PAUSE_S = 30.0
CLOSE_TIMEOUT_S = 5.0
BATCH_SIZE = 10
MAX_AT_ONCE = 40
"""Jobs that one worker does at the same time; the others wait in the queue, where any worker finds them."""
IDLE_WAIT = timedelta(seconds=5)
HEARTBEAT_TIMEOUT = timedelta(seconds=30)
"""A job whose worker has not been heard of for so long is given to another."""
MAX_PURGED = 1_000

Handler = Callable[[bytes], Awaitable[None]]
"""Does one job; its payload is what was enqueued. An exception is logged, and the job is gone."""

_log = structlog.get_logger(__name__)

_PURGE_LOG = text("""
    DELETE FROM pgqueuer_log WHERE id IN (
        SELECT id FROM pgqueuer_log WHERE created < :before ORDER BY created LIMIT :most)
""")


@dataclass(frozen=True)
class NewJob:
    """One job to be done: while a job with the same key waits or runs, a second one is left out."""

    payload: bytes
    key: str
    after: timedelta = timedelta(0)


async def enqueue(tx: AsyncConnection, name: str, jobs: Sequence[NewJob]) -> int:
    """Put jobs into the queue and say how many: they exist if and only if the transaction commits."""
    if not jobs:
        return 0
    queries = Queries(cast(Driver, _Transaction(tx)))
    added = await queries.enqueue(
        [name] * len(jobs),
        [job.payload for job in jobs],
        [0] * len(jobs),
        [job.after for job in jobs],
        [job.key for job in jobs],
        on_conflict="skip",
    )
    return len([job_id for job_id in added if job_id is not None])


async def purge_job_log(tx: AsyncConnection, before: datetime) -> int:
    """Remove the oldest lines of the queue's own log, a bounded number in one go, and say how many."""
    return (await tx.execute(_PURGE_LOG, {"before": before, "most": MAX_PURGED})).rowcount


@asynccontextmanager
async def working(
    url: str, schema: str, handlers: Mapping[str, Handler], *, most_of_a_name: int = 0
) -> AsyncIterator[None]:
    """A worker for the jobs of one schema, for as long as this lasts; it reconnects to a lost database.

    With `most_of_a_name` all workers together do so many jobs of one name at the same time. At the end it
    takes no more jobs and waits for those that it is doing.
    """
    task = asyncio.create_task(_work_until_cancelled(url, schema, handlers, most_of_a_name))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class _Transaction:
    """What enqueueing needs of a pgqueuer driver, through SQLAlchemy.

    On the raw connection a first statement would run before SQLAlchemy has begun the transaction, and stay.
    """

    def __init__(self, tx: AsyncConnection) -> None:
        self._tx = tx

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        rows = await self._tx.exec_driver_sql(query, args)
        return [dict(row) for row in rows.mappings()]


async def _work_until_cancelled(
    url: str, schema: str, handlers: Mapping[str, Handler], most_of_a_name: int
) -> None:
    pause_s = RECONNECT_PAUSE_S
    loop = asyncio.get_running_loop()
    while True:
        started = loop.time()
        try:
            await _work(url, schema, handlers, most_of_a_name)
        except Exception as problem:
            # Whatever the database does, and though its tables may still be missing: the worker comes back.
            _log.warning("job_worker_stopped", error=type(problem).__name__, detail=str(problem))
        if loop.time() - started > MAX_RECONNECT_PAUSE_S:
            pause_s = RECONNECT_PAUSE_S  # it has worked for a while: this is a new misfortune
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, MAX_RECONNECT_PAUSE_S)


async def _work(url: str, schema: str, handlers: Mapping[str, Handler], most_of_a_name: int) -> None:
    address = make_url(url).set(drivername="postgresql")
    arguments = connect_arguments(url, {"search_path": schema, "application_name": f"cdp-{schema}-jobs"})
    connection = await asyncpg.connect(address.render_as_string(hide_password=False), **arguments)
    try:
        queue = PgQueuer(AsyncpgDriver(connection))
        for name, handler in handlers.items():
            queue.entrypoint(name, concurrency_limit=most_of_a_name)(_entrypoint(handler))
        await queue.run(
            dequeue_timeout=IDLE_WAIT,
            batch_size=BATCH_SIZE,
            max_concurrent_tasks=MAX_AT_ONCE,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
        )
    finally:
        await connection.close(timeout=CLOSE_TIMEOUT_S)


def _entrypoint(handler: Handler) -> Callable[[Job], Awaitable[None]]:
    async def run(job: Job) -> None:
        await handler(job.payload or b"")

    return run
