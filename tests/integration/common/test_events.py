"""Events commit with their effect, get gapless positions once, and are read by those they are for."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from cdp_common.contracts.base import EventPage
from cdp_common.db import events as events_module
from cdp_common.db.common_tables import event_feed, event_pending, events
from cdp_common.db.database import Database, WriteConflict
from cdp_common.db.events import (
    EventUndeclared,
    NewEvent,
    org_audience,
    read_feed,
    record_event,
    sequence_events,
)
from cdp_common.kernel.identifiers import new_id

SOMETHING = new_id()
NOW = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


def opened(
    audience: Sequence[str] = ("public",), aggregate_id: UUID | None = None, version: int = 1
) -> NewEvent:
    return NewEvent(
        type="account.opened",
        aggregate_type="account",
        aggregate_id=aggregate_id or new_id(),
        aggregate_version=version,
        place_id=None,
        audience=tuple(audience),
        data={"version": version},
    )


async def record(db: Database, *new: NewEvent) -> list[UUID]:
    async with db.begin() as tx:
        return [await record_event(tx, event, NOW) for event in new]


async def sequence(db: Database) -> int:
    async with db.begin() as tx:
        return await sequence_events(tx)


async def page(
    db: Database, after: int = 0, limit: int = 100, audiences: frozenset[str] | None = None
) -> EventPage:
    async with db.begin() as tx:
        return await read_feed(tx, after=after, limit=limit, audiences=audiences)


async def test_an_event_travels_whole(db: Database) -> None:
    place_id, aggregate_id = new_id(), new_id()
    told = {"amount": "12.50"}
    effective = date(2026, 3, 31)
    event = NewEvent("account.closed", "account", aggregate_id, 3, place_id, ("internal",), told, effective)
    [event_id] = await record(db, event)
    assert await sequence(db) == 1
    result = await page(db)
    assert result.next_after == 1
    assert result.items[0].model_dump() == {
        "id": event_id,
        "position": 1,
        "type": "account.closed",
        "occurred_at": NOW,
        "effective_on": date(2026, 3, 31),
        "aggregate_type": "account",
        "aggregate_id": aggregate_id,
        "aggregate_version": 3,
        "place_id": place_id,
        "data": told,
        "traceparent": None,
        "actor": None,
    }


@pytest.mark.parametrize(
    "type_, about, data, words",
    [
        ("account.stolen", "account", {}, "account.stolen is not declared"),
        ("place.created", "account", {}, "is about a place, not a account"),
        (
            "place.created",
            "place",
            {"place_id": "secret"},
            "says, at place_id, place_slug, name",
        ),
        (
            "place.created",
            "place",
            {"place_id": str(SOMETHING), "place_slug": "a", "name": "A", "more": 1},
            "PlaceCreated says, at more",
        ),
    ],
)
async def test_what_the_catalogue_does_not_describe_is_not_recorded(
    db: Database, type_: str, about: str, data: dict[str, object], words: str
) -> None:
    event = NewEvent(type_, about, SOMETHING, 1, None, ("public",), data)
    with pytest.raises(EventUndeclared, match=words) as fault:
        await record(db, event)
    assert "secret" not in str(fault.value)
    assert await sequence(db) == 0


async def test_an_event_of_a_block_that_raises_never_was(db: Database) -> None:
    async def refuse() -> None:
        async with db.begin() as tx:
            await record_event(tx, opened(), NOW)
            raise ValueError

    with pytest.raises(ValueError):
        await refuse()
    assert await sequence(db) == 0
    assert (await page(db)).items == []


async def test_an_event_that_has_no_position_is_not_in_the_feed(db: Database) -> None:
    await record(db, opened())
    assert await page(db) == EventPage(items=[], next_after=0)
    assert await sequence(db) == 1
    assert len((await page(db)).items) == 1
    assert await sequence(db) == 0


async def test_positions_follow_the_order_of_recording(db: Database) -> None:
    ids = await record(db, opened(), opened(), opened())
    await sequence(db)
    ids += await record(db, opened(), opened())
    await sequence(db)
    items = (await page(db)).items
    assert [item.id for item in items] == ids
    assert [item.position for item in items] == [1, 2, 3, 4, 5]


async def test_positions_have_no_gap_with_many_writers_and_sequencers(db: Database) -> None:
    async def write(count: int) -> None:
        for number in range(count):
            await record(db, opened())
            if number % 3 == 0:
                await sequence(db)

    async def write_and_give_up() -> None:
        async with db.begin() as tx:
            await record_event(tx, opened(), NOW)
            raise ValueError

    await asyncio.gather(
        *(write(10) for _ in range(4)), *(write_and_give_up() for _ in range(4)), return_exceptions=True
    )
    await sequence(db)
    async with db.begin() as tx:
        positions = list(await tx.scalars(select(event_feed.c.position).order_by(event_feed.c.position)))
        left = await tx.scalar(select(func.count()).select_from(event_pending))
        recorded = await tx.scalar(select(func.count()).select_from(events))
    assert positions == list(range(1, 41))
    assert (left, recorded) == (0, 40)


async def test_a_writer_still_at_work_does_not_hold_the_others_up(db: Database) -> None:
    async with db.begin() as slow:
        await record_event(slow, opened(), NOW)
        [quick_id] = await record(db, opened())
        assert await sequence(db) == 1
    assert [item.id for item in (await page(db)).items] == [quick_id]
    assert await sequence(db) == 1
    assert [item.position for item in (await page(db)).items] == [1, 2]


async def test_a_backlog_is_worked_off_in_steps(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "MAX_SEQUENCED", 2)
    ids = await record(db, opened(), opened(), opened())
    assert [await sequence(db), await sequence(db), await sequence(db)] == [2, 1, 0]
    assert [item.id for item in (await page(db)).items] == ids


async def test_the_same_version_of_an_aggregate_is_a_conflict_for_the_later_writer(db: Database) -> None:
    first, second = (opened(aggregate_id=SOMETHING, version=version) for version in (1, 2))
    await record(db, first, second)
    with pytest.raises(WriteConflict):
        await record(db, second)
    assert await sequence(db) == 2


async def test_a_page_ends_at_its_limit_and_the_next_goes_on(db: Database) -> None:
    await record(db, *(opened() for _ in range(5)))
    await sequence(db)
    seen, after = [], 0
    while (part := await page(db, after, 2)).next_after != after:
        seen.append([item.position for item in part.items])
        after = part.next_after
    assert seen == [[1, 2], [3, 4], [5]]


async def test_readers_see_what_is_for_them_and_pass_over_the_rest(db: Database) -> None:
    one, other = org_audience(new_id()), org_audience(new_id())
    await record(db, opened(["public"]), opened([one]), opened([one, other]), opened(["internal"]))
    await sequence(db)

    async def positions(audiences: frozenset[str] | None) -> list[int]:
        result = await page(db, audiences=audiences)
        assert result.next_after == 4
        return [item.position for item in result.items]

    assert await positions(None) == [1, 2, 3, 4]
    assert await positions(frozenset({"public"})) == [1]
    assert await positions(frozenset({"public", one})) == [1, 2, 3]
    assert await positions(frozenset({"public", other})) == [1, 3]
    assert await positions(frozenset()) == []


async def test_a_page_looks_through_a_bounded_stretch(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "MAX_SCANNED", 2)
    await record(db, opened(["internal"]), opened(["internal"]), opened(["public"]))
    await sequence(db)
    first = await page(db, 0, 10, frozenset({"public"}))
    assert first == EventPage(items=[], next_after=2)
    second = await page(db, first.next_after, 10, frozenset({"public"}))
    assert ([item.position for item in second.items], second.next_after) == ([3], 3)


async def test_a_reader_ahead_of_the_feed_stays_where_it_is(db: Database) -> None:
    await record(db, opened())
    await sequence(db)
    assert await page(db, after=2**63) == EventPage(items=[], next_after=2**63)


@pytest.mark.parametrize("limit", [0, 1001])
async def test_a_page_out_of_bounds_is_a_fault_of_the_caller(db: Database, limit: int) -> None:
    with pytest.raises(ValueError):
        await page(db, limit=limit)


@pytest.mark.parametrize(
    "audience", [(), ("everyone",), ("org:",), ("org:1",), ("public", "Internal"), (f"org:{'0' * 36}",)]
)
def test_an_audience_that_means_nobody_known_is_refused(audience: tuple[str, ...]) -> None:
    with pytest.raises(ValueError):
        opened(audience)


async def test_the_feed_cannot_be_rewritten_by_the_application(db: Database) -> None:
    await record(db, opened())
    await sequence(db)
    for statement in ("UPDATE events SET type = 'x'", "DELETE FROM event_feed", "TRUNCATE events CASCADE"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with db.begin() as tx:
                await tx.execute(text(statement))
    assert len((await page(db)).items) == 1


async def test_an_event_keeps_the_trace_in_which_it_was_recorded(db: Database) -> None:
    tracer = TracerProvider().get_tracer("test")
    with tracer.start_as_current_span("write") as span:
        await record(db, opened())
    await sequence(db)
    [item] = (await page(db)).items
    context = span.get_span_context()
    trace_id, span_id = trace.format_trace_id(context.trace_id), trace.format_span_id(context.span_id)
    assert item.traceparent == f"00-{trace_id}-{span_id}-{context.trace_flags:02x}"
