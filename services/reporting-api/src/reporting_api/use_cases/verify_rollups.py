"""Recomputing a place's roll-ups from its ledger's lines, day by day, and naming every penny of drift."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from cdp_common.db.database import Database
from reporting_api.storage.rollup_checks import (
    allow_time,
    checkpoint_days,
    checkpoint_faults,
    checkpoint_is_named,
    day_faults,
    fold_is_of_block,
    folded_days,
    other_days,
    rollup_faults,
)
from reporting_api.storage.rollup_folding import NOTHING_FOLDED, folded_so_far

DAYS_AT_ONCE = 40_000
"""Entries whose days are worked out together; one day may have more."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Days of sealing that follow each other: the first and the last, and the positions of their entries."""

    since: date
    day: date
    after: int
    upto: int


async def day_faults_of(db: Database, place_id: UUID) -> list[str]:
    """What does not hold in the sums by day of a place.

    What is sealed and not folded yet is no fault: reading adds it.
    """
    async with db.begin() as tx:
        fold = await folded_so_far(tx, place_id)
        if fold is None:
            strays = await other_days(tx, place_id, NOTHING_FOLDED)
            return [f"sums by day: {strays} although nothing is folded"] if strays else []
        if not await fold_is_of_block(tx, place_id, fold):
            return ["roll-ups: they do not end with the block that they name"]
        days = await folded_days(tx, place_id, fold)
        strays = await other_days(tx, place_id, fold)
    faults = [f"sums by day: {strays} of days on which nothing was sealed"] if strays else []
    for run in _runs(days):
        async with db.begin() as tx:
            await allow_time(tx)
            faults += await day_faults(tx, place_id, run.since, run.day, run.after, run.upto)
    return faults


async def sum_faults_of(db: Database, place_id: UUID) -> list[str]:
    """What does not hold in the checkpoints of a place, each beside the one before, and in its roll-ups."""
    async with db.begin() as tx:
        fold = await folded_so_far(tx, place_id)
        ends = await checkpoint_days(tx, place_id)
        is_named = fold is None or await checkpoint_is_named(tx, place_id, fold, ends[-1] if ends else None)
    if fold is None:
        return []
    since = date.min
    faults = [] if is_named else ["roll-ups: they do not name the last checkpoint's position"]
    for day in ends:
        async with db.begin() as tx:
            await allow_time(tx)
            faults += await checkpoint_faults(tx, place_id, since, day)
        since = day
    async with db.begin() as tx:
        await allow_time(tx)
        return [*faults, *await rollup_faults(tx, place_id, since, fold)]


def _runs(days: Iterable[tuple[date, int, int]]) -> Iterator[_Run]:
    """The days in runs of at most so many entries."""
    run: _Run | None = None
    for day, after, upto in days:
        if run is not None and upto - run.after <= DAYS_AT_ONCE:
            run = replace(run, day=day, upto=upto)
            continue
        if run is not None:
            yield run
        run = _Run(day, day, after, upto)
    if run is not None:
        yield run
