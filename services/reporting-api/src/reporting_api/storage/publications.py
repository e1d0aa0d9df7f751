"""Writing publications and reading them as they were frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Text, cast, func, insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import JSONB, distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import keyset
from cdp_common.kernel.periods import Period
from reporting_api.storage.ledger_tables import publications


async def lock_numbers(tx: AsyncConnection, place_id: UUID) -> int:
    """The number of a place's last publication, 0 before the first; other publishers wait until commit."""
    # The table refuses updates, so that its rows cannot be locked: an advisory lock stands for the place.
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended('publications ' || :place, 0))")
    await tx.execute(lock, {"place": str(place_id)})
    return await last_number(tx, place_id)


async def last_number(tx: AsyncConnection, place_id: UUID) -> int:
    """The number of a place's last publication, 0 before the first."""
    query = select(func.max(publications.c.number)).where(publications.c.place_id == place_id)
    return await tx.scalar(query) or 0


async def add_publication(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Write a publication; from then on it does not change."""
    await tx.execute(insert(publications).values(**row))


async def latest_of_period(
    tx: AsyncConnection, place_id: UUID, period: Period, moment: datetime
) -> RowMapping | None:
    """The last publication of exactly this period up to a moment, or none."""
    columns = publications.c
    query = (
        select(publications)
        .where(
            columns.place_id == place_id,
            columns.period_start == period.start,
            columns.period_end == period.end,
            columns.published_at <= moment,
        )
        .order_by(columns.number.desc())
        .limit(1)
    )
    return (await tx.execute(query)).mappings().one_or_none()


async def figures_of_periods(
    tx: AsyncConnection, place_id: UUID, periods: Sequence[Period], moment: datetime
) -> dict[Period, str]:
    """The four figures in the last publication of exactly each period, as JSON, where there is one."""
    columns = publications.c
    content = cast(func.convert_from(columns.document, "UTF8"), JSONB)
    query = (
        select(columns.period_start, columns.period_end, cast(content["value"]["figures"], Text))
        .ext(distinct_on(columns.period_start, columns.period_end))
        .where(
            columns.place_id == place_id,
            tuple_(columns.period_start, columns.period_end).in_([(one.start, one.end) for one in periods]),
            columns.published_at <= moment,
        )
        .order_by(columns.period_start, columns.period_end, columns.number.desc())
    )
    return {Period(start, end): figures for start, end, figures in (await tx.execute(query)).all()}


async def publication_numbered(tx: AsyncConnection, place_id: UUID, number: int) -> RowMapping | None:
    """The publication of a place with this number, or none."""
    query = select(publications).where(publications.c.place_id == place_id, publications.c.number == number)
    return (await tx.execute(query)).mappings().one_or_none()


async def totals_before(tx: AsyncConnection, place_id: UUID, number: int) -> list[RowMapping]:
    """Number, period's end and ledger position of the place's publications before one, oldest first."""
    columns = publications.c
    query = (
        select(columns.number, columns.period_end, columns.ledger_position)
        .where(columns.place_id == place_id, columns.number < number)
        .order_by(columns.number)
    )
    return list((await tx.execute(query)).mappings())


async def publication_by_id(tx: AsyncConnection, publication_id: UUID) -> RowMapping | None:
    """One publication, or none."""
    query = select(publications).where(publications.c.id == publication_id)
    return (await tx.execute(query)).mappings().one_or_none()


async def publications_page(
    tx: AsyncConnection, place_id: UUID, cursor: str | None, limit: int
) -> list[RowMapping]:
    """A place's publications, the newest first."""
    query = select(publications).where(publications.c.place_id == place_id)
    return list((await tx.execute(keyset(query, [publications.c.number.desc()], cursor, limit))).mappings())


async def publications_after(
    tx: AsyncConnection, place_id: UUID, number: int, limit: int
) -> list[RowMapping]:
    """A place's publications after a number, in order."""
    query = select(publications).where(publications.c.place_id == place_id, publications.c.number > number)
    return list((await tx.execute(query.order_by(publications.c.number).limit(limit))).mappings())
