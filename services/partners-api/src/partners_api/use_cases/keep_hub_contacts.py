"""Keeps whom to turn to about a place's programme."""

from datetime import datetime
from uuid import UUID

from cdp_common.contracts import hub as wire
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_manager
from partners_api.domain.hub_contacts import HubContact, HubContactUnknown, require_reachable
from partners_api.domain.places import PlaceUnknown
from partners_api.storage.hub_contacts import delete_contact, insert_contact, load_contact, page_contacts
from partners_api.storage.places import load_place
from partners_api.use_cases.hub_views import contact_view


async def add_hub_contact(
    database: Database, actor: Actor, place_id: UUID, draft: wire.HubContactDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the contact."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        require_manager(actor, place_id)
        if earlier := await once.replay(tx):
            return earlier
        contact = HubContact(
            new_id(), place_id, draft.label, draft.purpose, draft.email, draft.telephone, draft.url
        )
        require_reachable(contact)
        await insert_contact(tx, contact, now)
        return await once.keep(tx, 201, contact_view(contact), now=now)


async def remove_hub_contact(database: Database, actor: Actor, contact_id: UUID) -> None:
    """Remove a contact; nothing of it stays."""
    async with database.begin() as tx:
        contact = await load_contact(tx, contact_id)
        if contact is None:
            raise HubContactUnknown("There is no contact of that id.")
        require_manager(actor, contact.place_id)
        await delete_contact(tx, contact_id)


async def list_hub_contacts(
    database: Database, place_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[wire.HubContact], str | None]:
    """One page of a place's contacts by label."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        found, following = await page_contacts(tx, place_id, cursor=cursor, limit=limit)
    return [contact_view(contact) for contact in found], following
