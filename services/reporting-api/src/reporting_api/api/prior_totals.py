"""Routes for totals made elsewhere, and for social value for each £ of contract."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Moment, Page
from cdp_common.contracts.contract_ratios import ContractRatios
from cdp_common.contracts.prior_totals import PriorTotal, PriorTotalCorrection, PriorTotalDraft
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import PUBLIC, Partners, Window
from reporting_api.use_cases import prior_totals as stating
from reporting_api.use_cases import read_contract_ratios

router = APIRouter(tags=["collective value"])

Manager = Annotated[Caller, Security(signed_caller, scopes=["publications:write"])]


@router.post("/v1/places/{place_id}/prior-totals", status_code=201, response_model=PriorTotal)
async def record_prior_total(
    place_id: UUID,
    draft: PriorTotalDraft,
    caller: Manager,
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    now: Now,
) -> Response:
    """State a total that was made elsewhere; from then on it stands beside the four figures, in none of
    them."""
    return answer_response(await stating.record_prior_total(db, partners, caller, place_id, draft, once, now))


@router.post("/v1/prior-totals/{prior_total_id}/corrections", status_code=201, response_model=PriorTotal)
async def correct_prior_total(
    prior_total_id: UUID,
    correction: PriorTotalCorrection,
    caller: Manager,
    once: OnceHeader,
    db: ServiceDatabase,
    now: Now,
) -> Response:
    """Correct or withdraw a prior total with a reason; the versions before stay readable."""
    return answer_response(
        await stating.correct_prior_total(db, caller, prior_total_id, correction, once, now)
    )


@router.get("/v1/places/{place_id}/prior-totals", dependencies=PUBLIC)
async def list_prior_totals(
    place_id: UUID, request: Request, db: ServiceDatabase, page: Paging
) -> Page[PriorTotal]:
    """The place's prior totals as they were recorded, withdrawn ones among them."""
    found = await stating.list_prior_totals(db, place_id, cursor=page.cursor, limit=page.limit)
    items, following = cut_page(found, page.limit, lambda total: [total.id])
    return Page(items=items, next=page_links(request, following))


@router.get("/v1/prior-totals/{prior_total_id}", response_model=PriorTotal, dependencies=PUBLIC)
async def get_prior_total(prior_total_id: UUID, request: Request, db: ServiceDatabase) -> Response:
    """One prior total with its versions."""
    return respond_with_etag(request, await stating.get_prior_total(db, prior_total_id))


@router.get("/v1/places/{place_id}/contract-ratios")
async def get_contract_ratios(
    place_id: UUID,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reporting:read"])],
    window: Window,
    db: ServiceDatabase,
    now: Now,
    as_of: Annotated[Moment | None, Query(description="As known at this moment; now without it.")] = None,
) -> ContractRatios:
    """Live: social value that contracts in force on the window's last day commit, for each £ that they are
    worth.

    A ratio stands only where of every contract in it somebody has stated what it is worth.
    """
    return await read_contract_ratios.get_contract_ratios(db, caller, place_id, window, as_of=as_of, now=now)
