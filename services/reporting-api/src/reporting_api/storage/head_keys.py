"""The one key that signs heads of ledgers, and the heads that were signed with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.chain import Block
from reporting_api.storage.ledger_rows import block_of
from reporting_api.storage.ledger_tables import ledger_blocks, ledger_heads, ledger_keys

MAX_UNSIGNED = 1_000


async def head_key(tx: AsyncConnection) -> RowMapping | None:
    """The key's row, or None before first use."""
    row: RowMapping | None = (await tx.execute(select(ledger_keys))).mappings().one_or_none()
    return row


async def add_head_key(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Write the key; of two that start at once, the first one's stays."""
    await tx.execute(insert(ledger_keys).values(id=1, **row).on_conflict_do_nothing())


async def unsigned_heads(tx: AsyncConnection) -> list[Block]:
    """The last blocks of places whose signature is not kept yet."""
    later = ledger_blocks.alias("later")
    has_later = select(later.c.number).where(
        later.c.place_id == ledger_blocks.c.place_id, later.c.number == ledger_blocks.c.number + 1
    )
    signed = select(ledger_heads.c.number).where(
        ledger_heads.c.place_id == ledger_blocks.c.place_id, ledger_heads.c.number == ledger_blocks.c.number
    )
    query = select(ledger_blocks).where(~has_later.exists(), ~signed.exists()).limit(MAX_UNSIGNED)
    return [block_of(row) for row in (await tx.execute(query)).mappings()]


async def keep_head(tx: AsyncConnection, block: Block, head_jws: str) -> None:
    """Keep a head's signature; of two that sign at once, the first one's stays."""
    row = {"place_id": block.place_id, "number": block.number, "head_jws": head_jws}
    await tx.execute(insert(ledger_heads).values(**row).on_conflict_do_nothing())


async def stray_heads(tx: AsyncConnection) -> int:
    """How many signed heads there are of blocks that no ledger holds."""
    block = select(ledger_blocks.c.number).where(
        ledger_blocks.c.place_id == ledger_heads.c.place_id, ledger_blocks.c.number == ledger_heads.c.number
    )
    return await tx.scalar(select(func.count()).select_from(ledger_heads).where(~block.exists())) or 0


async def signed_heads(
    tx: AsyncConnection, place_id: UUID, after: int, limit: int
) -> list[tuple[Block, str]]:
    """Blocks of a place after a number whose heads were signed, with the signatures, in order."""
    query = (
        select(ledger_blocks, ledger_heads.c.head_jws)
        .join(
            ledger_heads,
            (ledger_heads.c.place_id == ledger_blocks.c.place_id)
            & (ledger_heads.c.number == ledger_blocks.c.number),
        )
        .where(ledger_heads.c.place_id == place_id, ledger_heads.c.number > after)
        .order_by(ledger_heads.c.number)
        .limit(limit)
    )
    return [(block_of(row), row["head_jws"]) for row in (await tx.execute(query)).mappings()]
