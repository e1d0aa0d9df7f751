"""Following another service's feed for as long as an application runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from cdp_common.clients.feeds import FeedClient
from cdp_common.contracts.base import EventPage
from cdp_common.db.consumer import Fetch, Followed, run_consumer
from cdp_common.db.database import Database
from cdp_common.kernel.clock import Clock

STOP_WITHIN_S = 2.0


def following(
    database: Database,
    followed: Followed,
    feed: FeedClient,
    *,
    poll_interval_s: float,
    clock: Clock,
) -> Callable[[], AbstractAsyncContextManager[None]]:
    """A lifespan task that applies each event of the feed, once and in order."""
    source, handle, fetch = followed.source, followed.handle, fetching(followed, feed)

    @asynccontextmanager
    async def task() -> AsyncIterator[None]:
        stop = asyncio.Event()
        running = asyncio.create_task(
            run_consumer(
                database, source, fetch, handle, stop=stop, poll_interval_s=poll_interval_s, clock=clock
            )
        )
        try:
            yield
        finally:
            stop.set()
            # A fetch under way is given up; the cursor has not moved, so nothing is lost.
            _, late = await asyncio.wait([running], timeout=STOP_WITHIN_S)
            for one in late:
                one.cancel()
            await asyncio.gather(running, return_exceptions=True)

    return task


def fetching(followed: Followed, feed: FeedClient) -> Fetch:
    """Fetches a page together with whatever applying it will need."""

    async def fetch(after: int, limit: int) -> EventPage:
        page = await feed.list_events(after=after, limit=limit)
        await followed.prepare(page.items)
        return page

    return fetch
