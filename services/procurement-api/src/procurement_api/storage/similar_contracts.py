"""What contracts of the same place promise, for comparison."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from procurement_api.storage.change_tables import agreement_line_versions
from procurement_api.storage.tables import agreement_lines, agreements

MOST_COMPARED = 1_000
"""Contracts that a measure is compared with, the latest first."""
PENCE_OF_A_MILLION = Decimal(100_000_000)


async def promised_per_million(
    tx: AsyncConnection, place_id: UUID, measures: Collection[str], besides_tender: UUID
) -> dict[tuple[str, str], list[Decimal]]:
    """Quantities for each £1m of value in the place's agreements, by measure and unit, one an agreement.

    Both are those of the agreement as it stands after its last variation. Agreements without a
    value, and what came of this tender itself, are left out.
    """
    found: dict[tuple[str, str], list[Decimal]] = {}
    varied = (
        select(agreement_line_versions.c.quantity)
        .where(agreement_line_versions.c.line_id == agreement_lines.c.line_id)
        .order_by(agreement_line_versions.c.version.desc())
        .limit(1)
        .scalar_subquery()
    )
    quantity = func.sum(func.coalesce(varied, agreement_lines.c.quantity)).label("quantity")
    for measure in measures:
        query = (
            select(agreement_lines.c.unit, agreements.c.value_pence, quantity)
            .join(agreements, agreements.c.id == agreement_lines.c.agreement_id)
            .where(
                agreements.c.place_id == place_id,
                agreements.c.value_pence > 0,
                agreements.c.tender_id.is_distinct_from(besides_tender),
                agreement_lines.c.measure == measure,
            )
            .group_by(agreements.c.id, agreements.c.value_pence, agreement_lines.c.unit)
            .order_by(agreements.c.id.desc())
            .limit(MOST_COMPARED)
        )
        for row in await tx.execute(query):
            rate = row.quantity * PENCE_OF_A_MILLION / row.value_pence
            found.setdefault((measure, row.unit), []).append(rate)
    return found
