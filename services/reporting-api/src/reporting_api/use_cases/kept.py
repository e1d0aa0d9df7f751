"""Idempotent answers of any size: the record names the stored answer, which is given again byte for byte."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import Contract
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from reporting_api.storage.answers import keep_answer, kept_answer


class KeptAnswer(Contract):
    """What the idempotency record holds in place of a large answer."""

    answer_id: UUID


async def replayed(tx: AsyncConnection, once: Once) -> Answer | None:
    """The answer already given to this call, or none when it is the first."""
    earlier = await once.replay(tx)
    if earlier is None:
        return None
    body = await kept_answer(tx, KeptAnswer.model_validate_json(earlier.body).answer_id)
    return Answer(earlier.status, body, earlier.headers, replayed=True)


async def keep(tx: AsyncConnection, once: Once, status: int, body: BaseModel, now: datetime) -> Answer:
    """Store the answer in the transaction of the effect, and give it."""
    kept = KeptAnswer(answer_id=new_id())
    content = body.model_dump_json().encode()
    await keep_answer(tx, kept.answer_id, content, now)
    answer = await once.keep(tx, status, kept, now=now)
    return Answer(answer.status, content, answer.headers)
