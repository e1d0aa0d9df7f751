"""What contracts are worth, in versions, and what those in force commit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.contract_ratios import ContractPart
from reporting_api.storage.copy_tables import commitment_values
from reporting_api.storage.figures import COMMISSIONER, DELIVERER, LICENSED, LINES, MEASURE, MERGES, Slice

_WORTH = """(SELECT v.{column} FROM commitment_values v
            WHERE v.source_id = c.source_id AND v.effective_on <= :until AND v.recorded_at <= :moment
            ORDER BY v.effective_on DESC, v.version DESC LIMIT 1)"""
_PARTS = text(f"""
    WITH {LINES}
    SELECT c.source_id, {DELIVERER} AS deliverer_id, {COMMISSIONER} AS commissioner_id,
        coalesce(sum(l.social_pence + l.local_pence) FILTER (WHERE NOT ({LICENSED})), 0)::bigint AS committed,
        {_WORTH.format(column="pence")} AS pence, {_WORTH.format(column="version")} AS value_version,
        coalesce(sum(CASE WHEN l.reverses IS NULL THEN 1 ELSE -1 END) FILTER (WHERE {LICENSED}), 0) <> 0
            AS is_licensed,
        bool_or(l.data_status = 'synthetic_sample') AS is_sample
    FROM lines l
    JOIN commitment_lines c ON c.line_id = l.commitment_line_id {MEASURE} {MERGES}
    WHERE l.figure = 'committed' AND l.route = 'procurement'
        AND l.effective_on <= :until AND l.period_end >= :until
    GROUP BY 1, 2, 3""")  # noqa: S608 - made of constants


async def keep_commitment_value(
    tx: AsyncConnection, source_id: UUID, version: int, effective_on: date, pence: int | None, now: datetime
) -> None:
    """Remember what a contract is worth from a day on; none where nobody has stated it."""
    row = {
        "source_id": source_id,
        "version": version,
        "effective_on": effective_on,
        "pence": pence,
        "recorded_at": now,
    }
    await tx.execute(insert(commitment_values).values(**row).on_conflict_do_nothing())


async def contract_parts(tx: AsyncConnection, lines: Slice, moment: datetime) -> list[ContractPart]:
    """What the contracts of a slice commit that are in force on the window's last day, by who owes it."""
    rows = await tx.execute(_PARTS, {**lines.parameters, "moment": moment})
    return [
        ContractPart(
            row.source_id,
            row.deliverer_id,
            row.commissioner_id,
            row.committed,
            row.pence,
            row.is_licensed,
            row.is_sample,
            row.value_version,
        )
        for row in rows
    ]


async def worths_stated(
    tx: AsyncConnection, versions: Collection[tuple[UUID, int]]
) -> dict[UUID, int | None]:
    """What contracts are worth by these versions of what was stated of them."""
    if not versions:
        return {}
    columns = commitment_values.c
    query = select(columns.source_id, columns.pence).where(
        tuple_(columns.source_id, columns.version).in_(list(versions))
    )
    return {row.source_id: row.pence for row in await tx.execute(query)}
