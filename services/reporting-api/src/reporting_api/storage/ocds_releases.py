"""Reading and writing published OCDS releases about delivery."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import keyset
from cdp_common.kernel.periods import Period
from reporting_api.storage.release_tables import ocds_releases

_STEP = timedelta(milliseconds=1)
_LOCK = func.hashtextextended("ocds releases", 0)


@dataclass(frozen=True, slots=True)
class NextRelease:
    """Where the next release stands, and its date: later than that of every release before it."""

    position: int
    published_at: datetime


async def hold_releases(tx: AsyncConnection) -> None:
    """Publish alone until this transaction ends: positions and dates follow the order of commits."""
    await tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))


async def next_release(tx: AsyncConnection, not_before: datetime) -> NextRelease:
    """The place after the last release, dated at `not_before` at the earliest, to the millisecond."""
    query = (
        select(ocds_releases.c.position, ocds_releases.c.published_at)
        .order_by(ocds_releases.c.position.desc())
        .limit(1)
    )
    last = (await tx.execute(query)).one_or_none()
    whole = not_before.replace(microsecond=not_before.microsecond // 1000 * 1000)
    if last is None:
        return NextRelease(1, whole)
    return NextRelease(last.position + 1, max(whole, last.published_at + _STEP))


async def add_release(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write a release."""
    await tx.execute(insert(ocds_releases).values(**row))


async def was_told_of(tx: AsyncConnection, agreement_id: UUID, period: Period) -> bool:
    """Whether a release has told of the contract's performance in exactly this period."""
    columns = ocds_releases.c
    query = select(
        exists().where(
            columns.agreement_id == agreement_id,
            columns.period_start == period.start,
            columns.period_end == period.end,
        )
    )
    return bool(await tx.scalar(query))


async def release_by_id(tx: AsyncConnection, release_id: UUID) -> RowMapping | None:
    """The release, or None."""
    query = select(ocds_releases).where(ocds_releases.c.id == release_id)
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def releases_page(
    tx: AsyncConnection, *, ocid: str | None, since: datetime | None, cursor: str | None, limit: int
) -> list[RowMapping]:
    """Releases in the order of their publication, of one process or of all, from a moment on."""
    query = select(ocds_releases)
    if ocid is not None:
        query = query.where(ocds_releases.c.ocid == ocid)
    if since is not None:
        query = query.where(ocds_releases.c.published_at >= since)
    return list((await tx.execute(keyset(query, [ocds_releases.c.position], cursor, limit))).mappings())


async def releases_of(tx: AsyncConnection, ocid: str) -> list[RowMapping]:
    """Every release about a contracting process, oldest first."""
    query = select(ocds_releases).where(ocds_releases.c.ocid == ocid).order_by(ocds_releases.c.position)
    return list((await tx.execute(query)).mappings())
