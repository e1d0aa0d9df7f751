"""Routes for opened bids: clarifications, quantities accepted in part, removal."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, Security

from cdp_common.contracts.after_opening import (
    AcceptedQuantity,
    AcceptedQuantityDraft,
    Clarification,
    ClarificationDraft,
    LateWithdrawal,
    RemovalDraft,
    RemovedBid,
)
from cdp_common.contracts.base import Page
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from procurement_api.api.clients import Toms
from procurement_api.use_cases import clarify_bid
from procurement_api.use_cases.accept_quantity import accept_quantity as accept
from procurement_api.use_cases.leave_tender import leave_tender as leave
from procurement_api.use_cases.remove_bid import remove_bid as remove

router = APIRouter(tags=["evaluations"])

Evaluator = Annotated[Caller, Security(signed_caller, scopes=["evaluations:write"])]
Bidder = Annotated[Caller, Security(signed_caller, scopes=["bids:write"])]
Reader = Annotated[Caller, Security(signed_caller, scopes=["bids:read"])]


@router.post("/v1/bids/{bid_id}/clarifications", status_code=201, response_model=Clarification)
async def record_clarification(
    bid_id: UUID,
    draft: ClarificationDraft,
    caller: Evaluator,
    once: OnceHeader,
    db: ServiceDatabase,
    now: Now,
) -> Response:
    """Record a question put to a bidder after the deadline, and its answer. It changes no quantity."""
    return answer_response(await clarify_bid.record_clarification(db, caller, bid_id, draft, once, now))


@router.get("/v1/bids/{bid_id}/clarifications")
async def list_clarifications(
    bid_id: UUID,
    request: Request,
    caller: Reader,
    db: ServiceDatabase,
    page: Paging,
) -> Page[Clarification]:
    """The clarifications of a bid, oldest first, for its bidder and for its tender's buyer."""
    found, next_cursor = await clarify_bid.list_clarifications(db, caller, bid_id, page.cursor, page.limit)
    return Page(items=found, next=page_links(request, next_cursor))


@router.post("/v1/bids/{bid_id}/accepted-quantities", status_code=201, response_model=AcceptedQuantity)
async def accept_quantity(
    bid_id: UUID,
    draft: AcceptedQuantityDraft,
    caller: Evaluator,
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    now: Now,
) -> Response:
    """Accept less of a line than stands, with the reason: never more, and valued by the pinned edition.

    A tender that was evaluated gets a new version of its evaluation; earlier ones stay readable. What is
    accepted is also what a contract then owes. It is refused once bidders have their summaries of the lot.
    """
    return answer_response(await accept(db, toms, caller, bid_id, draft, once, now))


@router.post("/v1/bids/{bid_id}/removal", status_code=201, response_model=RemovedBid)
async def remove_bid(
    bid_id: UUID, draft: RemovalDraft, caller: Evaluator, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """Take a bid out of the tender, or of one lot, after opening: excluded, or withdrawn by its bidder.

    The others are scored against each other anew, as a new version of the evaluation. It is refused once the
    contract is signed, or goes to nobody. A lot that was decided for the bid is open again.
    """
    return answer_response(await remove(db, caller, bid_id, draft, once, now))


@router.post("/v1/bids/{bid_id}/withdrawal", status_code=201, response_model=RemovedBid)
async def withdraw_opened_bid(
    bid_id: UUID,
    draft: LateWithdrawal,
    caller: Bidder,
    once: OnceHeader,
    db: ServiceDatabase,
    now: Now,
) -> Response:
    """Withdraw the caller's own bid after opening, from the tender or from one lot, with the ground.

    What it does to the others is as in a removal. Until the deadline, withdraw a bid by `withdraw`.
    """
    return answer_response(await leave(db, caller, bid_id, draft, once, now))
