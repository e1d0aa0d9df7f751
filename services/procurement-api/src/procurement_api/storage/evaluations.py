"""Reading and writing panel scores and evaluations."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.database import WriteConflict
from procurement_api.storage.evaluation_tables import evaluations, panel_scores


async def add_scores(tx: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Write panel scores; the highest version of an answer's score is the one that counts."""
    await tx.execute(insert(panel_scores), rows)


async def latest_scores(tx: AsyncConnection, bid_ids: Collection[UUID]) -> list[RowMapping]:
    """The latest score of each answer of the bids."""
    query = (
        select(panel_scores)
        .where(panel_scores.c.bid_id.in_(bid_ids))
        .ext(distinct_on(panel_scores.c.bid_id, panel_scores.c.measure))
        .order_by(panel_scores.c.bid_id, panel_scores.c.measure, panel_scores.c.version.desc())
    )
    return list((await tx.execute(query)).mappings())


async def latest_evaluation(tx: AsyncConnection, tender_id: UUID) -> RowMapping | None:
    """The tender's latest evaluation, or None."""
    query = (
        select(evaluations)
        .where(evaluations.c.tender_id == tender_id)
        .order_by(evaluations.c.version.desc())
        .limit(1)
    )
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
