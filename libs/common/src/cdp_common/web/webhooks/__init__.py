"""Webhooks: registering them, and telling them of events (Standard Webhooks)."""

from cdp_common.web.webhooks.delivery import webhook_work
from cdp_common.web.webhooks.routes import webhook_routes

__all__ = ["webhook_routes", "webhook_work"]
