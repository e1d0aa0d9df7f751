"""Writing and reading schemes, cohorts, and the published tables of people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, false, func, insert, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import keyset
from cdp_common.kernel.periods import Period
from reporting_api.domain.cohorts import CohortExists, CohortSuperseded, SchemeExists
from reporting_api.storage.people_catalogue import breakdown_schemes, cohorts, people_publications

_SUCCESSOR = cohorts.alias("successor")
_WITH_SUCCESSOR = (
    select(cohorts, _SUCCESSOR.c.recorded_at.label("superseded_at"))
    .outerjoin(_SUCCESSOR, _SUCCESSOR.c.supersedes == cohorts.c.id)
    .add_columns(
        breakdown_schemes.c.code.label("scheme"), breakdown_schemes.c.version.label("scheme_version")
    )
    .join(breakdown_schemes, breakdown_schemes.c.id == cohorts.c.scheme_id)
)


async def add_scheme(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Write a version of a scheme; from then on it does not change."""
    taken = {
        "uq_breakdown_schemes_place_id_code_version": lambda: SchemeExists(
            "The place has published this version already."
        )
    }
    with constraint_errors(taken):
        await tx.execute(insert(breakdown_schemes).values(**row))


async def scheme_named(tx: AsyncConnection, place_id: UUID, code: str, version: str) -> RowMapping | None:
    """A version of a place's scheme, or none."""
    columns = breakdown_schemes.c
    query = select(breakdown_schemes).where(
        columns.place_id == place_id, columns.code == code, columns.version == version
    )
    return (await tx.execute(query)).mappings().one_or_none()


async def scheme_by_id(tx: AsyncConnection, scheme_id: UUID) -> RowMapping:
    """The scheme that a row refers to."""
    query = select(breakdown_schemes).where(breakdown_schemes.c.id == scheme_id)
    return (await tx.execute(query)).mappings().one()


async def schemes_page(
    tx: AsyncConnection, place_id: UUID, cursor: str | None, limit: int
) -> list[RowMapping]:
    """A place's schemes in the order of publication."""
    query = select(breakdown_schemes).where(breakdown_schemes.c.place_id == place_id)
    return list((await tx.execute(keyset(query, [breakdown_schemes.c.id], cursor, limit))).mappings())


async def lock_programme(tx: AsyncConnection, place_id: UUID, programme: str) -> None:
    """Let others who count or publish this programme wait until this transaction is over."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended('people ' || :place || ' ' || :programme, 0))")
    await tx.execute(lock, {"place": str(place_id), "programme": programme})


async def scheme_of_programme(tx: AsyncConnection, place_id: UUID, programme: str) -> UUID | None:
    """By which scheme a programme has been counted; none before its first cohort."""
    query = (
        select(cohorts.c.scheme_id)
        .where(cohorts.c.place_id == place_id, cohorts.c.programme == programme)
        .limit(1)
    )
    found: UUID | None = await tx.scalar(query)
    return found


async def add_cohort(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Write a cohort; refused when the quarter is counted already, or what it corrects was corrected
    before."""
    taken = {
        "uq_cohorts_counted_once": lambda: CohortExists("The organisation has counted this quarter already."),
        "uq_cohorts_supersedes": lambda: CohortSuperseded("The cohort was corrected before."),
    }
    with constraint_errors(taken):
        await tx.execute(insert(cohorts).values(**row))


async def cohort_by_id(tx: AsyncConnection, cohort_id: UUID) -> RowMapping | None:
    """One cohort with the moment at which it was superseded, or none."""
    return (await tx.execute(_WITH_SUCCESSOR.where(cohorts.c.id == cohort_id))).mappings().one_or_none()


async def cohorts_page(
    tx: AsyncConnection,
    organisation_id: UUID,
    places: Collection[UUID],
    *,
    place_id: UUID | None,
    programme: str | None,
    cursor: str | None,
    limit: int,
) -> list[RowMapping]:
    """An organisation's own cohorts and those of places, oldest first."""
    query = _WITH_SUCCESSOR.where(
        or_(
            cohorts.c.organisation_id == organisation_id,
            cohorts.c.place_id.in_(places) if places else false(),
        )
    )
    if place_id is not None:
        query = query.where(cohorts.c.place_id == place_id)
    if programme is not None:
        query = query.where(cohorts.c.programme == programme)
    return list((await tx.execute(keyset(query, [cohorts.c.id], cursor, limit))).mappings())


async def cohorts_of_programme(tx: AsyncConnection, place_id: UUID, programme: str) -> list[RowMapping]:
    """Every cohort of a programme ever recorded, superseded ones included, oldest first."""
    query = _WITH_SUCCESSOR.where(cohorts.c.place_id == place_id, cohorts.c.programme == programme)
    return list((await tx.execute(query.order_by(cohorts.c.id))).mappings())


async def last_cohort(tx: AsyncConnection, place_id: UUID, programme: str) -> UUID | None:
    """The id of the programme's last recorded cohort; none before the first."""
    query = (
        select(cohorts.c.id)
        .where(cohorts.c.place_id == place_id, cohorts.c.programme == programme)
        .order_by(cohorts.c.id.desc())
        .limit(1)
    )
    found: UUID | None = await tx.scalar(query)
    return found


async def add_people_publication(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Write a published table; from then on it does not change."""
    await tx.execute(insert(people_publications).values(**row))


async def last_people_number(tx: AsyncConnection, place_id: UUID) -> int:
    """The number of a place's last table, 0 before the first; other publishers wait until commit."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended('people publications ' || :place, 0))")
    await tx.execute(lock, {"place": str(place_id)})
    query = select(func.max(people_publications.c.number)).where(people_publications.c.place_id == place_id)
    return await tx.scalar(query) or 0


async def tables_of_programme(tx: AsyncConnection, place_id: UUID, programme: str) -> list[RowMapping]:
    """The published tables of a programme without their bytes, oldest first."""
    columns = [column for column in people_publications.c if column.name != "document"]
    query = (
        select(*columns)
        .where(and_(people_publications.c.place_id == place_id, people_publications.c.programme == programme))
        .order_by(people_publications.c.number)
    )
    return list((await tx.execute(query)).mappings())


async def people_publication_by_id(tx: AsyncConnection, table_id: UUID) -> RowMapping | None:
    """One published table, or none."""
    query = select(people_publications).where(people_publications.c.id == table_id)
    return (await tx.execute(query)).mappings().one_or_none()


async def people_publications_page(
    tx: AsyncConnection, place_id: UUID, programme: str | None, cursor: str | None, limit: int
) -> list[RowMapping]:
    """A place's published tables without their bytes, the newest first."""
    columns = [column for column in people_publications.c if column.name != "document"]
    query = select(*columns).where(people_publications.c.place_id == place_id)
    if programme is not None:
        query = query.where(people_publications.c.programme == programme)
    ordered = keyset(query, [people_publications.c.number.desc()], cursor, limit)
    return list((await tx.execute(ordered)).mappings())


def publications_of_quarter(tables: Collection[RowMapping], quarter: Period) -> list[tuple[int, datetime]]:
    """Number and moment of the tables that a quarter is part of, oldest first."""
    return [
        (row["number"], row["published_at"])
        for row in tables
        if row["period_start"] <= quarter.start and row["period_end"] >= quarter.end
    ]
