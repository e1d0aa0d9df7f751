"""Stores and finds the roles that people hold for organisations in places."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.kernel.errors import FieldError
from partners_api.domain.organisations import OrganisationNotRecorded
from partners_api.domain.persons import PersonRole, PersonRoleHeld
from partners_api.domain.places import PlaceNotRecorded
from partners_api.storage.person_tables import person_roles


def _organisation_not_recorded() -> OrganisationNotRecorded:
    error = FieldError("/organisation_id", OrganisationNotRecorded.code, "there is no such organisation")
    return OrganisationNotRecorded("There is no organisation of that id.", errors=[error])


def _place_not_recorded() -> PlaceNotRecorded:
    error = FieldError("/place_id", PlaceNotRecorded.code, "there is no such place")
    return PlaceNotRecorded("There is no place of that id.", errors=[error])


_ERRORS = {
    "uq_person_roles_held": lambda: PersonRoleHeld("The person holds this role there already."),
    "fk_person_roles_organisation_id": _organisation_not_recorded,
    "fk_person_roles_place_id": _place_not_recorded,
}


async def insert_person_role(
    tx: AsyncConnection, role: PersonRole, *, granted_by: str, granted_by_person: UUID | None
) -> None:
    """Store a role given; raises `PersonRoleHeld`, `OrganisationNotRecorded` or `PlaceNotRecorded`."""
    row = {
        "id": role.id,
        "person_id": role.person_id,
        "organisation_id": role.organisation_id,
        "place_id": role.place_id,
        "role": role.role,
        "granted_by": granted_by,
        "granted_by_person": granted_by_person,
        "granted_at": role.granted_at,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(person_roles).values(row))


async def load_person_role(tx: AsyncConnection, role_id: UUID) -> PersonRole | None:
    """The role given under that id."""
    row = (await tx.execute(select(person_roles).where(person_roles.c.id == role_id))).one_or_none()
    return _role(row) if row is not None else None


async def roles_of_person(
    tx: AsyncConnection, person_id: UUID, *, organisation_id: UUID | None = None
) -> list[PersonRole]:
    """The roles that the person holds now, for one organisation or for all."""
    query = select(person_roles).where(
        person_roles.c.person_id == person_id, person_roles.c.ended_at.is_(None)
    )
    if organisation_id is not None:
        query = query.where(person_roles.c.organisation_id == organisation_id)
    return [_role(row) for row in (await tx.execute(query.order_by(person_roles.c.id))).all()]


async def end_roles(tx: AsyncConnection, role_ids: list[UUID], now: datetime) -> None:
    """Store the end of these roles, whose person is locked."""
    await tx.execute(update(person_roles).where(person_roles.c.id.in_(role_ids)).values(ended_at=now))


async def end_roles_of_organisation(
    tx: AsyncConnection, organisation_id: UUID, now: datetime
) -> list[PersonRole]:
    """End the roles that people hold for the organisation, and say which."""
    ended = update(person_roles).where(
        person_roles.c.organisation_id == organisation_id, person_roles.c.ended_at.is_(None)
    )
    rows = (await tx.execute(ended.values(ended_at=now).returning(person_roles))).all()
    return [_role(row) for row in rows]


def _role(row: Row[Any]) -> PersonRole:
    return PersonRole(
        id=row.id,
        person_id=row.person_id,
        organisation_id=row.organisation_id,
        place_id=row.place_id,
        role=row.role,
        granted_at=row.granted_at,
        ended_at=row.ended_at,
    )
