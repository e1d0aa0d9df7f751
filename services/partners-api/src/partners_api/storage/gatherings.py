"""Stores and finds gatherings and registrations; a gathering is locked while its places are given out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import cut_page, keyset
from cdp_common.kernel.errors import FieldError
from partners_api.domain.gatherings import Gathering, GatheringKind, Registration
from partners_api.domain.organisations import OrganisationNotRecorded
from partners_api.storage.public_tables import gathering_registrations as registrations
from partners_api.storage.public_tables import gatherings


def _unknown_organiser() -> OrganisationNotRecorded:
    pointer = "/organiser_organisation_id"
    error = FieldError(pointer, OrganisationNotRecorded.code, "there is no such organisation")
    return OrganisationNotRecorded("There is no organisation of that id.", errors=[error])


_ERRORS = {"fk_gatherings_organiser_organisation_id": _unknown_organiser}


async def insert_gathering(tx: AsyncConnection, gathering: Gathering) -> None:
    """Store a gathering; raises `OrganisationNotRecorded`."""
    row = {
        "id": gathering.id,
        "place_id": gathering.place_id,
        "kind": gathering.kind,
        "organiser_organisation_id": gathering.organiser_organisation_id,
        "data_status": gathering.data_status,
        **_stated(gathering),
        **_moving(gathering),
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(gatherings).values(row))


async def update_gathering(tx: AsyncConnection, gathering: Gathering) -> None:
    """Store the state and the counts of a gathering whose row is locked."""
    await tx.execute(update(gatherings).where(gatherings.c.id == gathering.id).values(_moving(gathering)))


async def rewrite_gathering(tx: AsyncConnection, gathering: Gathering) -> None:
    """Store what is said of a gathering whose row is locked, with its state and counts."""
    changed = {**_stated(gathering), **_moving(gathering)}
    await tx.execute(update(gatherings).where(gatherings.c.id == gathering.id).values(changed))


def _stated(gathering: Gathering) -> dict[str, Any]:
    return {
        "title": gathering.title,
        "summary": gathering.summary,
        "description": gathering.description,
        "starts_at": gathering.starts_at,
        "ends_at": gathering.ends_at,
        "venue": gathering.venue,
        "online_url": gathering.online_url,
        "capacity": gathering.capacity,
        "registration_closes_at": gathering.registration_closes_at,
        "objectives": list(gathering.objectives),
    }


def _moving(gathering: Gathering) -> dict[str, Any]:
    return {
        "state": gathering.state,
        "cancelled_because": gathering.cancelled_because,
        "registered_count": gathering.registered_count,
        "waiting_count": gathering.waiting_count,
        "attended_count": gathering.attended_count,
        "last_number": gathering.last_number,
        "version": gathering.version,
    }


async def load_gathering(
    tx: AsyncConnection, gathering_id: UUID, *, for_change: bool = False
) -> Gathering | None:
    """The gathering, its row locked if it is about to change."""
    query = select(gatherings).where(gatherings.c.id == gathering_id)
    row = (await tx.execute(query.with_for_update() if for_change else query)).one_or_none()
    return _gathering(row) if row is not None else None


async def gatherings_by_id(tx: AsyncConnection, ids: Sequence[UUID]) -> list[Gathering]:
    """Those of these gatherings that there are, in the order of their ids."""
    query = select(gatherings).where(gatherings.c.id.in_(ids)).order_by(gatherings.c.id)
    return [_gathering(row) for row in (await tx.execute(query)).all()]


async def page_gatherings(
    tx: AsyncConnection,
    place_id: UUID,
    *,
    kind: GatheringKind | None,
    ends_after: datetime | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[Gathering], str | None]:
    """One page of a place's gatherings in the order in which they start."""
    query = select(gatherings).where(gatherings.c.place_id == place_id)
    if kind is not None:
        query = query.where(gatherings.c.kind == kind)
    if ends_after is not None:
        query = query.where(gatherings.c.ends_at > ends_after)
    columns = [gatherings.c.starts_at, gatherings.c.id]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.starts_at, row.id])
    return [_gathering(row) for row in cut], following


async def insert_registration(tx: AsyncConnection, registration: Registration) -> None:
    """Store a registration."""
    row = {
        "id": registration.id,
        "gathering_id": registration.gathering_id,
        "number": registration.number,
        "state": registration.state,
        "attended": registration.attended,
        "contact_id": registration.contact_id,
        "version": registration.version,
        "registered_at": registration.registered_at,
    }
    await tx.execute(insert(registrations).values(row))


async def update_registration(tx: AsyncConnection, registration: Registration) -> None:
    """Store the state of a registration, its gathering's row locked."""
    moving = {
        "state": registration.state,
        "attended": registration.attended,
        "version": registration.version,
    }
    await tx.execute(update(registrations).where(registrations.c.id == registration.id).values(moving))


async def load_registration(tx: AsyncConnection, registration_id: UUID) -> Registration | None:
    """The registration of that id."""
    query = select(registrations).where(registrations.c.id == registration_id)
    row = (await tx.execute(query)).one_or_none()
    return _registration(row) if row is not None else None


async def registration_of(tx: AsyncConnection, contact_id: UUID) -> Registration | None:
    """The registration of that contact."""
    query = select(registrations).where(registrations.c.contact_id == contact_id)
    row = (await tx.execute(query)).one_or_none()
    return _registration(row) if row is not None else None


async def registrations_by_id(
    tx: AsyncConnection, gathering_id: UUID, ids: Sequence[UUID]
) -> list[Registration]:
    """Those of these registrations that are for the gathering."""
    query = select(registrations).where(
        registrations.c.gathering_id == gathering_id, registrations.c.id.in_(ids)
    )
    return [_registration(row) for row in (await tx.execute(query)).all()]


async def first_waiting(tx: AsyncConnection, gathering_id: UUID, many: int) -> list[Registration]:
    """Those who have waited longest, so many of them, in the order in which they came."""
    query = (
        select(registrations)
        .where(registrations.c.gathering_id == gathering_id, registrations.c.state == "waiting")
        .order_by(registrations.c.number)
        .limit(many)
    )
    return [_registration(row) for row in (await tx.execute(query)).all()]


async def give_places(tx: AsyncConnection, moved: Sequence[Registration]) -> None:
    """Store that these have a place now, their gathering's row locked."""
    ids = [each.id for each in moved]
    given = {"state": "registered", "version": registrations.c.version + 1}
    await tx.execute(update(registrations).where(registrations.c.id.in_(ids)).values(given))


async def waiting_position(tx: AsyncConnection, registration: Registration) -> int | None:
    """How many wait up to this one, which waits too; None if it does not."""
    if registration.state != "waiting":
        return None
    query = select(func.count()).where(
        registrations.c.gathering_id == registration.gathering_id,
        registrations.c.state == "waiting",
        registrations.c.number <= registration.number,
    )
    return int(await tx.scalar(query) or 0)


async def count_attended(tx: AsyncConnection, gathering_id: UUID) -> int:
    """How many came."""
    query = select(func.count()).where(
        registrations.c.gathering_id == gathering_id, registrations.c.attended.is_(True)
    )
    return int(await tx.scalar(query) or 0)


async def page_registrations(
    tx: AsyncConnection, gathering_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[Registration], str | None]:
    """One page of a gathering's registrations in the order in which they came."""
    query = select(registrations).where(registrations.c.gathering_id == gathering_id)
    columns = [registrations.c.number, registrations.c.id]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.number, row.id])
    return [_registration(row) for row in cut], following


def _gathering(row: Row[Any]) -> Gathering:
    stated = {**row._mapping, "objectives": tuple(row.objectives)}
    return Gathering(**stated)


def _registration(row: Row[Any]) -> Registration:
    return Registration(**row._mapping)
