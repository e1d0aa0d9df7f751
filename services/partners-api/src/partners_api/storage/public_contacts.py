"""Stores and finds who people of the public are, and what they agreed to; a contact goes without a trace."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import cut_page, keyset
from partners_api.domain.public_voice import (
    ConsentWording,
    ContactPurpose,
    PublicContact,
    WordingVersionTaken,
)
from partners_api.storage.public_tables import (
    consent_wordings,
    gathering_registrations,
    gatherings,
    public_contacts,
)

_ERRORS = {
    "uq_consent_wordings_place_id_purpose_version": lambda: WordingVersionTaken(
        "This version is published already; another text is another version."
    )
}
MAX_PURGED = 1_000


async def insert_wording(tx: AsyncConnection, wording: ConsentWording) -> None:
    """Store a wording; raises `WordingVersionTaken`."""
    row = {
        "id": wording.id,
        "place_id": wording.place_id,
        "purpose": wording.purpose,
        "version": wording.version,
        "text": wording.text,
        "published_at": wording.published_at,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(consent_wordings).values(row))


async def page_wordings(
    tx: AsyncConnection,
    place_id: UUID,
    *,
    purpose: ContactPurpose | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[ConsentWording], str | None]:
    """One page of a place's wordings by purpose, of each the latest first."""
    query = select(consent_wordings).where(consent_wordings.c.place_id == place_id)
    if purpose is not None:
        query = query.where(consent_wordings.c.purpose == purpose)
    columns = [consent_wordings.c.purpose, consent_wordings.c.published_at.desc(), consent_wordings.c.id]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.purpose, row.published_at, row.id])
    return [_wording(row) for row in cut], following


async def wordings_to_compare(
    tx: AsyncConnection, place_id: UUID, purpose: ContactPurpose, wording_id: UUID
) -> tuple[ConsentWording | None, ConsentWording | None]:
    """The wording of that id, and the latest one, of this place and purpose."""
    of_purpose = select(consent_wordings).where(
        consent_wordings.c.place_id == place_id, consent_wordings.c.purpose == purpose
    )
    named = (await tx.execute(of_purpose.where(consent_wordings.c.id == wording_id))).one_or_none()
    ordered = of_purpose.order_by(consent_wordings.c.published_at.desc(), consent_wordings.c.id.desc())
    latest = (await tx.execute(ordered.limit(1))).one_or_none()
    return (
        None if named is None else _wording(named),
        None if latest is None else _wording(latest),
    )


async def insert_contact(tx: AsyncConnection, contact: PublicContact) -> None:
    """Store who somebody is."""
    row = {
        "id": contact.id,
        "place_id": contact.place_id,
        "purpose": contact.purpose,
        "name": contact.name,
        "email": contact.email,
        "organisation_name": contact.organisation_name,
        "wording_id": contact.wording_id,
        "token_digest": contact.token_digest,
        "consented_at": contact.consented_at,
    }
    await tx.execute(insert(public_contacts).values(row))


async def load_contact(tx: AsyncConnection, contact_id: UUID) -> PublicContact | None:
    """Who that is, their row locked."""
    query = select(public_contacts).where(public_contacts.c.id == contact_id).with_for_update()
    row = (await tx.execute(query)).one_or_none()
    return contact_of(row) if row is not None else None


async def contacts_by_id(tx: AsyncConnection, ids: list[UUID]) -> dict[UUID, PublicContact]:
    """Those of these who are known."""
    if not ids:
        return {}
    query = select(public_contacts).where(public_contacts.c.id.in_(ids))
    return {row.id: contact_of(row) for row in (await tx.execute(query)).all()}


async def delete_contact(tx: AsyncConnection, contact_id: UUID) -> None:
    """Forget who that is; what pointed to them points to nobody."""
    await tx.execute(delete(public_contacts).where(public_contacts.c.id == contact_id))


async def purge_contacts(
    tx: AsyncConnection, *, gathering_ended_before: datetime, idea_consented_before: datetime
) -> int:
    """Forget people of gatherings that ended, and senders of ideas that came, before these times."""
    over = (
        select(gathering_registrations.c.contact_id)
        .join(gatherings, gatherings.c.id == gathering_registrations.c.gathering_id)
        .where(gathering_registrations.c.contact_id.is_not(None))
        .where(gatherings.c.ends_at < gathering_ended_before)
        .limit(MAX_PURGED)
    )
    senders = (
        select(public_contacts.c.id)
        .where(public_contacts.c.purpose == "idea")
        .where(public_contacts.c.consented_at < idea_consented_before)
        .limit(MAX_PURGED)
    )
    purged = 0
    for ids in (over, senders):
        purged += (await tx.execute(delete(public_contacts).where(public_contacts.c.id.in_(ids)))).rowcount
    return purged


def contact_of(row: Row[Any]) -> PublicContact:
    """The contact of a row of `public_contacts`."""
    return PublicContact(
        id=row.id,
        place_id=row.place_id,
        purpose=row.purpose,
        name=row.name,
        email=row.email,
        organisation_name=row.organisation_name,
        wording_id=row.wording_id,
        token_digest=row.token_digest,
        consented_at=row.consented_at,
    )


def _wording(row: Row[Any]) -> ConsentWording:
    return ConsentWording(row.id, row.place_id, row.purpose, row.version, row.text, row.published_at)
