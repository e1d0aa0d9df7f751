"""Stores and finds whom to turn to; a contact can be removed without a trace."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import cut_page, keyset
from partners_api.domain.hub_contacts import HubContact
from partners_api.storage.hub_tables import hub_contacts as contacts


async def insert_contact(tx: AsyncConnection, contact: HubContact, now: datetime) -> None:
    """Store a contact."""
    row = {
        "id": contact.id,
        "place_id": contact.place_id,
        "label": contact.label,
        "purpose": contact.purpose,
        "email": contact.email,
        "telephone": contact.telephone,
        "url": contact.url,
        "recorded_at": now,
    }
    await tx.execute(insert(contacts).values(row))


async def load_contact(tx: AsyncConnection, contact_id: UUID) -> HubContact | None:
    """The contact of that id, its row locked."""
    query = select(contacts).where(contacts.c.id == contact_id).with_for_update()
    row = (await tx.execute(query)).one_or_none()
    return _contact(row) if row is not None else None


async def delete_contact(tx: AsyncConnection, contact_id: UUID) -> None:
    """Remove a contact."""
    await tx.execute(delete(contacts).where(contacts.c.id == contact_id))


async def page_contacts(
    tx: AsyncConnection, place_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[HubContact], str | None]:
    """One page of a place's contacts by label."""
    query = select(contacts).where(contacts.c.place_id == place_id)
    rows = (await tx.execute(keyset(query, [contacts.c.label, contacts.c.id], cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.label, row.id])
    return [_contact(row) for row in cut], following


def _contact(row: Row[Any]) -> HubContact:
    return HubContact(row.id, row.place_id, row.label, row.purpose, row.email, row.telephone, row.url)
