"""A buyer calls its tender off."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from cdp_common.contracts.tenders import Tender
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from procurement_api.domain.lot_progress import require_none_signed
from procurement_api.domain.tender import require_state
from procurement_api.storage.agreements import agreements_of_tender
from procurement_api.storage.tenders import change_tender, end_submissions, tender_by_id
from procurement_api.use_cases.answers import tender_answer
from procurement_api.use_cases.happenings import tell_tender
from procurement_api.use_cases.publish_releases import publish_cancellation
from procurement_api.use_cases.rights import own_tender


async def cancel_tender(
    db: Database, caller: Caller, tender_id: UUID, if_match: str | None, now: datetime
) -> Tender:
    """The cancelled tender; one that is awarded, be it in one lot, stays.

    Bids not opened by then never are: their key is gone.
    """
    async with db.begin() as tx:
        await end_submissions(tx, tender_id)
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        require_match(if_match, tender_answer(tender))
        require_state(tender["state"], "draft", "published", "closed", "evaluated")
        require_none_signed(await agreements_of_tender(tx, tender_id))
        changes: dict[str, Any] = {"state": "cancelled"}
        if tender["opened_at"] is None:
            changes["sealing_private_wrapped"] = None
        changed = await change_tender(tx, tender_id, **changes)
        cancelled = tender_answer(changed)
        if tender["published_at"] is not None:
            await publish_cancellation(tx, changed, now)
            await tell_tender(tx, "cancelled", cancelled, now)
        return cancelled
