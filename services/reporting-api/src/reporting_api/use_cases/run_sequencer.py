"""Giving ledger entries their positions: in the background while the service runs, and on demand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import structlog

from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock
from reporting_api.storage.rollup_folding import places_behind
from reporting_api.storage.sealing import MAX_PLACES, places_waiting, seal_inbox
from reporting_api.use_cases.sign_heads import HeadSigner, sign_heads

INTERVAL_S = 1.0

_log = structlog.get_logger(__name__)


async def seal_place(db: Database, place_id: UUID, clock: Clock) -> int:
    """Seal everything that waits in a place's inbox, block by block, and say how many entries there were.

    Those count in that were sealed before and are folded into the roll-ups now.
    """
    sealed = 0
    while True:
        async with db.begin() as tx:
            done = await seal_inbox(tx, place_id, clock)
        sealed += max(done.entry_count, done.folded_count)
        # What came in meanwhile waits for its turn: more of it at once costs less of each.
        if done.is_all:
            return sealed


async def seal_all(db: Database, clock: Clock) -> int:
    """Seal the inboxes of all places, and say how many entries there were."""
    async with db.begin() as tx:
        waiting = await places_waiting(tx)
        behind = await places_behind(tx, MAX_PLACES)
    sealed = 0
    for place_id in dict.fromkeys([*waiting, *behind]):
        sealed += await seal_place(db, place_id, clock)
    return sealed


@asynccontextmanager
async def sequencer_running(
    db: Database, signer: HeadSigner, clock: Clock, interval_s: float = INTERVAL_S
) -> AsyncIterator[None]:
    """Seal inboxes and sign the heads every `interval_s` seconds while the context is open.

    Where that takes longer than the interval it begins again at once, with the more that has come in.
    """
    stop = asyncio.Event()
    task = asyncio.create_task(_repeat(db, signer, clock, interval_s, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def _repeat(
    db: Database, signer: HeadSigner, clock: Clock, interval_s: float, stop: asyncio.Event
) -> None:
    now_s = asyncio.get_running_loop().time
    while not stop.is_set():
        began_s = now_s()
        try:
            await seal_all(db, clock)
            await sign_heads(db, signer, clock)
        except Exception as fault:
            # Nothing is lost while the database is away: entries wait in the inbox and count from there.
            _log.warning("ledger_not_sealed", fault=type(fault).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), max(0.0, began_s + interval_s - now_s()))
