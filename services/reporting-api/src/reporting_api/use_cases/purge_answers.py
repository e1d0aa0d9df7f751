"""Removing answers kept for repeated requests once their time is over."""

from __future__ import annotations

from datetime import timedelta

from cdp_common.db.database import Database
from cdp_common.db.idempotency import KEPT_FOR, purge_expired
from cdp_common.kernel.clock import Clock
from reporting_api.storage.answers import purge_answers

# An answer outlives the record that names it, so that no record ever names one that is gone.
ANSWERS_KEPT_FOR = KEPT_FOR + timedelta(hours=24)


async def purge_once(db: Database, clock: Clock) -> int:
    """Remove what is past its time, a bounded number, and say how much it was."""
    async with db.begin() as tx:
        now = clock()
        return await purge_expired(tx, now) + await purge_answers(tx, now - ANSWERS_KEPT_FOR)
