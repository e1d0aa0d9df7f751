"""Reading and writing answers that are too large to be kept with their idempotency key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from procurement_api.storage.tables import large_answers

MAX_REMOVED = 1_000


async def add_large_answer(tx: AsyncConnection, answer_id: UUID, body: str, now: datetime) -> None:
    """Write the body of an answer."""
    await tx.execute(insert(large_answers).values(id=answer_id, body=body, created_at=now))


async def large_answer(tx: AsyncConnection, answer_id: UUID) -> str:
    """The body of an answer, byte for byte."""
    query = select(large_answers.c.body).where(large_answers.c.id == answer_id)
    body: str = (await tx.execute(query)).scalar_one()
    return body


async def remove_large_answers(tx: AsyncConnection, until: datetime) -> int:
    """Remove answers given until then, a bounded number in one go, and say how many."""
    old = select(large_answers.c.id).where(large_answers.c.created_at <= until).limit(MAX_REMOVED)
    return (await tx.execute(delete(large_answers).where(large_answers.c.id.in_(old)))).rowcount
