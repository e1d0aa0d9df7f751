"""Telling webhooks of events: signed, at least once, with retries over days, each failure listed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import structlog
from sqlalchemy import RowMapping
from standardwebhooks.webhooks import Webhook as Signer

from cdp_common.db.database import Database
from cdp_common.db.events import sequence_events
from cdp_common.db.jobs import working
from cdp_common.db.webhooks import (
    DELIVER,
    change_delivery,
    delivery_by_id,
    disable_endpoint,
    dispatch_events,
    enqueue_delivery,
)
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.kernel.errors import CdpError
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.webhooks.secrets import decrypt_secret
from cdp_common.web.webhooks.targets import Target, WebhookTargetRefused, resolve_target

# After the first attempt; the schedule that Standard Webhooks suggests, three days in all.
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
ATTEMPT_TIMEOUT_S = 15.0
DISPATCH_INTERVAL_S = 1.0
_GONE = 410

_log = structlog.get_logger(__name__)


def webhook_work(
    database: Database, settings: ServiceSettings, schema: str, *, clock: Clock = utc_now
) -> Callable[[], AbstractAsyncContextManager[None]]:
    """A lifespan task that dispatches the service's events to webhooks and delivers them."""

    @asynccontextmanager
    async def task() -> AsyncIterator[None]:
        if settings.database_url is None:
            yield
            return
        deliverer = Deliverer(database, settings, clock)
        async with working(settings.database_url, schema, {DELIVER: deliverer.attempt}):
            dispatching = asyncio.create_task(_dispatch_until_cancelled(database, clock))
            try:
                yield
            finally:
                dispatching.cancel()
                with suppress(asyncio.CancelledError):
                    await dispatching
                await deliverer.close()

    return task


async def _dispatch_until_cancelled(database: Database, clock: Clock) -> None:
    while True:
        try:
            async with database.begin() as tx:
                await sequence_events(tx)
            async with database.begin() as tx:
                moved = await dispatch_events(tx, clock())
        except CdpError as problem:
            _log.warning("webhook_dispatch_failed", code=problem.code)
            moved = 0
        if not moved:
            await asyncio.sleep(DISPATCH_INTERVAL_S)


class Deliverer:
    """Attempts deliveries, one job each."""

    def __init__(self, database: Database, settings: ServiceSettings, clock: Clock = utc_now) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._http = httpx2.AsyncClient(timeout=ATTEMPT_TIMEOUT_S, follow_redirects=False, trust_env=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def attempt(self, payload: bytes) -> None:
        """One attempt of the delivery whose id is the payload; a delivery that has ended is left alone."""
        delivery_id = UUID(bytes=payload)
        async with self._database.begin() as tx:
            delivery = await delivery_by_id(tx, delivery_id)
        if delivery is None or delivery["state"] != "pending" or delivery["endpoint_state"] != "active":
            return
        status, error = await self._send(delivery)
        await self._record(delivery, status, error)

    async def _send(self, delivery: RowMapping) -> tuple[int | None, str | None]:
        try:
            target = await resolve_target(
                delivery["url"], allow_loopback=self._settings.webhook_allow_loopback
            )
            secret = decrypt_secret(
                delivery["secret_encrypted"], delivery["endpoint_id"], self._settings.secret_key()
            )
            request = self._request(target, delivery, secret)
            response = await self._http.send(request, stream=True)
            await response.aclose()  # what it says is of no interest and may be endless
        except (httpx2.HTTPError, WebhookTargetRefused) as fault:
            return None, type(fault).__name__
        if response.is_success:
            return response.status_code, None
        return response.status_code, f"answered {response.status_code}"

    def _request(self, target: Target, delivery: RowMapping, secret: str) -> httpx2.Request:
        now = self._clock()
        body = json.dumps(_thin(delivery), separators=(",", ":"))
        message_id = str(delivery["event_id"])
        headers = {
            "Host": target.host if target.port in (80, 443) else f"{target.host}:{target.port}",
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(secret).sign(message_id, now, body),
        }
        url = httpx2.URL(target.url).copy_with(host=target.address)
        return self._http.build_request(
            "POST", url, content=body, headers=headers, extensions={"sni_hostname": target.host}
        )

    async def _record(self, delivery: RowMapping, status: int | None, error: str | None) -> None:
        now = self._clock()
        async with self._database.begin() as tx:
            current = await delivery_by_id(tx, delivery["id"], lock=True)
            if current is None or current["state"] != "pending":
                return
            attempts = current["attempts"] + 1
            outcome: dict[str, Any] = {"attempts": attempts, "last_status": status, "last_error": error}
            if error is None:
                await change_delivery(
                    tx, delivery["id"], now, **outcome, state="delivered", next_attempt_at=None
                )
                return
            if status == _GONE:
                await disable_endpoint(tx, delivery["endpoint_id"], "the endpoint answered 410 Gone")
            if status == _GONE or attempts > len(RETRY_AFTER):
                await change_delivery(
                    tx, delivery["id"], now, **outcome, state="failed", next_attempt_at=None
                )
                return
            wait = RETRY_AFTER[attempts - 1]
            await change_delivery(tx, delivery["id"], now, **outcome, next_attempt_at=now + wait)
            await enqueue_delivery(tx, delivery["id"], after=wait)


def _thin(delivery: RowMapping) -> dict[str, Any]:
    """What is told: that something happened to something. Who wants more asks the API with own rights."""
    occurred_at: datetime = delivery["occurred_at"]
    return {
        "type": delivery["event_type"],
        "timestamp": occurred_at.isoformat(),
        "data": {
            "event_id": str(delivery["event_id"]),
            "position": delivery["event_position"],
            "aggregate_type": delivery["aggregate_type"],
            "aggregate_id": str(delivery["aggregate_id"]),
            "aggregate_version": delivery["aggregate_version"],
        },
    }
