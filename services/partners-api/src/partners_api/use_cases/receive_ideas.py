"""Takes in ideas and feedback of the public; what a moderator lets show is shown, and nothing before."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import public_voice as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_manager
from partners_api.domain.dated_entries import ObjectiveNotRecorded
from partners_api.domain.hub_pages import require_editor
from partners_api.domain.places import Place, PlaceUnknown
from partners_api.domain.public_voice import Idea, IdeaState, IdeaUnknown, PublicContact
from partners_api.storage.ideas import delete_idea, insert_idea, load_idea, page_ideas, update_idea
from partners_api.storage.places import load_place
from partners_api.storage.public_contacts import contacts_by_id, delete_contact, load_contact
from partners_api.use_cases.happenings_of_public import idea_event
from partners_api.use_cases.public_people import details_view, keep_person


async def send_idea(
    database: Database, place_id: UUID, draft: wire.IdeaDraft, once: Once, now: datetime
) -> Answer:
    """The answer to whoever sent it; it shows once somebody has read it."""
    async with database.begin() as tx:
        place = await load_place(tx, place_id)
        if place is None:
            raise PlaceUnknown("There is no place of that id.")
        if earlier := await once.replay(tx):
            return earlier
        _require_objectives(place, draft.objectives)
        contact, token = None, None
        if draft.sender is not None:
            contact, token = await keep_person(tx, place_id, "idea", draft.sender, "/sender", now)
        idea = Idea(
            id=new_id(),
            place_id=place_id,
            kind=draft.kind,
            title=draft.title,
            text=draft.text,
            objectives=tuple(dict.fromkeys(draft.objectives)),
            area=draft.area,
            show_name=draft.show_name,
            contact_id=None if contact is None else contact.id,
            state="received",
            reason=None,
            reply=None,
            version=1,
            received_at=now,
            data_status=draft.data_status,
        )
        await insert_idea(tx, idea)
        await record_event(tx, idea_event("idea.received", idea), now)
        receipt = wire.IdeaReceipt(
            id=idea.id, state=idea.state, contact_id=idea.contact_id, withdrawal_token=token
        )
        return await once.keep(tx, 201, receipt, now=now)


async def list_ideas(
    database: Database, place_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[wire.Idea], str | None]:
    """One page of the ideas that are shown, the latest first."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        found, following = await page_ideas(tx, place_id, state="shown", cursor=cursor, limit=limit)
        known = await _senders(tx, found)
    return [_idea_view(idea, known) for idea in found], following


async def get_idea(database: Database, idea_id: UUID) -> wire.Idea:
    """One idea that is shown."""
    async with database.begin() as tx:
        idea = await load_idea(tx, idea_id)
        if idea is None or idea.state != "shown":
            raise IdeaUnknown("There is no idea of that id.")
        known = await _senders(tx, [idea])
    return _idea_view(idea, known)


async def list_idea_inbox(
    database: Database,
    actor: Actor,
    place_id: UUID,
    *,
    state: IdeaState | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[wire.ReceivedIdea], str | None]:
    """One page of all that was sent, with its senders, to those who moderate."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        require_editor(actor, place_id)
        found, following = await page_ideas(tx, place_id, state=state, cursor=cursor, limit=limit)
        known = await _senders(tx, found)
    return [_received_view(idea, known) for idea in found], following


async def get_received_idea(database: Database, actor: Actor, idea_id: UUID) -> wire.ReceivedIdea:
    """One idea with its sender, to those who moderate; to others it is unknown."""
    async with database.begin() as tx:
        idea = await load_idea(tx, idea_id)
        if idea is None or not actor.has_role_in(idea.place_id):
            raise IdeaUnknown("There is no idea of that id.")
        require_editor(actor, idea.place_id)
        known = await _senders(tx, [idea])
    return _received_view(idea, known)


async def moderate_idea(
    database: Database,
    actor: Actor,
    idea_id: UUID,
    moderation: wire.IdeaModeration,
    require_match: Callable[[wire.ReceivedIdea], None],
    now: datetime,
) -> wire.ReceivedIdea:
    """The idea as it was decided on; another decision later, by who has read this one, takes its place."""
    async with database.begin() as tx:
        before = await load_idea(tx, idea_id, for_change=True)
        if before is None or not actor.has_role_in(before.place_id):
            raise IdeaUnknown("There is no idea of that id.")
        require_editor(actor, before.place_id)
        known = await _senders(tx, [before])
        require_match(_received_view(before, known))
        idea = replace(
            before,
            state=moderation.outcome,
            reason=moderation.reason,
            reply=moderation.reply,
            version=before.version,
        )
        if idea != before:
            idea = replace(idea, version=before.version + 1)
            await update_idea(tx, idea)
            shown = idea.state == "shown"
            await record_event(tx, idea_event("idea.shown" if shown else "idea.declined", idea), now)
    return _received_view(idea, known)


async def remove_idea(database: Database, actor: Actor, idea_id: UUID, now: datetime) -> None:
    """Remove an idea with its words and its sender, whoever asked for it."""
    async with database.begin() as tx:
        idea = await load_idea(tx, idea_id)
        if idea is None or not actor.has_role_in(idea.place_id):
            raise IdeaUnknown("There is no idea of that id.")
        require_manager(actor, idea.place_id)
        if idea.contact_id is not None:
            await load_contact(tx, idea.contact_id)  # locked before the idea, as when its sender withdraws
        idea = await load_idea(tx, idea_id, for_change=True)
        if idea is None:
            raise IdeaUnknown("There is no idea of that id.")
        await delete_idea(tx, idea_id)
        if idea.contact_id is not None:
            await delete_contact(tx, idea.contact_id)
        await record_event(tx, idea_event("idea.removed", idea), now)


async def _senders(tx: AsyncConnection, ideas: list[Idea]) -> dict[UUID, PublicContact]:
    return await contacts_by_id(tx, [each.contact_id for each in ideas if each.contact_id is not None])


def _idea_view(idea: Idea, known: dict[UUID, PublicContact]) -> wire.Idea:
    return wire.Idea(**_shown(idea, known))


def _received_view(idea: Idea, known: dict[UUID, PublicContact]) -> wire.ReceivedIdea:
    sender = known.get(idea.contact_id) if idea.contact_id is not None else None
    return wire.ReceivedIdea(
        **_shown(idea, known),
        state=idea.state,
        reason=idea.reason,
        contact_id=idea.contact_id,
        sender=details_view(sender),
    )


def _shown(idea: Idea, known: dict[UUID, PublicContact]) -> dict[str, Any]:
    sender = known.get(idea.contact_id) if idea.contact_id is not None else None
    return {
        "id": idea.id,
        "place_id": idea.place_id,
        "kind": idea.kind,
        "title": idea.title,
        "text": idea.text,
        "objectives": list(idea.objectives),
        "area": idea.area,
        "sender_name": sender.name if sender is not None and idea.show_name else None,
        "reply": idea.reply,
        "received_at": idea.received_at,
        "data_status": idea.data_status,
    }


def _require_objectives(place: Place, objectives: list[str]) -> None:
    known = {item.code for item in place.objectives}
    errors = [
        FieldError(f"/objectives/{index}", ObjectiveNotRecorded.code, "not an objective of the place")
        for index, code in enumerate(objectives)
        if code not in known
    ]
    if errors:
        raise ObjectiveNotRecorded("The place has no such objective.", errors=errors)
