"""Routes for suppliers: found among the organisations, looked at by people, decided, names removed."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Page
from cdp_common.contracts.spend_suppliers import (
    SpendDecisionDraft,
    SpendMatching,
    SpendRemoval,
    SpendSupplier,
    SpendSupplierState,
)
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import Partners, Toms
from reporting_api.api.spend import SpendKeeping
from reporting_api.use_cases import match_suppliers as matching
from reporting_api.use_cases import review_suppliers as reviewing

router = APIRouter(tags=["spend"])

Writer = Annotated[Caller, Security(signed_caller, scopes=["reports:write"])]
Reader = Annotated[Caller, Security(signed_caller, scopes=["reports:read"])]


@router.post("/v1/places/{place_id}/spend-matching")
async def match_spend_suppliers(
    place_id: UUID,
    caller: Writer,
    db: ServiceDatabase,
    partners: Partners,
    toms: Toms,
    keeping: SpendKeeping,
    now: Now,
) -> SpendMatching:
    """Look for the organisations that the own suppliers are, and locate their postcodes.

    What people decided stays. Asked again it looks again at whoever was not found.
    """
    return await matching.match_spend_suppliers(db, partners, toms, caller, place_id, keeping.rules, now)


@router.get("/v1/places/{place_id}/spend-suppliers")
async def list_spend_suppliers(
    place_id: UUID,
    request: Request,
    caller: Reader,
    db: ServiceDatabase,
    page: Paging,
    state: Annotated[
        SpendSupplierState | None, Query(description="`to_review` is the queue for people.")
    ] = None,
    organisation_id: Annotated[UUID | None, Query(description="Of this partner only.")] = None,
) -> Page[SpendSupplier]:
    """Suppliers paid in the place: every partner's for its officers and managers, else the own ones."""
    items, following = await reviewing.list_suppliers(
        db,
        caller,
        place_id,
        organisation_id=organisation_id,
        state=state,
        cursor=page.cursor,
        limit=page.limit,
    )
    return Page(items=items, next=page_links(request, following))


@router.post("/v1/spend-suppliers/{supplier_id}/decisions", status_code=201, response_model=SpendSupplier)
async def decide_spend_supplier(
    supplier_id: UUID,
    draft: SpendDecisionDraft,
    caller: Writer,
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    keeping: SpendKeeping,
    now: Now,
) -> Response:
    """Accept or reject an organisation for a supplier, or say that it is unknown; later files follow that."""
    return answer_response(
        await reviewing.decide_supplier(db, partners, caller, supplier_id, draft, keeping.rules, once, now)
    )


@router.post("/v1/spend-suppliers/{supplier_id}/name-removal", status_code=204)
async def remove_spend_supplier_name(
    supplier_id: UUID,
    removal: SpendRemoval,
    caller: Writer,
    db: ServiceDatabase,
    keeping: SpendKeeping,
    now: Now,
) -> None:
    """Remove the name, number and postcodes of a supplier who is a person; files to come leave them out."""
    await reviewing.remove_supplier_name(db, caller, supplier_id, removal.reason, keeping.rules, now)
