"""Reading and writing published OCDS releases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import keyset
from procurement_api.storage.tables import ocds_releases

_STEP = timedelta(milliseconds=1)
_LOCK = func.hashtextextended("ocds releases", 0)


@dataclass(frozen=True)
class NextRelease:
    """Where the next release stands, and its date: later than that of every release before it."""

    position: int
    published_at: datetime


async def hold_releases(tx: AsyncConnection) -> None:
    """Publish alone until this transaction ends: positions and dates follow the order of commits."""
    await tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))


async def next_release(tx: AsyncConnection, now: datetime) -> NextRelease:
    """The place after the last release; a moment that others used already counts as a millisecond later."""
    query = (
        select(ocds_releases.c.position, ocds_releases.c.published_at)
        .order_by(ocds_releases.c.position.desc())
        .limit(1)
    )
    last = (await tx.execute(query)).one_or_none()
    if last is None:
        return NextRelease(1, now)
    return NextRelease(last.position + 1, max(now, last.published_at + _STEP))


async def add_release(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write a release."""
    await tx.execute(insert(ocds_releases).values(**row))


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
    """Every release of a contracting process, oldest first."""
    query = select(ocds_releases).where(ocds_releases.c.ocid == ocid).order_by(ocds_releases.c.position)
    return list((await tx.execute(query)).mappings())


async def first_release(
    tx: AsyncConnection, *, tender_id: UUID | None = None, agreement_id: UUID | None = None
) -> RowMapping | None:
    """The first release about a tender or an agreement, or None."""
    of = ocds_releases.c.tender_id if agreement_id is None else ocds_releases.c.agreement_id
    wanted = tender_id if agreement_id is None else agreement_id
    query = select(ocds_releases).where(of == wanted).order_by(ocds_releases.c.position).limit(1)
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def published_ocids(tx: AsyncConnection, ocids: Collection[str]) -> set[str]:
    """The processes among `ocids` of which something was published here."""
    query = select(ocds_releases.c.ocid).where(ocds_releases.c.ocid.in_(ocids)).distinct()
    return set((await tx.execute(query)).scalars())
