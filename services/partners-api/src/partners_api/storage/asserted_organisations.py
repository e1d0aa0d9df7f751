"""Stores and finds organisations that only a portal speaks of."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from partners_api.domain.organisations import Organisation
from partners_api.storage.asserted_tables import asserted_organisations
from partners_api.storage.organisations import insert_organisation, load_organisations


@dataclass(frozen=True)
class Assertion:
    """By what a portal that a buyer appointed knows an organisation."""

    portal_organisation_id: UUID
    buyer_organisation_id: UUID
    stated_as: str


class AssertedBefore(Exception):
    """The portal spoke of this organisation to this buyer before; caught where it is recorded."""


async def find_asserted(tx: AsyncConnection, assertion: Assertion) -> Organisation | None:
    """The organisation that was recorded for the assertion, or the one that it leads to since, or None."""
    columns = asserted_organisations.c
    query = select(columns.organisation_id).where(
        columns.portal_organisation_id == assertion.portal_organisation_id,
        columns.buyer_organisation_id == assertion.buyer_organisation_id,
        columns.stated_as == assertion.stated_as,
    )
    found = await tx.scalar(query)
    return None if found is None else (await load_organisations(tx, [found]))[found]


async def insert_asserted(tx: AsyncConnection, organisation: Organisation, assertion: Assertion) -> None:
    """Store the organisation; where another call was first this raises `AssertedBefore`."""
    await insert_organisation(tx, organisation)
    row = {"organisation_id": organisation.id, **vars(assertion)}
    query = insert(asserted_organisations).values(**row)
    first = query.on_conflict_do_nothing(constraint="uq_asserted_organisations_stated")
    if await tx.scalar(first.returning(asserted_organisations.c.organisation_id)) is None:
        raise AssertedBefore
