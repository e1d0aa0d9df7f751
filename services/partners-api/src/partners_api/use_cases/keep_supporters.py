"""Keeps who supports a place's programme, until they withdraw."""

from datetime import datetime
from uuid import UUID

from cdp_common.contracts import public_voice as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor
from partners_api.domain.hub_pages import require_editor
from partners_api.domain.places import PlaceUnknown
from partners_api.domain.public_voice import Supporter
from partners_api.storage.ideas import count_supporters, insert_supporter, page_supporters
from partners_api.storage.places import load_place
from partners_api.storage.public_contacts import contacts_by_id
from partners_api.use_cases.happenings_of_public import supporter_event
from partners_api.use_cases.public_people import details_view, keep_person


async def register_supporter(
    database: Database, place_id: UUID, draft: wire.SupporterDraft, once: Once, now: datetime
) -> Answer:
    """The answer to whoever registered, with the token that undoes it."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        if earlier := await once.replay(tx):
            return earlier
        contact, token = await keep_person(tx, place_id, "supporter", draft.person, "/person", now)
        interests = tuple(dict.fromkeys(draft.interests))
        supporter = Supporter(new_id(), place_id, contact.id, interests, now)
        await insert_supporter(tx, supporter)
        await record_event(tx, supporter_event("supporter.registered", supporter.id, place_id), now)
        receipt = wire.SupporterReceipt(id=supporter.id, contact_id=contact.id, withdrawal_token=token)
        return await once.keep(tx, 201, receipt, now=now)


async def list_supporters(
    database: Database, actor: Actor, place_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[wire.Supporter], str | None]:
    """One page of the supporters with their names, to those who write for the place."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        require_editor(actor, place_id)
        found, following = await page_supporters(tx, place_id, cursor=cursor, limit=limit)
        known = await contacts_by_id(tx, [each.contact_id for each in found])
    return [
        wire.Supporter(
            id=each.id,
            interests=list(each.interests),
            since=each.since,
            contact_id=each.contact_id,
            person=details_view(known[each.contact_id]),
        )
        for each in found
    ], following


async def get_supporter_count(database: Database, place_id: UUID) -> wire.SupporterCount:
    """How many support the place's programme now."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        return wire.SupporterCount(place_id=place_id, count=await count_supporters(tx, place_id))
