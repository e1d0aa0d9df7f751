"""Registers people for a gathering: a place while there is one, and one on the waiting list behind it."""

from uuid import UUID

from cdp_common.contracts import gatherings as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor
from partners_api.domain.gatherings import (
    GatheringUnknown,
    Registration,
    RegistrationUnknown,
    require_open,
    with_one_more,
)
from partners_api.domain.hub_pages import require_editor
from partners_api.storage.gatherings import (
    insert_registration,
    load_gathering,
    load_registration,
    page_registrations,
    update_gathering,
    waiting_position,
)
from partners_api.storage.public_contacts import contacts_by_id
from partners_api.use_cases.happenings_of_public import registration_event
from partners_api.use_cases.public_people import details_view, holds_token, keep_person


async def register_for_gathering(
    database: Database, gathering_id: UUID, draft: wire.RegistrationDraft, once: Once, clock: Clock
) -> Answer:
    """The answer with the place, or the place on the waiting list.

    The gathering's row is locked while its places are given out: they go in the order in which it was got.
    """
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        gathering = await load_gathering(tx, gathering_id, for_change=True)
        if gathering is None:
            raise GatheringUnknown("There is no gathering of that id.")
        now = clock()  # after the lock: who waited for it may have come too late
        require_open(gathering, now)
        contact, token = await keep_person(tx, gathering.place_id, "gathering", draft.person, "/person", now)
        fuller, state = with_one_more(gathering)
        registration = Registration(
            id=new_id(),
            gathering_id=gathering_id,
            number=fuller.last_number,
            state=state,
            attended=None,
            contact_id=contact.id,
            version=1,
            registered_at=now,
        )
        await insert_registration(tx, registration)
        await update_gathering(tx, fuller)
        event = registration_event("gathering_registration.made", registration, gathering)
        await record_event(tx, event, now)
        receipt = wire.RegistrationReceipt(
            id=registration.id,
            gathering_id=gathering_id,
            state=state,
            waiting_position=fuller.waiting_count if state == "waiting" else None,
            contact_id=contact.id,
            withdrawal_token=token,
        )
        return await once.keep(tx, 201, receipt, now=now)


async def get_registration_standing(
    database: Database, registration_id: UUID, token: str
) -> wire.RegistrationStanding:
    """How a registration stands now, to whoever holds its token."""
    async with database.begin() as tx:
        registration = await load_registration(tx, registration_id)
        known = {}
        if registration is not None and registration.contact_id is not None:
            known = await contacts_by_id(tx, [registration.contact_id])
        if registration is None or not any(holds_token(each, token) for each in known.values()):
            raise RegistrationUnknown("There is no such registration, or the token is another's.")
        position = await waiting_position(tx, registration)
    return wire.RegistrationStanding(
        id=registration.id,
        gathering_id=registration.gathering_id,
        state=registration.state,
        waiting_position=position,
    )


async def list_gathering_registrations(
    database: Database, actor: Actor, gathering_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[wire.GatheringRegistration], str | None]:
    """One page of those who registered, with their names, to those who write for the place."""
    async with database.begin() as tx:
        gathering = await load_gathering(tx, gathering_id)
        if gathering is None:
            raise GatheringUnknown("There is no gathering of that id.")
        require_editor(actor, gathering.place_id)
        found, following = await page_registrations(tx, gathering_id, cursor=cursor, limit=limit)
        known = await contacts_by_id(tx, [each.contact_id for each in found if each.contact_id is not None])
    return [
        wire.GatheringRegistration(
            id=each.id,
            gathering_id=each.gathering_id,
            number=each.number,
            state=each.state,
            attended=each.attended,
            registered_at=each.registered_at,
            contact_id=each.contact_id,
            person=details_view(known.get(each.contact_id)) if each.contact_id is not None else None,
        )
        for each in found
    ], following
