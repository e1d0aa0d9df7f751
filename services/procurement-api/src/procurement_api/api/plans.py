"""Routes for plans: what partners mean to do of their own accord."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.contracts.plan_imports import PlanImportReport
from cdp_common.contracts.plans import Plan, PlanChange, PlanDraft, PlanVariation, PlanWithdrawal
from cdp_common.web.caller import INTERNAL_EVENTS_SCOPE, Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, respond_with_etag
from cdp_common.web.identity import ANY_SCOPE, Signed, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.requests import MediaTypeUnsupported
from procurement_api.api.clients import Partners, Toms
from procurement_api.use_cases import read_plans
from procurement_api.use_cases.adopt_plan import adopt_plan as adopt
from procurement_api.use_cases.import_plans import import_plans as import_file
from procurement_api.use_cases.rights import AGREEMENTS_SCOPE
from procurement_api.use_cases.vary_plan import vary_plan as vary
from procurement_api.use_cases.withdraw_plan import withdraw_plan as withdraw

router = APIRouter(tags=["plans"])

# Whoever makes an organisation's agreements adopts its plans.
Writer = Annotated[Caller, Security(signed_caller, scopes=["agreements:write"])]

# Either scope will do: the partner reads its own plans, the platform's services read all.
_READING: dict[str, Any] = {ANY_SCOPE: [AGREEMENTS_SCOPE, INTERNAL_EVENTS_SCOPE]}


_CSV_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
}


@router.post("/v1/plans", status_code=201, response_model=Plan)
async def adopt_plan(
    draft: PlanDraft,
    caller: Writer,
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    now: Now,
) -> Response:
    """Adopt a plan of own activity for a place and a period, normally a year.

    The caller's organisation is a partner of the place on every day of it, and has no other plan there on any
    of these days. Its lines are valued as promised on the day of adoption; reports name them by their ids.
    """
    return answer_response(await adopt(db, toms, partners, caller, draft, once, now))


@router.post("/v1/plans/imports", status_code=207, response_model=PlanImportReport, openapi_extra=_CSV_BODY)
async def import_plans(
    request: Request,
    caller: Writer,
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    now: Now,
    atomic: Annotated[bool, Query(description="Adopt all of them or none.")] = False,
) -> Response:
    """Adopt a CSV file of plans of own activity, of the caller's organisation.

    Rows with the same reference are one plan, each row one of its commitments; cells left empty say nothing.
    The report has an item for each plan in the order of the file, with faults by row and column: one that is
    refused leaves the others alone, unless the import is `atomic`.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "text/csv":
        raise MediaTypeUnsupported("This operation reads text/csv.")
    content = await request.body()
    return answer_response(await import_file(db, toms, partners, caller, content, atomic, once, now))


@router.get("/v1/plans/{plan_id}", response_model=Plan, openapi_extra=_READING)
async def get_plan(plan_id: UUID, request: Request, caller: Signed, db: ServiceDatabase) -> Response:
    """One plan with its commitments, for its partner."""
    return respond_with_etag(request, await read_plans.get_plan(db, caller, plan_id))


@router.get("/v1/plans", openapi_extra=_READING)
async def list_plans(
    request: Request,
    caller: Signed,
    db: ServiceDatabase,
    page: Paging,
    place_id: UUID | None = None,
    organisation_id: Annotated[
        UUID | None,
        Query(description="Only of this organisation; of others than the own there are none."),
    ] = None,
) -> Page[Plan]:
    """Plans of the caller's organisation, oldest first."""
    found, next_cursor = await read_plans.list_plans(
        db,
        caller,
        place_id=place_id,
        organisation_id=organisation_id,
        cursor=page.cursor,
        limit=page.limit,
    )
    return Page(items=found, next=page_links(request, next_cursor))


@router.post("/v1/plans/batch", openapi_extra=_READING)
async def batch_plans(batch: IdBatch, caller: Signed, db: ServiceDatabase) -> Batch[Plan]:
    """Plans by id, as far as the caller may see them."""
    return await read_plans.batch_plans(db, caller, batch.ids)


@router.post("/v1/plans/{plan_id}/variations", status_code=201, response_model=Plan)
async def vary_plan(
    plan_id: UUID,
    variation: PlanVariation,
    caller: Writer,
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Vary a plan of the caller's organisation from a date on: a new version of it.

    What fell due before the date stays. The rest of each line that changes falls due anew, valued at the
    edition to which the plan is pinned.
    """
    return answer_response(await vary(db, toms, partners, caller, plan_id, variation, if_match, once, now))


@router.post("/v1/plans/{plan_id}/withdraw", response_model=Plan)
async def withdraw_plan(
    plan_id: UUID,
    withdrawal: PlanWithdrawal,
    request: Request,
    caller: Writer,
    db: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Withdraw a plan of the caller's organisation from a date: what was not yet due is no longer owed."""
    return respond_with_etag(request, await withdraw(db, caller, plan_id, withdrawal, if_match, now))


@router.get("/v1/plans/{plan_id}/changes", openapi_extra=_READING)
async def list_plan_changes(
    plan_id: UUID, request: Request, caller: Signed, db: ServiceDatabase, page: Paging
) -> Page[PlanChange]:
    """The variations of a plan and its end, oldest first, for its partner."""
    found, next_cursor = await read_plans.list_plan_changes(db, caller, plan_id, page.cursor, page.limit)
    return Page(items=found, next=page_links(request, next_cursor))
