"""Webhooks: registering them, and telling them of events (Standard Webhooks)."""

from cdp_common.web.webhooks.delivery import webhook_work
from cdp_common.web.webhooks.routes import router as webhook_router

__all__ = ["webhook_router", "webhook_work"]
