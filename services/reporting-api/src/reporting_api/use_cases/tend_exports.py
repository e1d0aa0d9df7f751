"""What is done about exports from time to time: those nobody is at are taken up, old files are removed."""

from __future__ import annotations

from datetime import timedelta

from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock
from reporting_api.storage.exports import end_export, enqueue_export, forget_old, lock_expired, unheard_of

INTERVAL_S = 60.0
MOST_AT_ONCE = 100
"""Exports that one pass sees to; what is left over comes in the next one."""
UNHEARD_FOR = timedelta(minutes=1)
KNOWN_FOR = timedelta(days=37)
"""An export is known of for so long after it was asked for, though its file is gone."""


async def tend_exports(db: Database, clock: Clock) -> None:
    """One pass: open exports without a word from their worker, files past their time, old records.

    The files themselves go with the other loose blobs.
    """
    now = clock()
    async with db.begin() as tx:
        for export_id in await unheard_of(tx, now - UNHEARD_FOR, MOST_AT_ONCE):
            await enqueue_export(tx, export_id)  # nothing where its job is waiting or running
    async with db.begin() as tx:
        for row in await lock_expired(tx, now, MOST_AT_ONCE):
            await end_export(tx, row, "expired", now)
    async with db.begin() as tx:
        await forget_old(tx, now - KNOWN_FOR, MOST_AT_ONCE)
