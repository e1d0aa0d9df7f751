"""Reading and writing the published logs of tenders."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from procurement_api.storage.tables import tender_log_leaves, tender_logs


async def add_log(tx: AsyncConnection, log: dict[str, Any], leaves: list[dict[str, Any]]) -> None:
    """Write a tender's log with its leaves."""
    await tx.execute(insert(tender_logs).values(**log))
    if leaves:
        await tx.execute(insert(tender_log_leaves), leaves)


async def log_of(tx: AsyncConnection, tender_id: UUID) -> RowMapping | None:
    """The tender's log, or None before opening."""
    query = select(tender_logs).where(tender_logs.c.tender_id == tender_id)
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def leaf_of(tx: AsyncConnection, tender_id: UUID, leaf_hash: str) -> RowMapping | None:
    """The leaf with its path to the root, or None when the log does not hold it."""
    query = select(tender_log_leaves).where(
        tender_log_leaves.c.tender_id == tender_id, tender_log_leaves.c.leaf_hash == leaf_hash
    )
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row
