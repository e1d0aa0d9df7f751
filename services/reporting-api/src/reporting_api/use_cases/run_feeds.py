"""Consuming the feeds of the other four services while this one runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from cdp_common.clients.feeds import FeedClient
from cdp_common.contracts.base import EventPage
from cdp_common.db.consumer import consume_once, replay_parked, run_consumer
from cdp_common.db.parking import first_parked, parked_aggregates
from reporting_api.use_cases.take_events import EventTaker

STOP_WITHIN_S = 2.0


@asynccontextmanager
async def feeds_consumed(
    taker: EventTaker, feeds: Mapping[str, FeedClient], poll_interval_s: float
) -> AsyncIterator[None]:
    """Consume every feed while the context is open."""
    stop = asyncio.Event()
    tasks = [
        asyncio.create_task(
            run_consumer(
                taker.db,
                source,
                _prepared(taker, feed),
                taker.apply,
                stop=stop,
                poll_interval_s=poll_interval_s,
                clock=taker.clock,
            )
        )
        for source, feed in feeds.items()
    ]
    try:
        yield
    finally:
        stop.set()
        # A fetch under way is given up; the cursor has not moved, so nothing is lost.
        _, late = await asyncio.wait(tasks, timeout=STOP_WITHIN_S)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)


async def consume_page(taker: EventTaker, source: str, feed: FeedClient) -> int:
    """Take one page of a feed and give the number of its events that are done with."""
    return await consume_once(taker.db, source, _prepared(taker, feed), taker.apply, clock=taker.clock)


async def replay_feed(taker: EventTaker, source: str) -> int:
    """Try again what was set aside of a feed, and give the number of events applied."""
    async with taker.db.begin() as tx:
        aggregates = await parked_aggregates(tx, source)
        first = [await first_parked(tx, source, aggregate) for aggregate in aggregates]
    await taker.prepare([event for event in first if event is not None])
    return await replay_parked(taker.db, source, taker.apply, clock=taker.clock)


def _prepared(taker: EventTaker, feed: FeedClient) -> Callable[[int, int], Awaitable[EventPage]]:
    """Fetches a page together with whatever applying it will need."""

    async def fetch(after: int, limit: int) -> EventPage:
        page = await feed.list_events(after=after, limit=limit)
        await taker.prepare(page.items)
        return page

    return fetch
