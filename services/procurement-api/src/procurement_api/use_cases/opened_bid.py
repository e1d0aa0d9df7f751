"""A bid whose tender is the caller's own, is open and has not been awarded."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.web.caller import Caller
from procurement_api.storage.bids import bid_by_id
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.opened_tender import opened_terms
from procurement_api.use_cases.rights import BidNotFound, NotTheBuyer, own_tender


async def opened_bid(tx: AsyncConnection, caller: Caller, bid_id: UUID) -> tuple[RowMapping, RowMapping]:
    """The tender, locked, and the bid, which is opened; whoever is not its buyer learns of no bid."""
    bid = await bid_by_id(tx, bid_id)
    if bid is None:
        raise BidNotFound("No bid of yours has this id.")
    try:
        tender = own_tender(caller, await tender_by_id(tx, bid["tender_id"], lock=True))
    except NotTheBuyer as fault:
        raise BidNotFound("No bid of yours has this id.") from fault
    opened_terms(tender)
    if bid["state"] != "opened":
        raise BidNotFound("The tender has no such opened bid.")
    return tender, bid
