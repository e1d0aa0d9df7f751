"""Contracts of webhooks: where an outsider wants to be told of events, and how the telling went."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Contract, Url

EventType = Annotated[str, Field(pattern=r"^[a-z_]{1,40}\.[a-z_]{1,40}$")]


class WebhookDraft(Contract):
    """An address and the event types that are to be told there; an empty list means all of them."""

    url: Url
    event_types: Annotated[list[EventType], Field(max_length=50)] = []


class Webhook(WebhookDraft):
    """A webhook. The secret (Standard Webhooks, `whsec_...`) is shown once, at creation."""

    id: UUID
    state: Literal["active", "disabled"]
    disabled_reason: str | None
    created_at: datetime
    secret: str | None = None


class WebhookDelivery(Contract):
    """One event for one webhook: pending until it arrives, failed when every attempt was in vain."""

    id: UUID
    event_position: int
    event_type: str
    state: Literal["pending", "delivered", "failed"]
    attempts: int
    next_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None


class WebhookFailed(Contract):
    """Payload of `webhook.failed`: which delivery was given up, and of what."""

    webhook_id: UUID
    delivery_id: UUID
    event_type: str
    event_position: int
    last_status: int | None
