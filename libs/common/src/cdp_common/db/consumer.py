"""Reading another service's feed: each event's effect and the cursor past it commit together.

An event whose effect fails is tried again on the next pass. After five failures it is set aside, with every
later event of its aggregate, so that nothing is lost or applied out of order; the other aggregates go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from opentelemetry import propagate, trace
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import EventEnvelope, EventPage
from cdp_common.db import parking
from cdp_common.db.common_tables import event_cursors as cursors
from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock, utc_now

PAGE_SIZE = 100
MAX_ATTEMPTS = 5
MAX_BACKOFF_S = 60.0

Fetch = Callable[[int, int], Awaitable[EventPage]]
"""Gets the events after a position, at most so many."""

Handle = Callable[[AsyncConnection, EventEnvelope], Awaitable[None]]
"""Applies one event in the transaction given; it calls no other process."""

Prepare = Callable[[Sequence[EventEnvelope]], Awaitable[None]]
"""Asks other services, before any transaction, for what applying these events needs."""


async def nothing_needed(events: Sequence[EventEnvelope]) -> None:
    """What prepares events that carry all that applying them needs."""


@dataclass(frozen=True)
class Followed:
    """A feed that a service follows: whose it is, what applies an event, what is asked for before."""

    source: str
    handle: Handle
    prepare: Prepare = nothing_needed


_log = logging.getLogger(__name__)
_tracer = trace.get_tracer(__name__)


async def consume_once(
    db: Database, source: str, fetch: Fetch, handle: Handle, *, clock: Clock = utc_now
) -> int:
    """Take one page of the feed and give the number of its events that are done with, applied or set aside.

    An event that fails ends the pass; whatever `fetch` raises comes out.
    """
    reader = _Reader(db, source, handle, clock)
    position = await reader.position()
    page = await fetch(position, PAGE_SIZE)
    done = 0
    try:
        for event in page.items:
            if not await reader.take(position, event):
                return done
            position, done = event.position, done + 1
        if page.next_after > position:  # what is left of the page is not for us
            async with db.begin() as tx:
                await reader.advance(tx, position, page.next_after)
    except _CursorMoved:
        _log.info("the cursor of %s was moved by somebody else; going on from where it is", source)
    return done


async def run_consumer(
    db: Database,
    source: str,
    fetch: Fetch,
    handle: Handle,
    *,
    stop: asyncio.Event,
    poll_interval_s: float = 1.0,
    clock: Clock = utc_now,
) -> None:
    """Consume the feed until `stop` is set, resting when there is nothing and longer while it is away."""
    wait_s = poll_interval_s
    while not stop.is_set():
        try:
            done = await consume_once(db, source, fetch, handle, clock=clock)
        except Exception as problem:
            # Whatever the source or the database does, the loop outlives it.
            wait_s = min(max(wait_s, poll_interval_s) * 2, MAX_BACKOFF_S)
            _log.warning("the feed %s cannot be consumed now: %s; again in %.1f s", source, problem, wait_s)
        else:
            wait_s = 0.0 if done else poll_interval_s
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait_s)


async def apply_event(tx: AsyncConnection, handle: Handle, event: EventEnvelope) -> None:
    """Run the handler as a part of the trace in which the event was recorded."""
    origin = propagate.extract({"traceparent": event.traceparent}) if event.traceparent else None
    kind = trace.SpanKind.CONSUMER
    with _tracer.start_as_current_span(f"consume {event.type}", context=origin, kind=kind):
        await handle(tx, event)


class _CursorMoved(Exception):
    """Another consumer of the same feed, or an operator, has moved the cursor meanwhile."""


@dataclass(frozen=True)
class _Reader:
    """One reader of one feed."""

    db: Database
    source: str
    handle: Handle
    clock: Clock

    async def position(self) -> int:
        """Where to go on; a feed never read starts before its first event."""
        start = insert(cursors).values(source=self.source, position=0, updated_at=self.clock())
        query = select(cursors.c.position).where(cursors.c.source == self.source)
        async with self.db.begin() as tx:
            await tx.execute(start.on_conflict_do_nothing())
            position: int = (await tx.execute(query)).scalar_one()
        return position

    async def advance(self, tx: AsyncConnection, start: int, end: int) -> None:
        """Move the cursor, only from where this pass left it; its row is held until the transaction ends."""
        here = (cursors.c.source == self.source, cursors.c.position == start)
        moved = await tx.execute(
            update(cursors).where(*here).values(position=end, updated_at=self.clock()),
        )
        if moved.rowcount != 1:
            raise _CursorMoved

    async def take(self, position: int, event: EventEnvelope) -> bool:
        """Apply one event or set it aside; False when it failed and is to be tried again."""
        try:
            async with self.db.begin() as tx:
                await self.advance(tx, position, event.position)
                earlier = await parking.failures_of_aggregate(tx, self.source, event)
                if parking.PARKED in earlier.values():
                    await parking.park_behind(tx, self.source, event, self.clock())
                    return True
                await apply_event(tx, self.handle, event)
                if event.position in earlier:
                    await parking.forget(tx, self.source, event.position)
            return True
        except _CursorMoved:
            raise
        except Exception as problem:
            _log.exception("event %s of %s could not be applied", event.position, self.source)
            async with self.db.begin() as tx:
                return await self._count_failure(tx, position, event, problem)

    async def _count_failure(
        self, tx: AsyncConnection, position: int, event: EventEnvelope, problem: Exception
    ) -> bool:
        """Count the failure; at the last one the event is parked and the cursor goes past it."""
        attempts = await parking.note_failure(tx, self.source, event, problem, self.clock())
        if attempts < MAX_ATTEMPTS:
            return False
        await parking.park(tx, self.source, event.position)
        await self.advance(tx, position, event.position)
        _log.error("event %s of %s is parked after %s failures", event.position, self.source, attempts)
        return True
