"""Routes for registering webhooks, seeing how deliveries went, and having a failed one sent again."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response, Security
from sqlalchemy import RowMapping

from cdp_common.contracts.base import Page
from cdp_common.contracts.webhooks import Webhook, WebhookDelivery, WebhookDraft
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
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.webhooks.secrets import encrypt_secret, new_secret
from cdp_common.web.webhooks.targets import Resolve, resolve_target, system_addresses

SCOPE = "webhooks:write"
_Subscriber = Annotated[Caller, Security(signed_caller, scopes=[SCOPE])]


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


def webhook_routes(settings: ServiceSettings, *, resolve: Resolve = system_addresses) -> APIRouter:
    """The routes, for a service with these settings."""
    router = APIRouter(tags=["webhooks"])

    @router.post("/v1/webhooks", status_code=201, response_model=Webhook)
    async def create_webhook(
        draft: WebhookDraft, caller: _Subscriber, once: OnceHeader, db: ServiceDatabase, now: Now
    ) -> Response:
        """Have events told to an address of yours. The answer shows the signing secret, once."""
        async with db.begin() as tx:
            if (earlier := await once.replay(tx)) is not None:
                return answer_response(earlier)
        await resolve_target(draft.url, allow_loopback=settings.webhook_allow_loopback, resolve=resolve)
        key = settings.secret_key()
        async with db.begin() as tx:
            if (earlier := await once.replay(tx)) is not None:
                return answer_response(earlier)
            if await count_endpoints(tx, caller.org) >= MAX_ENDPOINTS_PER_ORGANISATION:
                raise TooManyWebhooks(
                    f"An organisation has at most {MAX_ENDPOINTS_PER_ORGANISATION} webhooks."
                )
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
            row = await endpoint_by_id(tx, endpoint_id, caller.org)
            assert row is not None
            return answer_response(await once.keep(tx, 201, _webhook(row, secret), now=now))

    @router.get("/v1/webhooks")
    async def list_webhooks(
        request: Request, caller: _Subscriber, db: ServiceDatabase, page: Paging
    ) -> Page[Webhook]:
        """Your organisation's webhooks, oldest first."""
        async with db.begin() as tx:
            rows = await endpoints_page(tx, caller.org, page.cursor, page.limit)
        kept, next_cursor = cut_page(rows, page.limit, lambda row: [row["id"]])
        return Page(items=[_webhook(row) for row in kept], next=page_links(request, next_cursor))

    @router.delete("/v1/webhooks/{webhook_id}", status_code=204, response_class=Response)
    async def delete_webhook(webhook_id: UUID, caller: _Subscriber, db: ServiceDatabase) -> Response:
        """Remove a webhook; nothing more is sent to it."""
        async with db.begin() as tx:
            if await endpoint_by_id(tx, webhook_id, caller.org) is None:
                raise WebhookNotFound("No webhook of yours has this id.")
            await remove_endpoint(tx, webhook_id)
        return Response(status_code=204)

    @router.get("/v1/webhooks/{webhook_id}/deliveries")
    async def list_webhook_deliveries(
        webhook_id: UUID,
        request: Request,
        caller: _Subscriber,
        db: ServiceDatabase,
        page: Paging,
        state: Literal["pending", "delivered", "failed"] | None = None,
    ) -> Page[WebhookDelivery]:
        """How telling a webhook went, oldest first; `state=failed` lists what never arrived."""
        async with db.begin() as tx:
            if await endpoint_by_id(tx, webhook_id, caller.org) is None:
                raise WebhookNotFound("No webhook of yours has this id.")
            rows = await deliveries_page(tx, webhook_id, state, page.cursor, page.limit)
        kept, next_cursor = cut_page(rows, page.limit, lambda row: [row["event_position"]])
        return Page(items=[_delivery(row) for row in kept], next=page_links(request, next_cursor))

    @router.post(
        "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
        status_code=202,
        response_model=WebhookDelivery,
    )
    async def replay_webhook_delivery(
        webhook_id: UUID, delivery_id: UUID, caller: _Subscriber, db: ServiceDatabase, now: Now
    ) -> WebhookDelivery:
        """Send a delivery that has ended again, with all its attempts anew."""
        async with db.begin() as tx:
            endpoint = await endpoint_by_id(tx, webhook_id, caller.org)
            if endpoint is None:
                raise WebhookNotFound("No webhook of yours has this id.")
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

    return router


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
