"""First answers that are larger than an idempotency record may hold."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.storage.report_tables import kept_answers

MAX_PURGED = 1_000


async def keep_answer(tx: AsyncConnection, answer_id: UUID, body: bytes, now: datetime) -> None:
    """Store an answer's body."""
    await tx.execute(insert(kept_answers).values(id=answer_id, body=body, created_at=now))


async def kept_answer(tx: AsyncConnection, answer_id: UUID) -> bytes:
    """A stored answer's body."""
    query = select(kept_answers.c.body).where(kept_answers.c.id == answer_id)
    body: bytes = (await tx.execute(query)).scalar_one()
    return body


async def purge_answers(tx: AsyncConnection, before: datetime) -> int:
    """Remove answers stored before a moment, a bounded number in one go, and say how many."""
    old = select(kept_answers.c.id).where(kept_answers.c.created_at < before).limit(MAX_PURGED)
    return (await tx.execute(delete(kept_answers).where(kept_answers.c.id.in_(old)))).rowcount
