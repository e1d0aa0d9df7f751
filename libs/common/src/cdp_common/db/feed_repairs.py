"""What an operator does about a feed: see how far it was read, replay what was set aside, set it back.

All of it is safe while the service runs. Whoever applies an event or moves the cursor holds the cursor's row
until the end of the transaction, so that an operator's act comes between two events and never into one.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import EventEnvelope
from cdp_common.db import parking
from cdp_common.db.common_tables import event_cursors as cursors
from cdp_common.db.common_tables import event_failures as failures
from cdp_common.db.consumer import Followed, apply_event
from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.kernel.errors import CdpError

MAX_REPLAYED = 1_000

_log = logging.getLogger(__name__)


class RewindRefused(Exception):
    """The cursor cannot be set there: what lies between would be passed over for good."""


@dataclass(frozen=True)
class FeedStanding:
    """How far a feed was read, and what of it could not be applied."""

    source: str
    position: int
    read_at: datetime | None
    """When the cursor was last moved; None while the feed was never read."""
    retrying: int
    parked_events: int
    parked_aggregates: int


@dataclass(frozen=True)
class Replayed:
    """How many events that were set aside are applied now, and the positions at which it stopped again."""

    applied: int
    failed: tuple[int, ...]


async def feed_standings(tx: AsyncConnection, sources: Sequence[str]) -> list[FeedStanding]:
    """How each of the feeds stands, in the order given."""
    is_parked = failures.c.state == parking.PARKED
    counted = select(
        failures.c.source,
        func.count().filter(~is_parked).label("retrying"),
        func.count().filter(is_parked).label("events"),
        func.count(failures.c.aggregate_id.distinct()).filter(is_parked).label("aggregates"),
    ).group_by(failures.c.source)
    read = {row.source: row for row in await tx.execute(select(cursors))}
    failed = {row.source: row for row in await tx.execute(counted)}
    return [
        FeedStanding(
            source=source,
            position=read[source].position if source in read else 0,
            read_at=read[source].updated_at if source in read else None,
            retrying=failed[source].retrying if source in failed else 0,
            parked_events=failed[source].events if source in failed else 0,
            parked_aggregates=failed[source].aggregates if source in failed else 0,
        )
        for source in sources
    ]


async def rewind(tx: AsyncConnection, source: str, position: int, *, clock: Clock = utc_now) -> int:
    """Set the cursor back, so that what follows the position is told again, and give where it stood.

    `RewindRefused` where the position lies ahead, or the feed was never read.
    """
    before = await tx.scalar(_held(source))
    if before is None or position > before:
        raise RewindRefused(f"the feed was read up to {before or 0}, and a cursor is only ever set back")
    moved = update(cursors).where(cursors.c.source == source)
    await tx.execute(moved.values(position=position, updated_at=clock()))
    return before


async def replay_parked(
    db: Database,
    feed: Followed,
    *,
    aggregate_id: UUID | None = None,
    limit: int = MAX_REPLAYED,
    clock: Clock = utc_now,
) -> Replayed:
    """Apply what was set aside, each aggregate in its order, at most so many events.

    An aggregate that fails again stays set aside from that event on. What asking other services raises comes
    out; what was applied before stays applied.
    """
    async with db.begin() as tx:
        aggregates = await parking.parked_aggregates(tx, feed.source)
    applied, failed = 0, []
    for aggregate in aggregates:
        if aggregate_id not in (None, aggregate[1]):
            continue
        while applied < limit and (event := await _next_of(db, feed, aggregate)) is not None:
            try:
                applied += await _replay(db, feed, aggregate, event)
            except Exception as problem:
                await _note(db, feed, event, problem, clock)
                failed.append(event.position)
                break
    return Replayed(applied, tuple(failed))


async def _next_of(db: Database, feed: Followed, aggregate: parking.Aggregate) -> EventEnvelope | None:
    """The aggregate's first event that is set aside, with what applying it needs asked for."""
    async with db.begin() as tx:
        event = await parking.first_parked(tx, feed.source, aggregate)
    if event is not None:
        await feed.prepare([event])
    return event


async def _replay(db: Database, feed: Followed, aggregate: parking.Aggregate, event: EventEnvelope) -> bool:
    """Apply one event that is set aside; False when somebody else has done so meanwhile."""
    async with db.begin() as tx:
        # The consumer holds this row while it looks for parked events: none slips in behind the last.
        await tx.execute(_held(feed.source))
        first = await parking.first_parked(tx, feed.source, aggregate)
        if first is None or first.position != event.position:
            return False
        await apply_event(tx, feed.handle, event)
        await parking.forget(tx, feed.source, event.position)
    return True


async def _note(db: Database, feed: Followed, event: EventEnvelope, problem: Exception, clock: Clock) -> None:
    shown = None if isinstance(problem, CdpError) else problem  # a refusal of ours says all in its words
    _log.warning("event %s of %s failed again: %s", event.position, feed.source, problem, exc_info=shown)
    async with db.begin() as tx:
        await parking.note_failed_again(tx, feed.source, event.position, problem, clock())


def _held(source: str) -> Select[int]:
    return select(cursors.c.position).where(cursors.c.source == source).with_for_update()
