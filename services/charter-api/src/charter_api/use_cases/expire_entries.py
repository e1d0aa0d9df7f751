"""Entries that nobody has confirmed in time end, and the names that came with them go."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.kernel.clock import Clock
from charter_api.storage.entries import expire, expired_entries, person_ids
from charter_api.storage.signature_changes import forget_names
from charter_api.use_cases.entry_answers import entry_event


def expiries_of(database: Database, clock: Clock) -> Callable[[], Awaitable[None]]:
    """Ends what has expired by the clock; what a call does not come to, the next one does."""

    async def end() -> None:
        async with database.begin() as tx:
            await expire_entries(tx, clock())

    return end


async def expire_entries(tx: AsyncConnection, now: datetime) -> int:
    """How many entries were ended, a bounded number, each with its event."""
    rows = await expired_entries(tx, now.date())
    if rows:
        await expire(tx, [row["id"] for row in rows], now)
        await forget_names(tx, person_ids(rows))
    for row in rows:
        await record_event(tx, entry_event(row, "expired"), now)
    return len(rows)
