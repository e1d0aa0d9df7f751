"""Routes for sealed bids, their receipts and their opening."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response, Security

from cdp_common.contracts.base import Page, Sha256
from cdp_common.contracts.bids import (
    Bid,
    BidDraft,
    BidReceipt,
    BidReceipts,
    BidTrial,
    InclusionProof,
    Opening,
    ReceiptKeys,
    TenderLog,
)
from cdp_common.kernel.proofs import canonical_json
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, respond_with_etag
from cdp_common.web.identity import MaybeCaller, signed_caller
from cdp_common.web.once import OnceHeader, OnceWithHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from procurement_api.api.bid_files import CSV_BODY, BidFileRoute
from procurement_api.api.clients import Partners, Toms
from procurement_api.api.keys import ServiceKeys
from procurement_api.use_cases import read_bids, tender_log
from procurement_api.use_cases import read_receipts as receipts
from procurement_api.use_cases import submit_bid as submissions
from procurement_api.use_cases import validate_bid as trials
from procurement_api.use_cases.open_tender import open_tender as open_bids
from procurement_api.use_cases.receipts import public_receipt_keys
from procurement_api.use_cases.sealed_version import SentBid

router = APIRouter(tags=["bids"])
file_router = APIRouter(tags=["bids"], route_class=BidFileRoute)
replacement_router = APIRouter(tags=["bids"], route_class=BidFileRoute)
"""The operations that read a bid, as JSON or as a CSV file."""
submission_router = APIRouter(tags=["bids"], route_class=BidFileRoute)
"""The one of them that thousands ask for in the minutes before a deadline."""

Bidder = Annotated[Caller, Security(signed_caller, scopes=["bids:write"])]
Reader = Annotated[Caller, Security(signed_caller, scopes=["bids:read"])]
Buyer = Annotated[Caller, Security(signed_caller, scopes=["tenders:write"])]
LeafHash = Annotated[Sha256, Path(description="In hexadecimal.")]


async def opening_grace(request: Request) -> timedelta:
    """How long after the deadline bids may be opened."""
    grace: timedelta = request.app.state.opening_grace
    return grace


async def _as_sent(request: Request, draft: BidDraft) -> SentBid:
    return SentBid(draft, canonical_json(await request.json()))


# `received_at` comes first in these routes: the body has been read by then, and nothing else has taken time.


@submission_router.post(
    "/v1/tenders/{tender_id}/bids",
    status_code=201,
    response_model=BidReceipt,
    openapi_extra=dict(CSV_BODY),
)
async def submit_bid(
    received_at: Now,
    tender_id: UUID,
    draft: BidDraft,
    caller: Bidder,
    request: Request,
    once_with: OnceWithHeader,
    db: ServiceDatabase,
    keys: ServiceKeys,
) -> Response:
    """Submit a bid's commitments, sealed at once, for the organisation that the caller acts for.

    A portal that the buyer appointed submits for others too, and attests who authorised it.

    It counts if and only if the whole request had arrived before the deadline by this server's clock. The
    receipt proves what arrived and when; the bidder keeps it with its `commitment_key`. A CSV file has a row
    for each line under a header; the response form of the tender is one.
    """
    sent = await _as_sent(request, draft)
    answer = await submissions.submit_bid(
        db, keys.signer, keys.identity_key, caller, tender_id, sent, once_with(sent.content), received_at
    )
    return answer_response(answer)


@file_router.post("/v1/tenders/{tender_id}/bids/validate", openapi_extra=dict(CSV_BODY))
async def validate_bid(
    received_at: Now,
    tender_id: UUID,
    draft: BidDraft,
    caller: Bidder,
    db: ServiceDatabase,
    toms: Toms,
    keys: ServiceKeys,
) -> BidTrial:
    """Try a bid out before it is submitted: every fault named, every line valued and explained.

    Nothing is stored, and nobody but the caller is told.
    """
    return await trials.validate_bid(db, toms, keys.identity_key, caller, tender_id, draft, received_at)


@replacement_router.post(
    "/v1/bids/{bid_id}/versions",
    status_code=201,
    response_model=BidReceipt,
    openapi_extra=dict(CSV_BODY),
)
async def replace_bid(
    received_at: Now,
    bid_id: UUID,
    draft: BidDraft,
    caller: Bidder,
    request: Request,
    once: OnceHeader,
    db: ServiceDatabase,
    keys: ServiceKeys,
) -> Response:
    """Replace the whole of the caller's own bid until the deadline; every version is kept."""
    sent = await _as_sent(request, draft)
    answer = await submissions.replace_bid(
        db, keys.signer, keys.identity_key, caller, bid_id, sent, once, received_at
    )
    return answer_response(answer)


@router.post("/v1/bids/{bid_id}/withdraw", response_model=BidReceipt)
async def withdraw_bid(
    received_at: Now,
    bid_id: UUID,
    caller: Bidder,
    once: OnceHeader,
    db: ServiceDatabase,
    keys: ServiceKeys,
) -> Response:
    """Withdraw the caller's own bid until the deadline; a new one may be submitted."""
    return answer_response(
        await submissions.withdraw_bid(db, keys.signer, keys.identity_key, caller, bid_id, once, received_at)
    )


@router.get("/v1/bids/{bid_id}", response_model=Bid)
async def get_bid(bid_id: UUID, request: Request, caller: Reader, db: ServiceDatabase) -> Response:
    """One bid: its bidder sees its state, and its lines once they are opened; the buyer sees it then."""
    return respond_with_etag(request, await read_bids.get_bid(db, caller, bid_id))


@router.get("/v1/bids/{bid_id}/receipts")
async def list_bid_receipts(
    bid_id: UUID, caller: Reader, db: ServiceDatabase, keys: ServiceKeys, now: Now
) -> BidReceipts:
    """The receipts of a bid once more, for its bidder or its portal; refused until the bids are opened."""
    return await receipts.list_receipts(db, keys.signer, keys.sealing, caller, bid_id, now)


@router.get("/v1/tenders/{tender_id}/bids")
async def list_bids(
    tender_id: UUID, request: Request, caller: Reader, db: ServiceDatabase, page: Paging
) -> Page[Bid]:
    """The bids of the caller's own tender, oldest first; refused until they are opened."""
    bids, next_cursor = await read_bids.list_bids(db, caller, tender_id, page.cursor, page.limit)
    return Page(items=bids, next=page_links(request, next_cursor))


@router.post("/v1/tenders/{tender_id}/open")
async def open_tender(
    tender_id: UUID,
    caller: Buyer,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    keys: ServiceKeys,
    grace: Annotated[timedelta, Depends(opening_grace)],
    now: Now,
    if_match: IfMatch = None,
) -> Opening:
    """Open the bids after the deadline: each line is valued and explained, or disregarded with the reason.

    `log` is published with it: what was accepted, for whoever holds a receipt. `If-Match` names the tender as
    it was read; after a fault (503) it is read again, for submissions have been closed by then.
    """
    return await open_bids(
        db, toms, partners, caller, tender_id, keys.sealing, keys.signer, grace, if_match, now
    )


@router.get("/v1/tenders/{tender_id}/log", response_model=TenderLog)
async def get_tender_log(
    tender_id: UUID, request: Request, caller: MaybeCaller, db: ServiceDatabase
) -> Response:
    """The log of what was accepted for the tender, published when its bids are opened."""
    return respond_with_etag(request, await tender_log.get_tender_log(db, caller, tender_id))


@router.get("/v1/tenders/{tender_id}/log/proofs/{leaf_hash}", response_model=InclusionProof)
async def get_inclusion_proof(
    tender_id: UUID, leaf_hash: LeafHash, request: Request, caller: MaybeCaller, db: ServiceDatabase
) -> Response:
    """Proof that the tender's log holds a submission, for whoever holds its receipt.

    The leaf hash is the SHA-256 of a zero byte followed by what the receipt signs (RFC 9162).
    """
    return respond_with_etag(request, await tender_log.get_inclusion_proof(db, caller, tender_id, leaf_hash))


@router.get("/v1/receipt-keys", response_model=ReceiptKeys)
async def get_receipt_keys(request: Request, db: ServiceDatabase, keys: ServiceKeys, now: Now) -> Response:
    """The public keys with which receipts are verified, as a JWK set."""
    return respond_with_etag(request, await public_receipt_keys(db, keys.signer, now))
