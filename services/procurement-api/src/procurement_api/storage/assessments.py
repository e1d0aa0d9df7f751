"""Reading and writing assessment summaries, frozen as they were sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from procurement_api.domain.assessment import SummariesSentAlready
from procurement_api.storage.evaluation_tables import assessment_summaries, summary_sendings


async def add_sending(tx: AsyncConnection, row: dict[str, Any], summaries: list[dict[str, Any]]) -> None:
    """Write that summaries were sent, with each of them; of a lot, or the tender, once in a round."""
    sent = {"uq_summary_sendings_lot": lambda: SummariesSentAlready("What bidders were told stays.")}
    with constraint_errors(sent):
        await tx.execute(insert(summary_sendings).values(**row))
    if summaries:
        await tx.execute(insert(assessment_summaries), summaries)


async def sendings_of(tx: AsyncConnection, tender_id: UUID) -> dict[str | None, RowMapping]:
    """When the tender's summaries were sent, by lot; None stands for the whole tender."""
    query = (
        select(summary_sendings)
        .where(summary_sendings.c.tender_id == tender_id)
        .order_by(summary_sendings.c.sent_at)
    )
    return {row["lot"] or None: row for row in (await tx.execute(query)).mappings()}


async def latest_summary(tx: AsyncConnection, bid_id: UUID, lot: str | None) -> RowMapping | None:
    """The last summary that was sent for a bid, or the one of the lot; None where there is none."""
    query = (
        select(assessment_summaries.c.document)
        .join(summary_sendings, summary_sendings.c.id == assessment_summaries.c.sending_id)
        .where(assessment_summaries.c.bid_id == bid_id)
        .order_by(summary_sendings.c.sent_at.desc(), summary_sendings.c.id.desc())
        .limit(1)
    )
    if lot is not None:
        query = query.where(summary_sendings.c.lot == lot)
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row
