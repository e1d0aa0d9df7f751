"""Routes for registering webhooks, seeing how deliveries went, and having a failed one sent again."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, Security

from cdp_common.contracts.base import Page
from cdp_common.contracts.webhooks import Webhook, WebhookDelivery, WebhookDraft
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.webhooks import subscriptions
from cdp_common.web.webhooks.targets import Resolve, system_addresses

SCOPE = "webhooks:write"
_Subscriber = Annotated[Caller, Security(signed_caller, scopes=[SCOPE])]

router = APIRouter(tags=["webhooks"])


async def address_book() -> Resolve:
    """What finds the addresses of a webhook's host; tests put another in its place."""
    return system_addresses


@router.post("/v1/webhooks", status_code=201, response_model=Webhook)
async def create_webhook(
    draft: WebhookDraft,
    request: Request,
    caller: _Subscriber,
    once: OnceHeader,
    db: ServiceDatabase,
    now: Now,
    resolve: Annotated[Resolve, Depends(address_book)],
) -> Response:
    """Have events told to an address of yours. The answer shows the signing secret, once."""
    settings: ServiceSettings = request.app.state.settings
    return answer_response(
        await subscriptions.register_webhook(db, settings, resolve, caller, draft, once, now)
    )


@router.get("/v1/webhooks")
async def list_webhooks(
    request: Request, caller: _Subscriber, db: ServiceDatabase, page: Paging
) -> Page[Webhook]:
    """Your organisation's webhooks, oldest first."""
    found, next_cursor = await subscriptions.webhooks_of(db, caller, page.cursor, page.limit)
    return Page(items=found, next=page_links(request, next_cursor))


@router.delete("/v1/webhooks/{webhook_id}", status_code=204, response_class=Response)
async def delete_webhook(webhook_id: UUID, caller: _Subscriber, db: ServiceDatabase) -> Response:
    """Remove a webhook; nothing more is sent to it."""
    await subscriptions.remove_webhook(db, caller, webhook_id)
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
    found, next_cursor = await subscriptions.deliveries_of(
        db, caller, webhook_id, state, page.cursor, page.limit
    )
    return Page(items=found, next=page_links(request, next_cursor))


@router.post(
    "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay",
    status_code=202,
    response_model=WebhookDelivery,
)
async def replay_webhook_delivery(
    webhook_id: UUID, delivery_id: UUID, caller: _Subscriber, db: ServiceDatabase, now: Now
) -> WebhookDelivery:
    """Send a delivery that has ended again, with all its attempts anew."""
    return await subscriptions.replay_delivery(db, caller, webhook_id, delivery_id, now)
