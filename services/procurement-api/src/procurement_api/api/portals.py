"""Routes by which a buyer appoints portals for its tender."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response, Security

from cdp_common.contracts.base import Page
from cdp_common.contracts.tenderers import PortalAppointment, PortalAppointmentDraft
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from procurement_api.api.clients import Partners
from procurement_api.use_cases import appoint_portal as appointments

router = APIRouter(tags=["portals"])

Buyer = Annotated[Caller, Security(signed_caller, scopes=["tenders:write"])]
BuyersReader = Annotated[Caller, Security(signed_caller, scopes=["tenders:read"])]


@router.post("/v1/tenders/{tender_id}/portal-appointments", status_code=201, response_model=PortalAppointment)
async def appoint_portal(
    tender_id: UUID,
    draft: PortalAppointmentDraft,
    caller: Buyer,
    once: OnceHeader,
    db: ServiceDatabase,
    partners: Partners,
    now: Now,
) -> Response:
    """Appoint a portal: it may then submit bids for bidders without an account, until it is revoked."""
    return answer_response(
        await appointments.appoint_portal(db, partners, caller, tender_id, draft, once, now)
    )


@router.get("/v1/tenders/{tender_id}/portal-appointments")
async def list_portal_appointments(
    tender_id: UUID, request: Request, caller: BuyersReader, db: ServiceDatabase, page: Paging
) -> Page[PortalAppointment]:
    """The portals that were appointed for the caller's own tender, oldest first, revoked ones included."""
    items, next_cursor = await appointments.list_portals(db, caller, tender_id, page.cursor, page.limit)
    return Page(items=items, next=page_links(request, next_cursor))


@router.delete("/v1/tenders/{tender_id}/portal-appointments/{appointment_id}", status_code=204)
async def revoke_portal_appointment(
    tender_id: UUID, appointment_id: UUID, caller: Buyer, db: ServiceDatabase, now: Now
) -> None:
    """Revoke a portal's appointment: it can submit, replace and withdraw nothing more; its bids stand."""
    await appointments.revoke_portal(db, caller, tender_id, appointment_id, now)
