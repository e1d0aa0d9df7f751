"""The delivered lines behind a publication's cell, with the inputs with which each was valued."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.periods import Period
from reporting_api.storage.ledger_tables import ledger_entries
from reporting_api.storage.report_tables import report_lines, reports


async def delivered_lines(
    tx: AsyncConnection, place_id: UUID, period: Period, position: int, measure: str, edition_prefix: str
) -> list[RowMapping]:
    """Per source line and deliverer what stood at a position: counted quantity, social and local pence."""
    columns = ledger_entries.c
    taken_back = func.count().filter(columns.reverses.is_not(None))
    query = (
        select(
            columns.source_line_id,
            columns.deliverer_id,
            func.sum(columns.counted_quantity).label("counted_quantity"),
            func.sum(columns.social_pence).label("social_pence"),
            func.sum(columns.local_pence).label("local_pence"),
        )
        .where(
            columns.place_id == place_id,
            columns.position <= position,
            columns.figure == "delivered",
            columns.effective_on.between(period.start, period.end),
            columns.measure == measure,
            columns.edition_hash.startswith(edition_prefix, autoescape=True),
        )
        .group_by(columns.source_line_id, columns.deliverer_id)
        .having(func.count() > 2 * taken_back)
        .order_by(columns.source_line_id, columns.deliverer_id)
    )
    return list((await tx.execute(query)).mappings())


async def valuation_inputs(tx: AsyncConnection, line_ids: Collection[UUID]) -> dict[UUID, RowMapping]:
    """The stored inputs and values of report lines, with the period and place of their report."""
    query = (
        select(report_lines, reports.c.period_start, reports.c.period_end, reports.c.place_slug)
        .join(reports, reports.c.id == report_lines.c.report_id)
        .where(report_lines.c.line_id.in_(line_ids))
    )
    return {row["line_id"]: row for row in (await tx.execute(query)).mappings()}
