"""Writing totals made elsewhere, and reading them with their versions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import keyset
from reporting_api.storage.prior_total_tables import prior_total_versions, prior_totals


async def lock_prior_totals(tx: AsyncConnection, place_id: UUID) -> int:
    """How many prior totals a place has; whoever else records one or a version waits until commit."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended('prior totals ' || :place, 0))")
    await tx.execute(lock, {"place": str(place_id)})
    query = select(func.count()).select_from(prior_totals).where(prior_totals.c.place_id == place_id)
    return await tx.scalar(query) or 0


async def add_prior_total(tx: AsyncConnection, row: Mapping[str, Any], version: Mapping[str, Any]) -> None:
    """Write a prior total with its first version."""
    await tx.execute(insert(prior_totals).values(**row))
    await add_prior_total_version(tx, version)


async def add_prior_total_version(tx: AsyncConnection, version: Mapping[str, Any]) -> None:
    """Write what a prior total is from now on."""
    await tx.execute(insert(prior_total_versions).values(**version))


async def place_of_prior_total(tx: AsyncConnection, prior_total_id: UUID) -> UUID | None:
    """The place of a prior total, or none where there is no such."""
    found: UUID | None = await tx.scalar(
        select(prior_totals.c.place_id).where(prior_totals.c.id == prior_total_id)
    )
    return found


async def versions_of(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, list[RowMapping]]:
    """Every version of these prior totals, the newest first."""
    query = (
        select(prior_total_versions)
        .where(prior_total_versions.c.prior_total_id.in_(ids))
        .order_by(prior_total_versions.c.prior_total_id, prior_total_versions.c.version.desc())
    )
    found: dict[UUID, list[RowMapping]] = {}
    for row in (await tx.execute(query)).mappings():
        found.setdefault(row["prior_total_id"], []).append(row)
    return found


async def prior_totals_page(
    tx: AsyncConnection, place_id: UUID, cursor: str | None, limit: int
) -> list[RowMapping]:
    """A place's prior totals in the order in which they were recorded, withdrawn ones among them."""
    query = select(prior_totals).where(prior_totals.c.place_id == place_id)
    return list((await tx.execute(keyset(query, [prior_totals.c.id], cursor, limit))).mappings())
