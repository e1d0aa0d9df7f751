"""Stores and finds people; what names them stands in a table of its own, and goes when it is erased."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.database import WriteConflict
from partners_api.domain.persons import Person, PersonDetails
from partners_api.storage.person_tables import person_details as details
from partners_api.storage.person_tables import persons


async def keep_person(tx: AsyncConnection, person: Person, subject_digest: bytes) -> Person:
    """The person recorded for that subject: the given one, or whom somebody recorded before.

    Its row is locked, so that an erasure waits for what rests on the person.
    """
    row = {
        "id": person.id,
        "issuer": person.issuer,
        "asserted_by": person.asserted_by,
        "recorded_by": person.recorded_by,
        "subject_digest": subject_digest,
        "created_at": person.created_at,
    }
    await tx.execute(insert(persons).values(row).on_conflict_do_nothing())
    if person.issuer is not None:
        voucher = persons.c.issuer == person.issuer
    else:
        voucher = persons.c.asserted_by == person.asserted_by
    query = select(persons).where(voucher, persons.c.subject_digest == subject_digest)
    found = (await tx.execute(query.with_for_update(read=True))).one_or_none()
    if found is None:
        raise WriteConflict("the person was erased at the same moment")
    return _person(found)


async def find_person(tx: AsyncConnection, issuer: str, subject_digest: bytes) -> Person | None:
    """The person whom the provider calls so, locked so that an erasure waits for the token issued."""
    query = select(persons).where(persons.c.issuer == issuer, persons.c.subject_digest == subject_digest)
    row = (await tx.execute(query.with_for_update(read=True))).one_or_none()
    return _person(row) if row is not None else None


async def load_person(tx: AsyncConnection, person_id: UUID, *, for_change: bool = False) -> Person | None:
    """The person of that id, the row locked against everybody if it is about to be erased."""
    query = select(persons).where(persons.c.id == person_id)
    row = (await tx.execute(query.with_for_update() if for_change else query)).one_or_none()
    return _person(row) if row is not None else None


async def load_details(tx: AsyncConnection, person_id: UUID) -> PersonDetails:
    """What names the person; empty when nothing does, or it was erased."""
    query = select(details.c.name, details.c.email).where(details.c.person_id == person_id)
    row = (await tx.execute(query)).one_or_none()
    return PersonDetails(row.name, row.email) if row is not None else PersonDetails(None, None)


async def keep_details(tx: AsyncConnection, person_id: UUID, stated: PersonDetails, now: datetime) -> None:
    """Store what names the person; nothing is stored when nothing is stated, or it stands there already."""
    if stated.is_empty:
        return
    row = {"name": stated.name, "email": stated.email}
    changed = or_(
        details.c.name.is_distinct_from(stated.name), details.c.email.is_distinct_from(stated.email)
    )
    statement = insert(details).values(person_id=person_id, updated_at=now, **row)
    await tx.execute(
        statement.on_conflict_do_update(
            index_elements=[details.c.person_id], set_={**row, "updated_at": now}, where=changed
        )
    )


async def erase(tx: AsyncConnection, person_id: UUID, now: datetime) -> None:
    """Remove everything by which the person could be known; the number stays, for records point to it."""
    await tx.execute(delete(details).where(details.c.person_id == person_id))
    nobody = {"subject_digest": None, "erased_at": now}
    await tx.execute(update(persons).where(persons.c.id == person_id).values(nobody))


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        issuer=row.issuer,
        asserted_by=row.asserted_by,
        recorded_by=row.recorded_by,
        created_at=row.created_at,
        erased_at=row.erased_at,
    )
