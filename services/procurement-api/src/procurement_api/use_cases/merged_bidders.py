"""Reading for a bidder whose record leads to another one, as when it proved to be whom a portal named."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from procurement_api.storage.bids import bid_by_id
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.rights import reads_as_bidder


async def in_bidders_name(db: Database, partners: PartnersClient, caller: Caller, bid_id: UUID) -> Caller:
    """The caller as the bid's own bidder if it acts for the organisation that the bidder's record leads to.

    Anybody else stays as it is: whoever reads the bid next decides what it may see.
    """
    async with db.begin() as tx:
        bid = await bid_by_id(tx, bid_id)
        tender = None if bid is None else await tender_by_id(tx, bid["tender_id"])
    if bid is None or tender is None or bid["tenderer_organisation_id"] is None:
        return caller
    if reads_as_bidder(caller, bid) or caller.org == tender["buyer_organisation_id"]:
        return caller
    bidder_id = bid["tenderer_organisation_id"]
    try:
        bidder = await partners.get_organisation(bidder_id)
    except UpstreamProblem as problem:
        if problem.status != 404:
            raise
        return caller
    return replace(caller, org=bidder_id) if caller.org in bidder.ids else caller
