"""Routes for evaluation, assessments and the award."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.agreements import Agreement, AwardDraft
from cdp_common.contracts.assessments import AssessmentSummary, SummariesDraft, SummariesSent
from cdp_common.contracts.base import Code
from cdp_common.contracts.evaluations import Evaluation
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from procurement_api.api.clients import Partners, Toms
from procurement_api.api.publisher import Publishing
from procurement_api.use_cases import read_assessment, read_evaluation
from procurement_api.use_cases.award_tender import award_tender as award_contract
from procurement_api.use_cases.evaluate_tender import evaluate_tender as evaluate
from procurement_api.use_cases.send_summaries import send_summaries as send

router = APIRouter(tags=["evaluations"])

Version = Annotated[int | None, Query(ge=1, le=1_000_000, description="The latest when absent.")]
OfLot = Annotated[Code | None, Query(description="The lot; the summary that was sent last when absent.")]
Evaluator = Annotated[Caller, Security(signed_caller, scopes=["evaluations:write"])]


@router.post("/v1/tenders/{tender_id}/evaluations", status_code=201, response_model=Evaluation)
async def evaluate_tender(
    tender_id: UUID, caller: Evaluator, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """Evaluate the opened bids with the scores recorded so far: a new version, every point explained."""
    return answer_response(await evaluate(db, caller, tender_id, once, now))


@router.get("/v1/tenders/{tender_id}/evaluation", response_model=Evaluation)
async def get_evaluation(
    tender_id: UUID,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["tenders:read"])],
    db: ServiceDatabase,
    version: Version = None,
) -> Response:
    """The latest evaluation of the caller's own tender, or an earlier version of it."""
    return respond_with_etag(request, await read_evaluation.get_evaluation(db, caller, tender_id, version))


@router.post("/v1/tenders/{tender_id}/summaries", status_code=201, response_model=SummariesSent)
async def send_summaries(
    tender_id: UUID,
    draft: SummariesDraft,
    caller: Evaluator,
    once: OnceHeader,
    db: ServiceDatabase,
    now: Now,
) -> Response:
    """Send every bidder its assessment summary, with the decision: made now, and frozen.

    Each holds the bidder's own scores and reasons and the winner's, as regulation 31 of the Procurement
    Regulations 2024 asks, less what is withheld under section 94 of the Procurement Act 2023.
    """
    return answer_response(await send(db, caller, tender_id, draft, once, now))


@router.get("/v1/bids/{bid_id}/assessment", response_model=AssessmentSummary)
async def get_assessment(
    bid_id: UUID,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["bids:read"])],
    db: ServiceDatabase,
    lot: OfLot = None,
) -> Response:
    """The assessment summary of the caller's own bid, once it was sent; nothing of other rivals."""
    return respond_with_etag(request, await read_assessment.get_assessment(db, caller, bid_id, lot))


@router.post("/v1/tenders/{tender_id}/award", status_code=201, response_model=Agreement)
async def award_tender(
    tender_id: UUID,
    award: AwardDraft,
    caller: Annotated[Caller, Security(signed_caller, scopes=["tenders:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    publisher: Publishing,
    now: Now,
) -> Response:
    """Award the tender to one of its bids; the counted lines become the contract's commitments.

    The award and the contract are published as OCDS releases.
    """
    answer = await award_contract(
        db, toms, partners, caller, tender_id, award, once, publisher.ocid_prefix, now
    )
    return answer_response(answer)
