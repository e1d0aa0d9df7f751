"""A bidder withdraws its opened bid: from the tender, or from one lot, as long as no contract is signed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.after_opening import LateWithdrawal
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from procurement_api.domain.after_opening import BidNotOpened
from procurement_api.storage.bids import bid_by_id
from procurement_api.storage.portals import is_appointed
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.actors import acted_by
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.opened_tender import opened_terms
from procurement_api.use_cases.rights import BidNotFound, own_bid
from procurement_api.use_cases.take_out import Leaving, take_out


async def leave_tender(
    db: Database, caller: Caller, bid_id: UUID, draft: LateWithdrawal, once: Once, now: datetime
) -> Answer:
    """The withdrawal. What it does to the evaluation is told to the buyer, and not to the bidder."""
    async with db.begin() as tx:
        bid = await _own(tx, caller, bid_id)
        tender = await tender_by_id(tx, bid["tender_id"], lock=True)
        assert tender is not None
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        if bid["state"] != "opened":
            raise BidNotOpened("Until the deadline a bid is withdrawn; this is for one that was opened.")
        opened_terms(tender)
        leaving = Leaving("withdrawn", draft.ground, draft.lot, acted_by(caller), now)
        told = await take_out(tx, tender, bid, leaving)
        return await keep_answer(tx, once, 201, told.model_copy(update={"evaluation_version": None}), now)


async def _own(tx: AsyncConnection, caller: Caller, bid_id: UUID) -> RowMapping:
    """The bid if it is the caller's, or one that it submitted as a portal that is still appointed."""
    bid = own_bid(caller, await bid_by_id(tx, bid_id))
    is_bidder = bid["tenderer_organisation_id"] == caller.org
    if not is_bidder and not await is_appointed(tx, bid["tender_id"], caller.org):
        raise BidNotFound("No bid of yours has this id.")
    return bid
