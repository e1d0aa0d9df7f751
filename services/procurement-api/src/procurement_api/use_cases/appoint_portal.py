"""A buyer appoints a portal for its tender, and takes the appointment back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.contracts.tenderers import PortalAppointment, PortalAppointmentDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.db.paging import cut_page
from cdp_common.kernel.errors import FieldError, InvalidInput, NotFound
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from procurement_api.domain.tender import require_state
from procurement_api.storage.portals import (
    add_appointment,
    appointment_by_id,
    appointments_page,
    revoke_appointment,
)
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.actors import acted_by, actor_answer, actor_row
from procurement_api.use_cases.happenings import tell_portal
from procurement_api.use_cases.others import known_organisation
from procurement_api.use_cases.rights import own_tender


class PortalInvalid(InvalidInput):
    """Whom the buyer names is no portal for its tender."""

    code = "portal_invalid"
    title = "The portal cannot be appointed"


class PortalAppointmentNotFound(NotFound):
    """The tender has no such appointment."""

    code = "portal_appointment_not_found"
    title = "There is no such appointment"


async def appoint_portal(
    db: Database,
    partners: PartnersClient,
    caller: Caller,
    tender_id: UUID,
    draft: PortalAppointmentDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The appointment: from now on the portal may submit bids for the tender."""
    async with db.begin() as tx:
        own_tender(caller, await tender_by_id(tx, tender_id))
        if (earlier := await once.replay(tx)) is not None:
            return earlier
    at = "/portal_organisation_id"
    portal_id = (await known_organisation(partners, draft.portal_organisation_id, at)).id
    if portal_id == caller.org:
        words = "The buyer is not a portal for its own tender."
        raise PortalInvalid(words, errors=[FieldError(at, "portal_is_buyer", words)])

    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id))
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        require_state(tender["state"], "draft", "published")
        row = {
            "id": new_id(),
            "tender_id": tender_id,
            "portal_organisation_id": portal_id,
            "appointed_at": now,
            **actor_row(caller),
            "revoked_at": None,
        }
        await add_appointment(tx, row)
        await tell_portal(tx, "made", row, tender, acted_by(caller), now)
        return await once.keep(tx, 201, _answer(row), now=now)


async def revoke_portal(
    db: Database, caller: Caller, tender_id: UUID, appointment_id: UUID, now: datetime
) -> None:
    """Revoke an appointment; bids that the portal submitted stand. One that was revoked stays as it is."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id))
        row = await appointment_by_id(tx, appointment_id)
        if row is None or row["tender_id"] != tender_id:
            raise PortalAppointmentNotFound("The tender has no appointment of this id.")
        if row["revoked_at"] is not None:
            return
        by = actor_row(caller, by="revoked_by", prefix="revoked_")
        await revoke_appointment(tx, appointment_id, {"revoked_at": now, **by})
        await tell_portal(tx, "revoked", row, tender, acted_by(caller), now)


async def list_portals(
    db: Database, caller: Caller, tender_id: UUID, cursor: str | None, limit: int
) -> tuple[list[PortalAppointment], str | None]:
    """The appointments of the caller's own tender, oldest first, and the cursor of the next page."""
    async with db.begin() as tx:
        own_tender(caller, await tender_by_id(tx, tender_id))
        rows = await appointments_page(tx, tender_id, cursor, limit)
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["id"]])
    return [_answer(row) for row in kept], next_cursor


def _answer(row: Mapping[Any, Any]) -> PortalAppointment:
    said = ("id", "tender_id", "portal_organisation_id", "appointed_at", "revoked_at")
    return PortalAppointment(
        **{name: row[name] for name in said},
        acted_by=actor_answer(row),
        revoked_by=None if row["revoked_at"] is None else actor_answer(row, "revoked_by", "revoked_"),
    )
