"""Background jobs on PostgreSQL (pgqueuer): put into the queue by the transaction that needs them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import asyncpg
import structlog
from pgqueuer import PgQueuer
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.models import Job
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.database import connect_arguments

RECONNECT_PAUSE_S = 1.0
MAX_RECONNECT_PAUSE_S = 30.0
BATCH_SIZE = 10
IDLE_WAIT = timedelta(seconds=5)

Handler = Callable[[bytes], Awaitable[None]]
"""Does one job; its payload is what was enqueued. An exception is logged, and the job is gone."""

_log = structlog.get_logger(__name__)


async def enqueue(tx: AsyncConnection, job: str, payload: bytes, *, after: timedelta | None = None) -> None:
    """Put a job into the queue: it exists if and only if the transaction commits."""
    raw = await tx.get_raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, asyncpg.Connection)
    await Queries(AsyncpgDriver(driver)).enqueue(job, payload, execute_after=after)


@asynccontextmanager
async def working(url: str, schema: str, handlers: Mapping[str, Handler]) -> AsyncIterator[None]:
    """A worker for the jobs of one schema, for as long as this lasts; it reconnects to a lost database."""
    task = asyncio.create_task(_work_until_cancelled(url, schema, handlers))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _work_until_cancelled(url: str, schema: str, handlers: Mapping[str, Handler]) -> None:
    pause_s = RECONNECT_PAUSE_S
    while True:
        try:
            await _work(url, schema, handlers)
            pause_s = RECONNECT_PAUSE_S
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
            _log.warning("job_worker_disconnected", error=type(problem).__name__, retry_in_s=pause_s)
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, MAX_RECONNECT_PAUSE_S)


async def _work(url: str, schema: str, handlers: Mapping[str, Handler]) -> None:
    address = make_url(url).set(drivername="postgresql")
    arguments = connect_arguments(url, {"search_path": schema, "application_name": f"cdp-{schema}-jobs"})
    connection = await asyncpg.connect(address.render_as_string(hide_password=False), **arguments)
    try:
        queue = PgQueuer(AsyncpgDriver(connection))
        for name, handler in handlers.items():
            queue.entrypoint(name)(_entrypoint(handler))
        await queue.run(dequeue_timeout=IDLE_WAIT, batch_size=BATCH_SIZE)
    finally:
        await connection.close()


def _entrypoint(handler: Handler) -> Callable[[Job], Awaitable[None]]:
    async def run(job: Job) -> None:
        await handler(job.payload or b"")

    return run
