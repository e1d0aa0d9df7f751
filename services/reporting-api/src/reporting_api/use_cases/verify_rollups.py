"""Recomputing a place's roll-ups from its ledger's lines, day by day, and naming every penny of drift."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

from cdp_common.db.database import Database
from reporting_api.storage.rollup_checks import (
    allow_time,
    checkpoint_days,
    checkpoint_faults,
    day_faults,
    fold_is_of_block,
    folded_days,
    other_days,
    rollup_faults,
)
from reporting_api.storage.rollup_folding import folded_so_far


async def rollup_faults_of(db: Database, place_id: UUID) -> AsyncIterator[str]:
    """What does not hold in the sums of a place: of each day, of the whole, of each checkpoint.

    What is sealed and not folded yet is no fault: reading adds it.
    """
    async with db.begin() as tx:
        fold = await folded_so_far(tx, place_id)
        if fold is None:
            return
        if not await fold_is_of_block(tx, place_id, fold):
            yield "roll-ups: they do not end with the block that they name"
            return
        days = await folded_days(tx, place_id, fold)
        ends = await checkpoint_days(tx, place_id)
        if strays := await other_days(tx, place_id, fold):
            yield f"sums by day: {strays} of days on which nothing was sealed"
    for day, after, upto in days:
        async with db.begin() as tx:
            await allow_time(tx)
            faults = await day_faults(tx, place_id, day, after, upto)
        for fault in faults:
            yield fault
    async with db.begin() as tx:
        await allow_time(tx)
        faults = await rollup_faults(tx, place_id, fold)
    for fault in faults:
        yield fault
    since = date.min
    for day in ends:
        async with db.begin() as tx:
            await allow_time(tx)
            faults = await checkpoint_faults(tx, place_id, since, day)
        for fault in faults:
            yield fault
        since = day
