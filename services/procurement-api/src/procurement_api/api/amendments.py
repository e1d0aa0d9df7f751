"""Routes for amendments of published tenders, and for bidders who stand by their bids under them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, Security

from cdp_common.contracts.amendments import TenderAmendment, TermsVersion
from cdp_common.contracts.base import Page
from cdp_common.contracts.bids import BidReceipt
from cdp_common.contracts.tenders import Tender
from cdp_common.kernel.clock import Clock
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import MaybeCaller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from procurement_api.api.clients import Partners, Toms
from procurement_api.api.keys import ServiceKeys
from procurement_api.use_cases import read_terms
from procurement_api.use_cases.amend_tender import amend_tender as amend
from procurement_api.use_cases.reconfirm_bid import reconfirm_bid as reconfirm

router = APIRouter()


async def service_clock(request: Request) -> Clock:
    """The clock of the application, for what is decided after a wait."""
    clock: Clock = request.app.state.clock
    return clock


@router.post("/v1/tenders/{tender_id}/amendments", status_code=201, response_model=Tender, tags=["tenders"])
async def amend_tender(
    tender_id: UUID,
    amendment: TenderAmendment,
    caller: Annotated[Caller, Security(signed_caller, scopes=["tenders:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    clock: Annotated[Clock, Depends(service_clock)],
) -> Response:
    """Amend a published tender before its deadline, which only moves later: a new version of its terms.

    A later deadline alone leaves bids as they are. Any other amendment asks bidders to confirm or to replace
    their bids, unless it declares `bids_stand`; a bid that was not confirmed is disregarded at opening.
    Measures are pinned anew, and the amendment is published as an OCDS release and told as an event.
    """
    return answer_response(await amend(db, toms, partners, caller, tender_id, amendment, once, clock))


@router.get("/v1/tenders/{tender_id}/terms-versions", tags=["tenders"])
async def list_terms_versions(
    tender_id: UUID, request: Request, caller: MaybeCaller, db: ServiceDatabase, page: Paging
) -> Page[TermsVersion]:
    """The terms of a published tender: as published and after each amendment, oldest first."""
    found, next_cursor = await read_terms.list_terms_versions(db, caller, tender_id, page.cursor, page.limit)
    return Page(items=found, next=page_links(request, next_cursor))


@router.post("/v1/bids/{bid_id}/reconfirm", response_model=BidReceipt, tags=["bids"])
async def reconfirm_bid(
    received_at: Now,
    bid_id: UUID,
    caller: Annotated[Caller, Security(signed_caller, scopes=["bids:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    keys: ServiceKeys,
) -> Response:
    """Stand by the caller's own bid under the amended terms, until the deadline; the receipt proves it.

    The sealed content stays what it was. Lines that do not fit the amended terms are disregarded at opening:
    replace the bid instead to answer them.
    """
    return answer_response(await reconfirm(db, keys.signer, caller, bid_id, once, received_at))
