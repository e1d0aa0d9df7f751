"""Telling webhooks of events: at least once, with retries over days, each failure listed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import RowMapping

from cdp_common.contracts.event_types.webhooks import WEBHOOK_FAILED
from cdp_common.contracts.webhooks import WebhookFailed
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, org_audience, record_event, sequence_events
from cdp_common.db.jobs import purge_job_log, working
from cdp_common.db.webhooks import (
    DELIVER,
    MAX_POSITIONS,
    change_delivery,
    delivery_by_id,
    disable_endpoint,
    dispatch_events,
    enqueue_delivery,
    purge_deliveries,
    revive_overdue,
)
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.webhooks.sending import Outcome, Sender
from cdp_common.web.webhooks.targets import Resolve, system_addresses

RETRY_AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The waits after each attempt in vain: the schedule that Standard Webhooks suggests, three days in all."""
DELIVERIES_KEPT_FOR = timedelta(days=30)
JOB_LOG_KEPT_FOR = timedelta(days=7)
DISPATCH_INTERVAL_S = 1.0
MAX_BACKOFF_S = 30.0
SWEEP_INTERVAL_S = 30.0

_log = structlog.get_logger(__name__)


def webhook_work(
    database: Database,
    settings: ServiceSettings,
    schema: str,
    *,
    clock: Clock = utc_now,
    retry_after: Sequence[timedelta] = RETRY_AFTER,
    resolve: Resolve = system_addresses,
) -> Callable[[], AbstractAsyncContextManager[None]]:
    """A lifespan task that dispatches the service's events to webhooks and delivers them."""

    @asynccontextmanager
    async def task() -> AsyncIterator[None]:
        if settings.database_url is None:
            yield
            return
        sender = _sender_of(settings)(settings, clock=clock, resolve=resolve)
        deliverer = Deliverer(database, sender, clock=clock, retry_after=retry_after)
        try:
            async with (
                working(settings.database_url, schema, {DELIVER: deliverer.attempt}),
                _running(_dispatch_until_cancelled(database, clock)),
            ):
                yield
        finally:
            await sender.close()  # when the worker has ended: it finishes the attempts that it has begun

    return task


def _sender_of(settings: ServiceSettings) -> type[Sender]:
    """How deliveries are sent; the sandbox can rehearse a receiver that is gone."""
    if settings.mode != "sandbox":
        return Sender
    from cdp_common.web.webhooks.rehearsal import RehearsingSender

    return RehearsingSender


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _dispatch_until_cancelled(database: Database, clock: Clock) -> None:
    loop = asyncio.get_running_loop()
    wait_s, swept_at = DISPATCH_INTERVAL_S, -SWEEP_INTERVAL_S
    while True:
        try:
            moved = await dispatch_once(database, clock)
            if loop.time() - swept_at >= SWEEP_INTERVAL_S:
                await sweep_once(database, clock)
                swept_at = loop.time()
            # A full page has more behind it. A short one gathers more in a moment, for the same statements.
            wait_s = 0.0 if moved >= MAX_POSITIONS else DISPATCH_INTERVAL_S
        except Exception as problem:
            # Whatever the database does, and though its tables may still be missing: the loop outlives it.
            wait_s = min(max(wait_s, DISPATCH_INTERVAL_S) * 2, MAX_BACKOFF_S)
            _log.warning("webhook_dispatch_failed", error=type(problem).__name__, detail=str(problem))
        await asyncio.sleep(wait_s)


async def dispatch_once(database: Database, clock: Clock = utc_now) -> int:
    """Give committed events their positions, make deliveries of the next ones, and say how many positions."""
    async with database.begin() as tx:
        await sequence_events(tx)
    async with database.begin() as tx:
        return await dispatch_events(tx, clock())


async def sweep_once(database: Database, clock: Clock = utc_now) -> int:
    """Revive deliveries that lost their job and forget what ended long ago; says how many were revived."""
    now = clock()
    async with database.begin() as tx:
        revived = await revive_overdue(tx, now)
    if revived:
        _log.warning("webhook_deliveries_revived", count=revived)
    async with database.begin() as tx:
        await purge_deliveries(tx, now - DELIVERIES_KEPT_FOR)
    async with database.begin() as tx:
        await purge_job_log(tx, now - JOB_LOG_KEPT_FOR)
    return revived


class Deliverer:
    """Attempts deliveries, one job each, and records how it went."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        *,
        clock: Clock = utc_now,
        retry_after: Sequence[timedelta] = RETRY_AFTER,
    ) -> None:
        self._database = database
        self._sender = sender
        self._clock = clock
        self._retry_after = tuple(retry_after)

    async def attempt(self, payload: bytes) -> None:
        """One attempt of the delivery whose id is the payload; a delivery that has ended is left alone."""
        async with self._database.begin() as tx:
            delivery = await delivery_by_id(tx, UUID(bytes=payload))
        if delivery is None or delivery["state"] != "pending":
            return
        if delivery["endpoint_state"] != "active":
            await self._give_up(delivery["id"])
            return
        outcome = await self._sender.send(delivery)
        await self._record(delivery, outcome)

    async def _give_up(self, delivery_id: UUID) -> None:
        """End a delivery of an endpoint that is told nothing more."""
        async with self._database.begin() as tx:
            current = await delivery_by_id(tx, delivery_id, lock=True)
            if current is not None and current["state"] == "pending":
                ended = {"state": "failed", "next_attempt_at": None, "last_error": "the webhook is disabled"}
                await change_delivery(tx, delivery_id, self._clock(), **ended)
                await record_event(tx, _failed(current, None), self._clock())

    async def _record(self, delivery: RowMapping, outcome: Outcome) -> None:
        now = self._clock()
        async with self._database.begin() as tx:
            if outcome.is_gone:
                await disable_endpoint(tx, delivery["endpoint_id"], "the endpoint answered 410 Gone")
            current = await delivery_by_id(tx, delivery["id"], lock=True)
            if current is None or current["state"] != "pending":
                return
            attempts = current["attempts"] + 1
            changes: dict[str, Any] = {
                "attempts": attempts,
                "last_status": outcome.status,
                "last_error": outcome.error,
                "next_attempt_at": None,
            }
            if outcome.error is None:
                changes["state"] = "delivered"
            elif outcome.is_gone or attempts > len(self._retry_after):
                changes["state"] = "failed"
            else:
                due = now + self._retry_after[attempts - 1]
                changes["next_attempt_at"] = due
                await enqueue_delivery(tx, delivery["id"], due, now)
            await change_delivery(tx, delivery["id"], now, **changes)
            if changes.get("state") == "failed":
                await record_event(tx, _failed(current, outcome.status), now)


def _failed(delivery: RowMapping, status: int | None) -> NewEvent:
    """That a delivery was given up: the organisation whose webhook it is reads it in the feed."""
    failed = WebhookFailed(
        webhook_id=delivery["endpoint_id"],
        delivery_id=delivery["id"],
        event_type=delivery["event_type"],
        event_position=delivery["event_position"],
        last_status=delivery["last_status"] if status is None else status,
    )
    return NewEvent(
        type=WEBHOOK_FAILED,
        aggregate_type="webhook_failure",
        aggregate_id=new_id(),  # a delivery that is replayed may fail again
        aggregate_version=1,
        place_id=None,
        audience=(org_audience(delivery["organisation_id"]),),
        data=failed.model_dump(mode="json"),
    )
