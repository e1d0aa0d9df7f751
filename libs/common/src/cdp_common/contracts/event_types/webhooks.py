"""The type of event that every service with webhooks tells."""

from __future__ import annotations

from cdp_common.contracts.event_types.declared import EventType
from cdp_common.contracts.webhooks import WebhookFailed

WEBHOOK_FAILED = "webhook.failed"

EVENT_TYPES = (
    EventType(
        WEBHOOK_FAILED,
        "webhook_failure",
        WebhookFailed,
        "A webhook was not told of an event, for good. No webhook is told of this.",
        "the organisation whose webhook it is",
    ),
)
