"""Reading bids: before opening nobody, the bidder included, is given a quantity."""

from __future__ import annotations

from uuid import UUID

from cdp_common.contracts.bids import Bid
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from procurement_api.domain.tender import BidsSealed
from procurement_api.storage.bids import bid_by_id, bids_page
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.answers import AFTER_OPENING
from procurement_api.use_cases.bid_answers import bid_answers, parts_of_bids
from procurement_api.use_cases.rights import BidNotFound, own_tender, reads_as_bidder


async def get_bid(db: Database, caller: Caller, bid_id: UUID) -> Bid:
    """A bid: for its bidder always, without its lines while sealed; for the buyer once it is opened."""
    async with db.begin() as tx:
        bid = await bid_by_id(tx, bid_id)
        if bid is None:
            raise BidNotFound("No bid of yours has this id.")
        is_bidder = reads_as_bidder(caller, bid)
        if not is_bidder:
            tender = await tender_by_id(tx, bid["tender_id"])
            if tender is None or tender["buyer_organisation_id"] != caller.org:
                raise BidNotFound("No bid of yours has this id.")
            if bid["state"] not in AFTER_OPENING:
                raise BidsSealed("Nobody can read a bid before it is opened.")
        [answer] = bid_answers([bid], await parts_of_bids(tx, [bid_id]), for_bidder=is_bidder)
    return for_reader(answer, caller.scopes)


async def list_bids(
    db: Database, caller: Caller, tender_id: UUID, cursor: str | None, limit: int
) -> tuple[list[Bid], str | None]:
    """The bids of the caller's opened tender, oldest first, and the cursor of the next page."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id))
        if tender["opened_at"] is None:
            raise BidsSealed("Nobody can read a bid before it is opened.")
        rows = await bids_page(tx, tender_id, cursor, limit)
        kept, next_cursor = cut_page(rows, limit, lambda row: [row["id"]])
        bids = bid_answers(kept, await parts_of_bids(tx, [row["id"] for row in kept]))
    return [for_reader(bid, caller.scopes) for bid in bids], next_cursor
