"""What a subscriber may do with its webhooks: register, see, remove, and have a delivery sent again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.webhooks import Webhook, WebhookDelivery, WebhookDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.db.paging import cut_page
from cdp_common.db.webhooks import (
    MAX_ENDPOINTS_PER_ORGANISATION,
    add_endpoint,
    change_delivery,
    count_endpoints,
    deliveries_page,
    delivery_by_id,
    endpoint_by_id,
    endpoints_page,
    enqueue_delivery,
    remove_endpoint,
)
from cdp_common.kernel.errors import Conflict, NotFound
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.webhooks.secrets import encrypt_secret, new_secret
from cdp_common.web.webhooks.targets import Resolve, resolve_target


class WebhookNotFound(NotFound):
    """No webhook of the caller's organisation has this id."""

    code = "webhook_not_found"
    title = "There is no such webhook"


class WebhookDeliveryNotFound(NotFound):
    """The webhook has no such delivery."""

    code = "webhook_delivery_not_found"
    title = "There is no such delivery"


class TooManyWebhooks(Conflict):
    """The organisation has as many webhooks as it may have."""

    code = "too_many_webhooks"
    title = "The organisation has the most webhooks allowed"


class WebhookDeliveryPending(Conflict):
    """The delivery is still being attempted."""

    code = "webhook_delivery_pending"
    title = "The delivery is still being attempted"


class WebhookDisabled(Conflict):
    """The webhook asked to be told nothing more."""

    code = "webhook_disabled"
    title = "The webhook is disabled"


async def register_webhook(
    db: Database,
    settings: ServiceSettings,
    resolve: Resolve,
    caller: Caller,
    draft: WebhookDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The webhook with its signing secret, which is shown this once."""
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
    # A look-up of names leaves this process, so it comes before the transaction.
    await resolve_target(draft.url, allow_loopback=settings.webhook_allow_loopback, resolve=resolve)
    key = settings.secret_key()
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        if await count_endpoints(tx, caller.org) >= MAX_ENDPOINTS_PER_ORGANISATION:
            raise TooManyWebhooks(f"An organisation has at most {MAX_ENDPOINTS_PER_ORGANISATION} webhooks.")
        endpoint_id, secret = new_id(), new_secret()
        await add_endpoint(
            tx,
            {
                "id": endpoint_id,
                "organisation_id": caller.org,
                "client_id": caller.client_id,
                "url": draft.url,
                "event_types": draft.event_types,
                "secret_encrypted": encrypt_secret(secret, endpoint_id, key),
                "state": "active",
                "version": 1,
                "created_at": now,
            },
        )
        webhook = _webhook(await _own_endpoint(tx, caller, endpoint_id), secret)
        return await once.keep(tx, 201, webhook, now=now)


async def webhooks_of(
    db: Database, caller: Caller, cursor: str | None, limit: int
) -> tuple[list[Webhook], str | None]:
    """The organisation's webhooks, oldest first, and the cursor of the next page."""
    async with db.begin() as tx:
        rows = await endpoints_page(tx, caller.org, cursor, limit)
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["id"]])
    return [_webhook(row) for row in kept], next_cursor


async def remove_webhook(db: Database, caller: Caller, webhook_id: UUID) -> None:
    """Send nothing more to the webhook, and forget its deliveries."""
    async with db.begin() as tx:
        await _own_endpoint(tx, caller, webhook_id)
        await remove_endpoint(tx, webhook_id)


async def deliveries_of(
    db: Database, caller: Caller, webhook_id: UUID, state: str | None, cursor: str | None, limit: int
) -> tuple[list[WebhookDelivery], str | None]:
    """How telling the webhook went, in feed order, and the cursor of the next page."""
    async with db.begin() as tx:
        await _own_endpoint(tx, caller, webhook_id)
        rows = await deliveries_page(tx, webhook_id, state, cursor, limit)
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["event_position"]])
    return [_delivery(row) for row in kept], next_cursor


async def replay_delivery(
    db: Database, caller: Caller, webhook_id: UUID, delivery_id: UUID, now: datetime
) -> WebhookDelivery:
    """A delivery that had ended, pending again with all its attempts anew."""
    async with db.begin() as tx:
        endpoint = await _own_endpoint(tx, caller, webhook_id)
        delivery = await delivery_by_id(tx, delivery_id, lock=True)
        if delivery is None or delivery["endpoint_id"] != webhook_id:
            raise WebhookDeliveryNotFound("The webhook has no such delivery.")
        if delivery["state"] == "pending":
            raise WebhookDeliveryPending("The delivery has not ended.")
        if endpoint["state"] != "active":
            raise WebhookDisabled("The webhook is disabled; register the address again.")
        await change_delivery(
            tx, delivery_id, now, state="pending", attempts=0, next_attempt_at=now, last_error=None
        )
        await enqueue_delivery(tx, delivery_id, now, now)
        again = await delivery_by_id(tx, delivery_id)
        assert again is not None
        return _delivery(again)


async def _own_endpoint(tx: AsyncConnection, caller: Caller, webhook_id: UUID) -> RowMapping:
    endpoint = await endpoint_by_id(tx, webhook_id, caller.org)
    if endpoint is None:
        raise WebhookNotFound("No webhook of yours has this id.")
    return endpoint


def _webhook(row: RowMapping, secret: str | None = None) -> Webhook:
    return Webhook(
        id=row["id"],
        url=row["url"],
        event_types=row["event_types"],
        state=row["state"],
        disabled_reason=row["disabled_reason"],
        created_at=row["created_at"],
        secret=secret,
    )


def _delivery(row: RowMapping) -> WebhookDelivery:
    return WebhookDelivery(
        id=row["id"],
        event_position=row["event_position"],
        event_type=row["event_type"],
        state=row["state"],
        attempts=row["attempts"],
        next_attempt_at=row["next_attempt_at"],
        last_status=row["last_status"],
        last_error=row["last_error"],
    )
