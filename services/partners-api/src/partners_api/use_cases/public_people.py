"""Who people of the public are: kept with the consent they gave, forgotten when they withdraw it."""

import hashlib
import hmac
import secrets
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import public_voice as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_manager
from partners_api.domain.places import PlaceUnknown
from partners_api.domain.public_voice import (
    ConsentWording,
    ContactPurpose,
    PublicContact,
    PublicContactUnknown,
    require_wording_in_force,
)
from partners_api.storage.ideas import delete_idea, end_supporter_of, idea_of
from partners_api.storage.places import load_place
from partners_api.storage.public_contacts import (
    delete_contact,
    insert_contact,
    insert_wording,
    load_contact,
    page_wordings,
    wordings_to_compare,
)
from partners_api.use_cases.happenings_of_public import idea_event, supporter_event
from partners_api.use_cases.leave_gathering import leave_gathering

_TOKEN_BYTES = 32


# ------------------------------------------------------------------ consent
async def publish_consent_wording(
    database: Database,
    actor: Actor,
    place_id: UUID,
    draft: wire.ConsentWordingDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The answer with the wording, which people agree to from now on."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        require_manager(actor, place_id)
        if earlier := await once.replay(tx):
            return earlier
        wording = ConsentWording(new_id(), place_id, draft.purpose, draft.version, draft.text, now)
        await insert_wording(tx, wording)
        return await once.keep(tx, 201, _wording_view(wording), now=now)


async def list_consent_wordings(
    database: Database,
    place_id: UUID,
    *,
    purpose: ContactPurpose | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[wire.ConsentWording], str | None]:
    """One page of a place's wordings by purpose, of each the latest first."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        found, following = await page_wordings(tx, place_id, purpose=purpose, cursor=cursor, limit=limit)
    return [_wording_view(wording) for wording in found], following


async def keep_person(
    tx: AsyncConnection,
    place_id: UUID,
    purpose: ContactPurpose,
    person: wire.PublicPerson,
    pointer: str,
    now: datetime,
) -> tuple[PublicContact, str]:
    """Who somebody is, kept with their consent, and the token that forgets them: given out once."""
    named, latest = await wordings_to_compare(tx, place_id, purpose, person.wording_id)
    require_wording_in_force(named, latest, f"{pointer}/wording_id")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    contact = PublicContact(
        id=new_id(),
        place_id=place_id,
        purpose=purpose,
        name=person.name,
        email=person.email,
        organisation_name=person.organisation_name,
        wording_id=person.wording_id,
        token_digest=_digest(token),
        consented_at=now,
    )
    await insert_contact(tx, contact)
    return contact, token


def holds_token(contact: PublicContact, token: str) -> bool:
    """Whether the token is the one that was given to this contact."""
    return hmac.compare_digest(contact.token_digest, _digest(token))


def details_view(contact: PublicContact | None) -> wire.ContactDetails | None:
    """Who that is, to those who need to know; None where nobody is known."""
    if contact is None:
        return None
    return wire.ContactDetails(
        name=contact.name, email=contact.email, organisation_name=contact.organisation_name
    )


# ------------------------------------------------------------------ withdrawal and erasure
async def withdraw_consent(database: Database, contact_id: UUID, token: str, clock: Clock) -> None:
    """Forget who gave the consent, and undo what rested on it; the token is all that is asked."""
    async with database.begin() as tx:
        contact = await load_contact(tx, contact_id)
        if contact is None or not holds_token(contact, token):
            raise PublicContactUnknown("There is no such contact, or the token is another's.")
        await _forget(tx, contact, clock())


async def erase_public_contact(database: Database, actor: Actor, contact_id: UUID, clock: Clock) -> None:
    """The same by a programme manager of the place, for somebody who has lost the token."""
    async with database.begin() as tx:
        contact = await load_contact(tx, contact_id)
        if contact is None or not actor.has_role_in(contact.place_id):
            raise PublicContactUnknown("There is no such contact.")
        require_manager(actor, contact.place_id)
        await _forget(tx, contact, clock())


async def _forget(tx: AsyncConnection, contact: PublicContact, now: datetime) -> None:
    """A place is given to who waits, an idea goes with its words, a supporter counts no more."""
    if contact.purpose == "gathering":
        await leave_gathering(tx, contact.id, now)
    elif contact.purpose == "idea":
        idea = await idea_of(tx, contact.id)
        if idea is not None:
            await delete_idea(tx, idea.id)
            await record_event(tx, idea_event("idea.removed", idea), now)
    else:
        ended = await end_supporter_of(tx, contact.id, now)
        if ended is not None:
            await record_event(tx, supporter_event("supporter.withdrawn", ended, contact.place_id), now)
    await delete_contact(tx, contact.id)


def _digest(token: str) -> bytes:
    # The token is 32 random bytes: nothing can be guessed from its plain hash.
    return hashlib.sha256(token.encode()).digest()


def _wording_view(wording: ConsentWording) -> wire.ConsentWording:
    return wire.ConsentWording(
        id=wording.id,
        place_id=wording.place_id,
        purpose=wording.purpose,
        version=wording.version,
        text=wording.text,
        published_at=wording.published_at,
    )
