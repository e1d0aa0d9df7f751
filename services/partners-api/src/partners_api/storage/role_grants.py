"""Stores and finds the roles that clients hold in places."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.kernel.errors import FieldError
from partners_api.domain.places import PlaceNotRecorded
from partners_api.domain.roles import RoleAlreadyGranted, RoleGrant
from partners_api.storage.tables import role_grants


def _place_not_recorded() -> PlaceNotRecorded:
    error = FieldError("/place_id", PlaceNotRecorded.code, "there is no such place")
    return PlaceNotRecorded("There is no place of that id.", errors=[error])


_ERRORS = {
    "uq_role_grants_held": lambda: RoleAlreadyGranted("The client holds this role in this place already."),
    "fk_role_grants_place_id": _place_not_recorded,
}


async def insert_role_grant(tx: AsyncConnection, grant: RoleGrant, *, granted_by: str) -> None:
    """Store a role given; raises `RoleAlreadyGranted` or `PlaceNotRecorded`."""
    row = {
        "id": grant.id,
        "client_id": grant.client_id,
        "place_id": grant.place_id,
        "role": grant.role,
        "granted_by": granted_by,
        "granted_at": grant.granted_at,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(role_grants).values(row))


async def mark_ended(tx: AsyncConnection, role_grant_id: UUID, now: datetime) -> None:
    """Store the end of a role."""
    await tx.execute(update(role_grants).where(role_grants.c.id == role_grant_id).values(ended_at=now))


async def load_role_grant(
    tx: AsyncConnection, role_grant_id: UUID, *, for_change: bool = False
) -> RoleGrant | None:
    """The role given under that id, its row locked if it is about to end."""
    query = select(role_grants).where(role_grants.c.id == role_grant_id)
    row = (await tx.execute(query.with_for_update() if for_change else query)).one_or_none()
    return _role_grant(row) if row is not None else None


async def roles_held(tx: AsyncConnection, client_id: str) -> list[RoleGrant]:
    """The roles that the client holds now."""
    query = select(role_grants).where(role_grants.c.client_id == client_id, role_grants.c.ended_at.is_(None))
    return [_role_grant(row) for row in (await tx.execute(query.order_by(role_grants.c.id))).all()]


def _role_grant(row: Row[Any]) -> RoleGrant:
    return RoleGrant(
        id=row.id,
        client_id=row.client_id,
        place_id=row.place_id,
        role=row.role,
        granted_at=row.granted_at,
        ended_at=row.ended_at,
    )
