"""When a delivery is attempted again, to the second; and what brings it back when its job was lost."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import RowMapping
from tests.integration.common_webhooks.world import World

from cdp_common.db.webhooks import MAX_REVIVED, OVERDUE_AFTER
from cdp_common.kernel.clock import FixedClock
from cdp_common.web.webhooks.delivery import RETRY_AFTER, Deliverer, dispatch_once, sweep_once
from cdp_common.web.webhooks.sending import Outcome, Sender

URL = "http://127.0.0.1:9/hook"
START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
JOBS = "SELECT payload, extract(epoch FROM execute_after - created) AS wait_s FROM pgqueuer ORDER BY id"


class Failing(Sender):
    """A sender whose receiver is always down."""

    async def send(self, delivery: RowMapping) -> Outcome:
        return Outcome(503, "answered 503")


async def waiting(world: World, clock: FixedClock) -> dict[str, str]:
    """A webhook with one delivery that nobody has attempted."""
    webhook = await world.subscribe(URL)
    await world.happens()
    assert await dispatch_once(world.db, clock) == 1
    return webhook


async def test_the_waits_are_those_of_standard_webhooks_and_end_after_three_days(quiet: World):
    clock = FixedClock(START)
    webhook = await waiting(quiet, clock)
    [delivery] = await quiet.deliveries(webhook)
    row = await quiet.row(delivery)
    deliverer = Deliverer(quiet.db, Failing(quiet.settings), clock=clock)

    tried_at = []
    while (current := (await quiet.deliveries(webhook))[0])["state"] == "pending":
        clock.set(datetime.fromisoformat(current["next_attempt_at"]))
        tried_at.append(clock() - START)
        await deliverer.attempt(row["id"].bytes)

    expected = [sum(RETRY_AFTER[:count], timedelta(0)) for count in range(len(RETRY_AFTER) + 1)]
    assert tried_at == expected
    assert tried_at[1:4] == [timedelta(seconds=5), timedelta(seconds=305), timedelta(seconds=2105)]
    assert tried_at[-1] == timedelta(days=3, hours=3, minutes=35, seconds=5)
    assert (current["state"], current["attempts"]) == ("failed", 10)
    waits = [int(job.wait_s) for job in await quiet.rows(JOBS)]
    assert waits == [0, *(int(wait.total_seconds()) for wait in RETRY_AFTER)]


async def test_an_ended_delivery_is_not_attempted_by_a_late_job(quiet: World):
    clock = FixedClock(START)
    webhook = await waiting(quiet, clock)
    [delivery] = await quiet.deliveries(webhook)
    row = await quiet.row(delivery)
    deliverer = Deliverer(quiet.db, Failing(quiet.settings), clock=clock, retry_after=())

    await deliverer.attempt(row["id"].bytes)
    await deliverer.attempt(row["id"].bytes)

    assert (await quiet.deliveries(webhook))[0]["attempts"] == 1


async def test_a_delivery_that_lost_its_job_gets_another_and_only_one(quiet: World):
    clock = FixedClock(START)
    await waiting(quiet, clock)
    await quiet.execute("DELETE FROM pgqueuer")

    clock.advance(OVERDUE_AFTER)
    assert await sweep_once(quiet.db, clock) == 0
    clock.advance(timedelta(seconds=1))
    assert await sweep_once(quiet.db, clock) == 1
    assert await sweep_once(quiet.db, clock) == 0
    assert [int(job.wait_s) for job in await quiet.rows(JOBS)] == [0]


@pytest.mark.parametrize("status", ["queued", "picked"])
async def test_a_delivery_whose_job_waits_or_runs_is_left_to_it(quiet: World, status: str):
    clock = FixedClock(START)
    await waiting(quiet, clock)
    await quiet.execute(f"UPDATE pgqueuer SET status = '{status}'")

    clock.advance(timedelta(days=1))

    assert await sweep_once(quiet.db, clock) == 0
    assert await quiet.count("pgqueuer") == 1


async def test_a_sweep_revives_a_bounded_number(quiet: World):
    clock = FixedClock(START)
    await quiet.subscribe(URL)
    for _ in range(2):
        await quiet.happens()
    await dispatch_once(quiet.db, clock)
    await quiet.execute("DELETE FROM pgqueuer")
    # As if there had been many more: copies of the deliveries for endpoints of their own.
    await quiet.execute(
        """WITH more AS (
            INSERT INTO webhook_endpoints
            SELECT gen_random_uuid(), organisation_id, client_id, url, event_types, secret_encrypted, state,
                version, created_at, disabled_reason
            FROM webhook_endpoints, generate_series(1, :count) RETURNING id)
        INSERT INTO webhook_deliveries (id, endpoint_id, event_position, attempts, next_attempt_at, state,
            created_at, updated_at)
        SELECT gen_random_uuid(), more.id, 1, 0, :now, 'pending', :now, :now FROM more""",
        count=MAX_REVIVED,
        now=START,
    )

    clock.advance(timedelta(minutes=5))

    assert await sweep_once(quiet.db, clock) == MAX_REVIVED
    assert await quiet.count("pgqueuer") == MAX_REVIVED


async def test_the_queues_own_log_is_kept_for_a_week(quiet: World):
    await waiting(quiet, FixedClock(START))
    await quiet.execute("UPDATE pgqueuer_log SET created = :created", created=START)

    await sweep_once(quiet.db, FixedClock(START + timedelta(days=7)))
    kept = await quiet.count("pgqueuer_log")
    await sweep_once(quiet.db, FixedClock(START + timedelta(days=7, seconds=1)))

    assert (kept, await quiet.count("pgqueuer_log WHERE created = '2026-11-22T10:00Z'")) == (1, 0)
