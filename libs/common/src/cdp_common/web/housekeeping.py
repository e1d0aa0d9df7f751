"""Removing what is past its time, again and again while the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import structlog

from cdp_common.db.database import Database
from cdp_common.db.idempotency import purge_expired
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.errors import CdpError

INTERVAL_S = 600.0

_log = structlog.get_logger(__name__)


def answer_purging(
    database: Database, clock: Clock, *, interval_s: float = INTERVAL_S
) -> Callable[[], AbstractAsyncContextManager[None]]:
    """A lifespan task that removes kept answers of idempotent calls once their 72 hours are over."""

    @asynccontextmanager
    async def task() -> AsyncIterator[None]:
        purging = asyncio.create_task(_purge_until_cancelled(database, clock, interval_s))
        try:
            yield
        finally:
            purging.cancel()
            with suppress(asyncio.CancelledError):
                await purging

    return task


async def _purge_until_cancelled(database: Database, clock: Clock, interval_s: float) -> None:
    while True:
        # First the pause: a service that has just started has more urgent things to do.
        await asyncio.sleep(interval_s)
        try:
            async with database.begin() as tx:
                await purge_expired(tx, clock())
        except CdpError as problem:
            # What is left over is found the next time.
            _log.warning("purge_failed", code=problem.code)
