"""The one key that signs receipts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from procurement_api.storage.tables import receipt_keys


async def receipt_key(tx: AsyncConnection) -> RowMapping | None:
    """The key's row, or None before first use."""
    row: RowMapping | None = (await tx.execute(select(receipt_keys))).mappings().one_or_none()
    return row


async def add_receipt_key(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Write the key; of two that start at once, the first one's stays."""
    await tx.execute(insert(receipt_keys).values(id=1, **row).on_conflict_do_nothing())
