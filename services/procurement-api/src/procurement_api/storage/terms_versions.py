"""Reading and writing the versions of tenders' terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import keyset
from procurement_api.storage.terms_tables import terms_versions


async def add_terms_version(
    tx: AsyncConnection,
    tender: Mapping[Any, Any],
    amended_by: UUID,
    now: datetime,
    *,
    reason: str | None = None,
    amended: list[str] | None = None,
    bids_stand: bool = False,
) -> None:
    """Write the terms that the tender has from now on as the version that its row names."""
    kept = (
        *("deadline_at", "title", "description", "value_pence", "value_gross_pence", "lots"),
        *("terms", "measures"),
    )
    row = {
        "tender_id": tender["id"],
        "version": tender["terms_version"],
        "in_force_at": now,
        "reason": reason,
        "amended": amended or [],
        "bids_stand": bids_stand,
        "amended_by": amended_by,
        **{name: tender[name] for name in kept},
    }
    await tx.execute(insert(terms_versions).values(**row))


async def terms_versions_page(
    tx: AsyncConnection, tender_id: UUID, cursor: str | None, limit: int
) -> list[RowMapping]:
    """The versions of a tender's terms, oldest first."""
    query = select(terms_versions).where(terms_versions.c.tender_id == tender_id)
    return list((await tx.execute(keyset(query, [terms_versions.c.version], cursor, limit))).mappings())
