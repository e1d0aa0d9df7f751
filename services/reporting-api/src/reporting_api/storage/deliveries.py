"""What was validated and what fell due of commitments in a period, out of the ledger and its inbox."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.periods import Period
from reporting_api.storage.copy_tables import commitment_lines, commitments, measures

_LINES = """SELECT commitment_line_id, figure, deliverer_id, counted_quantity, social_pence, local_pence
    FROM {table}
    WHERE place_id = :place AND figure IN ('due', 'validated') AND effective_on BETWEEN :since AND :until
      AND commitment_line_id = ANY(:lines)"""

_SUMS = text(f"""
    SELECT commitment_line_id, figure, deliverer_id, sum(counted_quantity) AS counted_quantity,
        sum(social_pence)::bigint AS social_pence, sum(local_pence)::bigint AS local_pence
    FROM ({_LINES.format(table="ledger_entries")} UNION ALL {_LINES.format(table="ledger_inbox")}) AS lines
    GROUP BY commitment_line_id, figure, deliverer_id""")  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class DeliverySum:
    """One figure of one commitment in a period, of one deliverer."""

    line_id: UUID
    figure: str
    deliverer_id: UUID
    counted_quantity: Decimal
    social_pence: int
    local_pence: int


async def commitment_with_lines(
    tx: AsyncConnection, source_id: UUID
) -> tuple[RowMapping, list[RowMapping]] | None:
    """A commitment, and its lines with the framework whose licence shows their pounds; none when unknown."""
    query = select(commitments).where(commitments.c.source_id == source_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    lines = (
        select(commitment_lines, measures.c.licence_framework)
        .join(
            measures,
            (measures.c.edition_hash == commitment_lines.c.edition_hash)
            & (measures.c.code == commitment_lines.c.measure),
        )
        .where(commitment_lines.c.source_id == source_id)
    )
    return row, list((await tx.execute(lines)).mappings())


async def delivery_sums(
    tx: AsyncConnection, place_id: UUID, line_ids: Collection[UUID], period: Period
) -> list[DeliverySum]:
    """The sums of 'due' and 'validated' of these commitments that count in the period."""
    asked = {"place": place_id, "lines": list(line_ids), "since": period.start, "until": period.end}
    return [DeliverySum(*row) for row in await tx.execute(_SUMS, asked)]
