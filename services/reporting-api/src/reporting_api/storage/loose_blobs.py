"""Notes of blobs that nothing stands for: about to be written, or to be removed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.storage.evidence_tables import loose_blobs


async def loosen_blob(tx: AsyncConnection, key: str, due_at: datetime) -> None:
    """Note a blob that nothing stands for; from `due_at` on it is removed."""
    await tx.execute(insert(loose_blobs).values(blob_key=key, due_at=due_at, is_taken=False))


async def hold_blob(tx: AsyncConnection, key: str) -> bool:
    """Take a blob's note away, as a row stands for it now; False when it is being removed already."""
    held = delete(loose_blobs).where(loose_blobs.c.blob_key == key, loose_blobs.c.is_taken.is_(False))
    return (await tx.execute(held)).rowcount == 1


async def take_loose_blobs(tx: AsyncConnection, now: datetime, again_at: datetime, limit: int) -> list[str]:
    """Loose blobs that are due: nobody holds them any more; to be tried again later if need be."""
    due = (
        select(loose_blobs.c.blob_key)
        .where(loose_blobs.c.due_at <= now)
        .order_by(loose_blobs.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = update(loose_blobs).where(loose_blobs.c.blob_key.in_(due))
    statement = statement.values(is_taken=True, due_at=again_at)
    return list(await tx.scalars(statement.returning(loose_blobs.c.blob_key)))


async def forget_blob(tx: AsyncConnection, key: str) -> None:
    """Write that a loose blob is gone."""
    await tx.execute(delete(loose_blobs).where(loose_blobs.c.blob_key == key))
