"""Removing answers kept for repeated requests once their time is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog

from cdp_common.db.database import Database
from cdp_common.db.idempotency import KEPT_FOR, purge_expired
from cdp_common.kernel.clock import Clock
from reporting_api.storage.answers import purge_answers

INTERVAL_S = 600.0
# An answer outlives the record that names it, so that no record ever names one that is gone.
ANSWERS_KEPT_FOR = KEPT_FOR + timedelta(hours=24)

_log = structlog.get_logger(__name__)


async def purge_once(db: Database, clock: Clock) -> int:
    """Remove what is past its time, a bounded number, and say how much it was."""
    async with db.begin() as tx:
        now = clock()
        return await purge_expired(tx, now) + await purge_answers(tx, now - ANSWERS_KEPT_FOR)


@asynccontextmanager
async def housekeeping_running(
    db: Database, clock: Clock, interval_s: float = INTERVAL_S
) -> AsyncIterator[None]:
    """Purge every `interval_s` seconds while the context is open."""
    stop = asyncio.Event()
    task = asyncio.create_task(_repeat(db, clock, interval_s, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def _repeat(db: Database, clock: Clock, interval_s: float, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            await purge_once(db, clock)
        except Exception as fault:
            # What is left over is found the next time.
            _log.warning("purge_failed", fault=type(fault).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), interval_s)
