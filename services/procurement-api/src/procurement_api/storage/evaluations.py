"""Reading and writing evaluations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.database import WriteConflict
from procurement_api.storage.evaluation_tables import evaluations


async def latest_evaluation(
    tx: AsyncConnection, tender_id: UUID, version: int | None = None
) -> RowMapping | None:
    """The tender's latest evaluation, or the one of that version; None where there is none."""
    query = (
        select(evaluations)
        .where(evaluations.c.tender_id == tender_id)
        .order_by(evaluations.c.version.desc())
        .limit(1)
    )
    if version is not None:
        query = query.where(evaluations.c.version == version)
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def add_evaluation(
    tx: AsyncConnection, *, tender_id: UUID, version: int, evaluated_at: datetime, result: dict[str, Any]
) -> None:
    """Write an evaluation; of two that made the same version, the later one is refused."""
    taken = {
        "pk_evaluations": lambda: WriteConflict("the tender was evaluated at the same moment; try again")
    }
    with constraint_errors(taken):
        await tx.execute(
            insert(evaluations).values(
                tender_id=tender_id, version=version, evaluated_at=evaluated_at, result=result
            )
        )
