"""A feed is applied in order and once; what fails is retried, then set aside without stopping the rest."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from opentelemetry import trace
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.integration.common.sample_service.storage.tables import accounts

from cdp_common.contracts.base import EventEnvelope, EventPage
from cdp_common.db import consumer
from cdp_common.db.common_tables import event_cursors, event_failures
from cdp_common.db.consumer import Followed, consume_once, run_consumer
from cdp_common.db.database import Database
from cdp_common.db.feed_repairs import Replayed, RewindRefused, feed_standings, replay_parked, rewind
from cdp_common.db.parking import list_parked
from cdp_common.kernel.errors import Conflict, Unavailable
from cdp_common.kernel.identifiers import new_id

NOW = datetime(2026, 4, 1, tzinfo=UTC)
SOURCE = "procurement"
A, B = new_id(), new_id()


class Unready(Conflict):
    code = "unready"
    title = "Not ready"


class Away(Unavailable):
    code = "away"
    title = "Away"


def event(position: int, aggregate_id: UUID = A, *, traceparent: str | None = None) -> EventEnvelope:
    return EventEnvelope(
        id=new_id(),
        position=position,
        type="thing.happened",
        occurred_at=NOW,
        aggregate_type="thing",
        aggregate_id=aggregate_id,
        aggregate_version=position,
        data={"n": str(position)},
        traceparent=traceparent,
    )


class Feed:
    """A source in memory, with positions that some readers may not see."""

    def __init__(self, *events: EventEnvelope, last: int | None = None) -> None:
        self.events = list(events)
        self.last = last

    async def fetch(self, after: int, limit: int) -> EventPage:
        items = [item for item in self.events if item.position > after][:limit]
        end = items[-1].position if items else after
        return EventPage(items=items, next_after=max(end, self.last or 0))


class Effects:
    """A handler that writes a row for each event, and fails where it is told to."""

    def __init__(self, *failing: int) -> None:
        self.failing = set(failing)
        self.attempts: list[int] = []

    async def handle(self, tx: AsyncConnection, item: EventEnvelope) -> None:
        self.attempts.append(item.position)
        name = f"event {item.position}, attempt {len(self.attempts)}"
        row = {"id": new_id(), "name": name, "rank": item.position, "balance_pence": 0}
        await tx.execute(insert(accounts).values(opened_at=NOW, **row))
        if item.position in self.failing:
            raise Unready("the thing is not ready")


async def applied(db: Database) -> list[int]:
    async with db.begin() as tx:
        return list(await tx.scalars(select(accounts.c.rank).order_by(accounts.c.id)))


async def cursor(db: Database) -> int | None:
    async with db.begin() as tx:
        return await tx.scalar(select(event_cursors.c.position).where(event_cursors.c.source == SOURCE))


async def parked(db: Database) -> list[tuple[int, int, str]]:
    async with db.begin() as tx:
        return [
            (item.event.position, item.attempts, item.last_error) for item in await list_parked(tx, SOURCE)
        ]


async def failed(db: Database) -> list[tuple[int, str, int]]:
    async with db.begin() as tx:
        rows = await tx.execute(select(event_failures).order_by(event_failures.c.position))
        return [(row.position, row.state, row.attempts) for row in rows]


async def test_each_event_is_applied_once_and_in_order(db: Database) -> None:
    feed, effects = Feed(event(1), event(2, B), event(3)), Effects()
    assert await consume_once(db, SOURCE, feed.fetch, effects.handle) == 3
    assert await consume_once(db, SOURCE, feed.fetch, effects.handle) == 0
    feed.events.append(event(4))
    assert await consume_once(db, SOURCE, feed.fetch, effects.handle) == 1
    assert await applied(db) == [1, 2, 3, 4]
    assert await cursor(db) == 4


async def test_the_source_is_asked_outside_any_transaction(db: Database) -> None:
    checked_out = []

    async def fetch(after: int, limit: int) -> EventPage:
        checked_out.append(db.engine.pool.status().split("Current Checked out connections: ")[1])
        assert limit == 100
        return EventPage(items=[], next_after=after)

    assert await consume_once(db, SOURCE, fetch, Effects().handle) == 0
    assert checked_out == ["0"]


async def test_positions_that_are_for_others_are_passed(db: Database) -> None:
    feed = Feed(event(2), last=7)
    assert await consume_once(db, SOURCE, feed.fetch, Effects().handle) == 1
    assert await cursor(db) == 7


async def test_a_failed_event_leaves_no_effect_and_is_tried_again(db: Database) -> None:
    feed, effects = Feed(event(1), event(2), event(3)), Effects(2)
    assert await consume_once(db, SOURCE, feed.fetch, effects.handle) == 1
    assert await consume_once(db, SOURCE, feed.fetch, effects.handle) == 0
    assert (await applied(db), await cursor(db)) == ([1], 1)
    assert await failed(db) == [(2, "retrying", 2)]
    effects.failing.clear()
    assert await consume_once(db, SOURCE, feed.fetch, effects.handle) == 2
    assert (await applied(db), await cursor(db), await failed(db)) == ([1, 2, 3], 3, [])


async def test_after_five_failures_the_aggregate_is_set_aside_and_the_rest_goes_on(db: Database) -> None:
    feed, effects = Feed(event(1), event(2, B), event(3), event(4, B)), Effects(1)
    passes = [await consume_once(db, SOURCE, feed.fetch, effects.handle) for _ in range(5)]
    assert passes == [0, 0, 0, 0, 4]
    assert effects.attempts == [1, 1, 1, 1, 1, 2, 4]
    assert await applied(db) == [2, 4]
    assert await cursor(db) == 4
    assert await parked(db) == [
        (1, 5, "unready: the thing is not ready"),
        (3, 1, "an earlier event of its aggregate is set aside"),
    ]


async def test_replaying_applies_what_was_set_aside_in_order(db: Database) -> None:
    feed, effects = Feed(event(1), event(2, B), event(3), event(4)), Effects(1)
    followed = Followed(SOURCE, effects.handle)
    for _ in range(5):
        await consume_once(db, SOURCE, feed.fetch, effects.handle)
    assert await replay_parked(db, followed) == Replayed(0, (1,))
    assert [position for position, _, _ in await parked(db)] == [1, 3, 4]
    assert await applied(db) == [2]
    effects.failing = {4}
    assert await replay_parked(db, followed, limit=1) == Replayed(1, ())
    assert await replay_parked(db, followed) == Replayed(1, (4,))
    assert [position for position, _, _ in await parked(db)] == [4]
    effects.failing = set()
    assert await replay_parked(db, followed, aggregate_id=B) == Replayed(0, ())
    assert await replay_parked(db, followed, aggregate_id=A) == Replayed(1, ())
    assert await applied(db) == [2, 1, 3, 4]
    assert await failed(db) == []
    feed.events.append(event(5))
    assert await consume_once(db, SOURCE, feed.fetch, effects.handle) == 1
    assert await applied(db) == [2, 1, 3, 4, 5]


async def test_two_operators_and_the_consumer_apply_what_was_set_aside_once(db: Database) -> None:
    feed, effects = Feed(*(event(position) for position in range(1, 21))), Effects(1)
    for _ in range(5):
        await consume_once(db, SOURCE, feed.fetch, effects.handle)
    assert len(await parked(db)) == 20
    effects.failing.clear()
    feed.events += [event(position) for position in range(21, 41)]
    followed = Followed(SOURCE, effects.handle)
    one, other, read = await asyncio.gather(
        replay_parked(db, followed),
        replay_parked(db, followed),
        consume_once(db, SOURCE, feed.fetch, effects.handle),
    )
    rest = await replay_parked(db, followed)
    assert (one.failed, other.failed, rest.failed, read) == ((), (), (), 20)
    assert await applied(db) == list(range(1, 41))
    assert await failed(db) == []


async def test_what_a_replay_needs_is_asked_for_before_each_event_and_outside_any_transaction(
    db: Database,
) -> None:
    feed, effects = Feed(event(1), event(2)), Effects(1)
    for _ in range(5):
        await consume_once(db, SOURCE, feed.fetch, effects.handle)
    effects.failing.clear()
    asked: list[tuple[list[int], str]] = []

    async def prepare(events: Sequence[EventEnvelope]) -> None:
        checked_out = db.engine.pool.status().split("Current Checked out connections: ")[1]
        asked.append(([item.position for item in events], checked_out))

    followed = Followed(SOURCE, effects.handle, prepare)
    assert await replay_parked(db, followed, limit=1) == Replayed(1, ())
    assert await replay_parked(db, followed, limit=0) == Replayed(0, ())
    assert asked == [([1], "0")]
    assert await replay_parked(db, followed) == Replayed(1, ())
    assert asked == [([1], "0"), ([2], "0")]


async def test_an_unexpected_error_is_kept_by_its_kind_alone(db: Database) -> None:
    async def handle(tx: AsyncConnection, item: EventEnvelope) -> None:
        raise ValueError("somebody's name")

    for _ in range(5):
        await consume_once(db, SOURCE, Feed(event(1)).fetch, handle)
    assert await parked(db) == [(1, 5, "ValueError")]


async def test_two_consumers_of_a_feed_apply_each_event_once(db: Database) -> None:
    feed, effects = Feed(*(event(position) for position in range(1, 21))), Effects()
    done = [0]
    while sum(done) < 20:
        done += await asyncio.gather(
            *(consume_once(db, SOURCE, feed.fetch, effects.handle) for _ in range(2))
        )
    assert await applied(db) == list(range(1, 21))
    assert await failed(db) == []


async def test_an_event_whose_cursor_was_set_back_meanwhile_is_not_applied_over_it(db: Database) -> None:
    feed, effects = Feed(event(1)), Effects()
    assert await consume_once(db, SOURCE, feed.fetch, effects.handle) == 1
    feed.events.append(event(2))

    async def fetch(after: int, limit: int) -> EventPage:
        page = await feed.fetch(after, limit)
        async with db.begin() as tx:
            assert await rewind(tx, SOURCE, 0) == 1
        return page

    assert await consume_once(db, SOURCE, fetch, effects.handle) == 0
    assert (await applied(db), await cursor(db), await failed(db)) == ([1], 0, [])


async def test_setting_the_cursor_back_replays(db: Database) -> None:
    feed, effects = Feed(event(1), event(2)), Effects()
    assert await consume_once(db, SOURCE, feed.fetch, effects.handle) == 2
    async with db.begin() as tx:
        assert await rewind(tx, SOURCE, 1) == 2
    assert await consume_once(db, SOURCE, feed.fetch, effects.handle) == 1
    assert effects.attempts == [1, 2, 2]


async def test_a_cursor_is_not_set_forward_nor_that_of_a_feed_that_was_never_read(db: Database) -> None:
    assert await consume_once(db, SOURCE, Feed(event(1), event(2)).fetch, Effects().handle) == 2
    for source, position in ((SOURCE, 3), ("charter", 0)):
        with pytest.raises(RewindRefused):
            async with db.begin() as tx:
                await rewind(tx, source, position)
    assert await cursor(db) == 2
    async with db.begin() as tx:
        assert await rewind(tx, SOURCE, 2) == 2


async def test_what_is_set_aside_and_told_again_keeps_its_reason_and_is_not_applied(db: Database) -> None:
    feed, effects = Feed(event(1), event(2, B), event(3)), Effects(1)
    for _ in range(5):
        await consume_once(db, SOURCE, feed.fetch, effects.handle)
    before = await parked(db)
    async with db.begin() as tx:
        await rewind(tx, SOURCE, 0)
    assert await consume_once(db, SOURCE, feed.fetch, effects.handle) == 3
    assert await parked(db) == before
    assert await applied(db) == [2, 2]
    async with db.begin() as tx:
        read, unread = await feed_standings(tx, [SOURCE, "charter"])
    assert (read.position, read.retrying, read.parked_events, read.parked_aggregates) == (3, 0, 2, 1)
    assert (unread.position, unread.read_at, unread.parked_events) == (0, None, 0)


async def test_sources_are_read_independently(db: Database) -> None:
    effects = Effects()
    assert await consume_once(db, SOURCE, Feed(event(1)).fetch, effects.handle) == 1
    assert await consume_once(db, "charter", Feed(event(2)).fetch, effects.handle) == 1
    assert await cursor(db) == 1


async def test_the_handler_runs_in_the_trace_of_the_event(db: Database) -> None:
    seen = []

    async def handle(tx: AsyncConnection, item: EventEnvelope) -> None:
        seen.append(trace.get_current_span().get_span_context().trace_id)

    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await consume_once(db, SOURCE, Feed(event(1, traceparent=parent)).fetch, handle)
    assert seen == [0x0AF7651916CD43DD8448EB211C80319C]


async def run_until(
    db: Database,
    fetch: Callable[[int, int], Awaitable[EventPage]],
    effects: Effects,
    reached: Callable[[], Awaitable[bool]],
) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(
        run_consumer(db, SOURCE, fetch, effects.handle, stop=stop, poll_interval_s=0.01)
    )
    async with asyncio.timeout(10):
        while not await reached():
            pass
        stop.set()
        await running


async def test_the_loop_consumes_until_it_is_stopped(db: Database) -> None:
    feed, effects = Feed(*(event(position) for position in range(1, 251))), Effects(7)

    async def reached() -> bool:
        return await cursor(db) == 250

    await run_until(db, feed.fetch, effects, reached)
    assert await applied(db) == [1, 2, 3, 4, 5, 6]
    assert len(await parked(db)) == 244
    assert effects.attempts == [1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7]


async def test_the_loop_outlives_a_source_that_is_away(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "MAX_BACKOFF_S", 0.02)
    feed, effects, calls = Feed(event(1)), Effects(), [0]

    async def fetch(after: int, limit: int) -> EventPage:
        calls[0] += 1
        if calls[0] <= 3:
            raise Away("the source is away")
        return await feed.fetch(after, limit)

    async def reached() -> bool:
        return await cursor(db) == 1

    await run_until(db, fetch, effects, reached)
    assert calls[0] >= 4
    assert await applied(db) == [1]
