"""Which webhooks are told of which events: each once, and only what the organisation may see."""

import asyncio
from datetime import timedelta

import pytest
from tests.integration.common_webhooks.world import World

from cdp_common.db import webhooks
from cdp_common.db.events import sequence_events
from cdp_common.kernel.clock import utc_now
from cdp_common.web.webhooks.delivery import dispatch_once

URL = "http://127.0.0.1:9/hook"

TOLD = "SELECT endpoint_id::text, event_position FROM webhook_deliveries ORDER BY 1, 2"
JOBS = "SELECT payload FROM pgqueuer WHERE status = 'queued'"


async def test_a_webhook_is_told_of_public_events_and_of_its_organisations_own(quiet: World):
    own = await quiet.subscribe(URL)
    others = await quiet.subscribe(URL, org=quiet.other)
    for audience in (
        ["public"],
        [f"org:{quiet.org}"],
        [f"org:{quiet.other}"],
        ["internal"],
        ["internal", f"org:{quiet.org}", f"org:{quiet.other}"],
    ):
        await quiet.happens(*audience)

    await dispatch_once(quiet.db)

    told = await quiet.rows(TOLD)
    assert [position for endpoint, position in told if endpoint == own["id"]] == [1, 2, 5]
    assert [position for endpoint, position in told if endpoint == others["id"]] == [1, 3, 5]


async def test_a_webhook_is_told_of_the_types_that_it_asked_for(quiet: World):
    some = await quiet.subscribe(URL, "account.closed", "account.merged")
    everything = await quiet.subscribe(URL)
    for type_ in ("account.opened", "account.closed", "account.closed_again", "account.merged"):
        await quiet.happens(type=type_)

    await dispatch_once(quiet.db)

    told = await quiet.rows(TOLD)
    assert [position for endpoint, position in told if endpoint == some["id"]] == [2, 4]
    assert [position for endpoint, position in told if endpoint == everything["id"]] == [1, 2, 3, 4]


async def test_what_happened_before_a_webhook_was_made_is_not_told(quiet: World):
    await quiet.happens()
    await quiet.subscribe(URL)
    await quiet.happens()

    assert await dispatch_once(quiet.db) == 2
    assert [position for _, position in await quiet.rows(TOLD)] == [2]


async def test_dispatching_many_times_at_once_makes_one_delivery_and_one_job_each(quiet: World):
    for _ in range(3):
        await quiet.subscribe(URL)
    for _ in range(5):
        await quiet.happens()

    async def until_done() -> None:
        for _ in range(4):
            await dispatch_once(quiet.db)

    await asyncio.gather(*(until_done() for _ in range(5)))

    assert len(await quiet.rows(TOLD)) == 15
    jobs = await quiet.rows(JOBS)
    assert len({job.payload for job in jobs}) == len(jobs) == 15


async def test_a_cursor_that_is_set_back_makes_no_second_delivery(quiet: World):
    await quiet.subscribe(URL)
    await quiet.happens()
    await dispatch_once(quiet.db)
    await quiet.execute("UPDATE webhook_cursor SET position = 0")

    assert await dispatch_once(quiet.db) == 1
    assert len(await quiet.rows(TOLD)) == 1
    assert len(await quiet.rows(JOBS)) == 1


async def test_a_rolled_back_dispatch_leaves_neither_delivery_nor_job(quiet: World):
    await quiet.subscribe(URL)
    await quiet.happens()

    async with quiet.db.begin() as tx:
        await sequence_events(tx)

    async def dispatch_and_fail() -> None:
        async with quiet.db.begin() as tx:
            assert await webhooks.dispatch_events(tx, utc_now()) == 1
            raise LookupError

    with pytest.raises(LookupError):
        await dispatch_and_fail()

    assert await quiet.count("webhook_deliveries") == 0
    assert await quiet.count("pgqueuer") == 0
    assert await dispatch_once(quiet.db) == 1


async def test_a_crowd_of_receivers_is_dispatched_in_bounded_steps(
    quiet: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(webhooks, "MAX_DELIVERIES", 4)
    for _ in range(3):
        await quiet.subscribe(URL)
    for _ in range(5):
        await quiet.happens()

    steps = []
    while moved := await dispatch_once(quiet.db):
        steps.append((moved, len(await quiet.rows(TOLD))))

    # Three receivers each: one whole position fits into four deliveries, two do not.
    assert steps == [(1, 3), (1, 6), (1, 9), (1, 12), (1, 15)]


async def test_one_event_with_more_receivers_than_fit_is_still_told_to_all(
    quiet: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(webhooks, "MAX_DELIVERIES", 2)
    for _ in range(5):
        await quiet.subscribe(URL)
    await quiet.happens()
    await quiet.happens()

    assert await dispatch_once(quiet.db) == 1
    assert await quiet.count("webhook_deliveries") == 5
    assert await dispatch_once(quiet.db) == 1
    assert await quiet.count("webhook_deliveries") == 10


async def test_what_ended_long_ago_is_forgotten_and_what_waits_is_kept(quiet: World):
    webhook = await quiet.subscribe(URL)
    for _ in range(3):
        await quiet.happens()
    await dispatch_once(quiet.db)
    *_, third = await quiet.deliveries(webhook)
    ended = "UPDATE webhook_deliveries SET state = 'failed', next_attempt_at = NULL WHERE event_position < 3"
    await quiet.execute(ended)

    async with quiet.db.begin() as tx:
        too_early = await webhooks.purge_deliveries(tx, utc_now() - timedelta(days=1))
    async with quiet.db.begin() as tx:
        removed = await webhooks.purge_deliveries(tx, utc_now() + timedelta(seconds=1))

    assert (too_early, removed) == (0, 2)
    assert [left["id"] for left in await quiet.deliveries(webhook)] == [third["id"]]
