"""Removing what is past its time, again and again while the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from cdp_common.db.database import Database
from cdp_common.db.idempotency import purge_expired
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.errors import CdpError

INTERVAL_S = 600.0

Purge = Callable[[], Awaitable[object]]
"""Removes a bounded number of what is past its time."""

_log = structlog.get_logger(__name__)


def purging(
    purge: Purge, *, interval_s: float = INTERVAL_S
) -> Callable[[], AbstractAsyncContextManager[None]]:
    """A lifespan task that purges at every interval; the first one passes before it begins."""

    @asynccontextmanager
    async def task() -> AsyncIterator[None]:
        running = asyncio.create_task(_purge_until_cancelled(purge, interval_s))
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    return task


def answers_of(database: Database, clock: Clock) -> Purge:
    """Removes kept answers of idempotent calls once their 72 hours are over."""

    async def purge() -> None:
        async with database.begin() as tx:
            await purge_expired(tx, clock())

    return purge


async def _purge_until_cancelled(purge: Purge, interval_s: float) -> None:
    while True:
        await asyncio.sleep(interval_s)
        try:
            await purge()
        except (CdpError, SQLAlchemyError, OSError) as problem:
            # What is left over is found the next time.
            _log.warning("purge_failed", fault=type(problem).__name__)
