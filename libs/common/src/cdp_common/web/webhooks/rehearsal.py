"""A receiver that is gone, on demand. A live deployment does not import this."""

from __future__ import annotations

from typing import Final

import httpx2
from sqlalchemy import RowMapping

from cdp_common.web.webhooks.sending import GONE, Sender

PARAMETER: Final = "sandbox-scenario"
WEBHOOK_GONE: Final = "webhook_gone"


class RehearsingSender(Sender):
    """Sends as ever, but to addresses that ask to be taken as gone: those answer 410 without being asked."""

    async def _answer(self, delivery: RowMapping) -> int:
        if httpx2.URL(delivery["url"]).params.get(PARAMETER) == WEBHOOK_GONE:
            return GONE
        return await super()._answer(delivery)
