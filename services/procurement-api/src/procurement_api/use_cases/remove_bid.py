"""A buyer takes a bid out of its tender, or of one lot, after opening."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cdp_common.contracts.after_opening import RemovalDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from procurement_api.use_cases.actors import acted_by
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.opened_bid import opened_bid
from procurement_api.use_cases.take_out import Leaving, take_out


async def remove_bid(
    db: Database, caller: Caller, bid_id: UUID, draft: RemovalDraft, once: Once, now: datetime
) -> Answer:
    """The removal, with the version of the evaluation without the bid where there was one with it."""
    async with db.begin() as tx:
        tender, bid = await opened_bid(tx, caller, bid_id)
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        leaving = Leaving(draft.removal, draft.ground, draft.lot, acted_by(caller), now)
        return await keep_answer(tx, once, 201, await take_out(tx, tender, bid, leaving), now)
