"""Routes for lots: who is to have the contract, the standstill, and how far each has come."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, Security

from cdp_common.contracts.lots import LotDecisionDraft, LotProgress, StandstillDraft, TenderLots
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from procurement_api.use_cases import decide_lot as decisions
from procurement_api.use_cases import lot_progress

router = APIRouter(tags=["lots"])

Buyer = Annotated[Caller, Security(signed_caller, scopes=["tenders:write"])]
Reader = Annotated[Caller, Security(signed_caller, scopes=["tenders:read"])]


@router.get("/v1/tenders/{tender_id}/lots", response_model=TenderLots)
async def list_tender_lots(
    tender_id: UUID, request: Request, caller: Reader, db: ServiceDatabase
) -> Response:
    """How far each lot of the caller's own tender has come: from opened to signed or not awarded."""
    return respond_with_etag(request, await lot_progress.list_lots(db, caller, tender_id))


@router.post("/v1/tenders/{tender_id}/decisions", status_code=201, response_model=LotProgress)
async def decide_lot(
    tender_id: UUID, draft: LotDecisionDraft, caller: Buyer, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """Decide who is to have the contract of a lot, or of the whole tender, or that nobody is.

    It rests on the latest evaluation and is taken once; the summaries and the award hold to it.
    """
    return answer_response(await decisions.decide_lot(db, caller, tender_id, draft, once, now))


@router.post("/v1/tenders/{tender_id}/standstills", status_code=201, response_model=LotProgress)
async def start_standstill(
    tender_id: UUID, draft: StandstillDraft, caller: Buyer, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """Begin the standstill of a lot, or of the whole tender, with its contract award notice.

    It comes after the summaries were sent and lasts eight working days (Procurement Act 2023, section 51);
    before its end the contract cannot be signed.
    """
    return answer_response(await decisions.start_standstill(db, caller, tender_id, draft, once, now))
