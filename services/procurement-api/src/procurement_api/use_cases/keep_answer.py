"""Keeping answers of any size for those who ask twice.

A kept answer is small: with the idempotency key goes only where the body stands. What the body says stands in
other tables of this service too, so it needs no encryption of its own.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.idempotency import KEPT_FOR, Answer, Once, purge_expired
from cdp_common.kernel.identifiers import new_id
from procurement_api.storage.large_answers import add_large_answer, large_answer, remove_large_answers


class _Kept(BaseModel):
    answer_id: UUID


async def keep_answer(tx: AsyncConnection, once: Once, status: int, body: BaseModel, now: datetime) -> Answer:
    """Store the answer in the transaction of its effect, and give it."""
    answer_id, text = new_id(), body.model_dump_json()
    await add_large_answer(tx, answer_id, text, now)
    kept = await once.keep(tx, status, _Kept(answer_id=answer_id), now=now)
    return Answer(kept.status, text.encode(), kept.headers)


async def answer_before(tx: AsyncConnection, once: Once) -> Answer | None:
    """The answer already given to this call, or None when it is the first; comes first in the transaction."""
    earlier = await once.replay(tx)
    if earlier is None:
        return None
    text = await large_answer(tx, _Kept.model_validate_json(earlier.body).answer_id)
    return Answer(earlier.status, text.encode(), earlier.headers, replayed=True)


async def purge_answers(tx: AsyncConnection, now: datetime) -> int:
    """Remove answers past their time, a bounded number in one go, and say how many."""
    # The keys first: one that is still there must find its answer.
    return await purge_expired(tx, now) + await remove_large_answers(tx, now - KEPT_FOR)
