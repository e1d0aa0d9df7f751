"""What was delivered against promised lines, and how much they promise, as it was known at a moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.beyond import DeliveredOf, DeliveredSum
from reporting_api.domain.reports import STANDING_STATES
from reporting_api.storage.figures import Slice
from reporting_api.storage.ledger_tables import ledger_entries, ledger_inbox
from reporting_api.storage.report_tables import report_lines, reports

_SUMMED = ("counted_quantity", "social_pence", "local_pence", "fiscal_pence")
_BEFORE = ", ".join(
    f"coalesce(sum(l.{column}) FILTER (WHERE r.period_end < :since), 0) AS before_{column}"
    for column in _SUMMED
)
_BY_END = ", ".join(f"coalesce(sum(l.{column}), 0) AS end_{column}" for column in _SUMMED)
_STANDING = ", ".join(f"'{state}'" for state in sorted(STANDING_STATES))
_PROMISED = """SELECT commitment_line_id, counted_quantity FROM {table}
        WHERE place_id = :place AND figure = 'committed' AND source_kind <> 'termination'
          AND recorded_at <= :moment AND commitment_line_id IN (SELECT line_id FROM delivered)"""

# Lines that keep within their promise are left where they are: there is one for each promise.
_BEYOND = text(f"""
    WITH delivered AS (
        SELECT l.commitment_line_id AS line_id, {_BEFORE}, {_BY_END}
        FROM reports r
        CROSS JOIN LATERAL (SELECT s.state FROM report_states s
            WHERE s.report_id = r.id AND s.recorded_at <= :moment ORDER BY s.version DESC LIMIT 1) latest
        JOIN report_lines l ON l.report_id = r.id
        JOIN measures m ON m.edition_hash = l.edition_hash AND m.code = l.measure
        WHERE r.place_id = :place AND r.period_end <= :until AND latest.state IN ({_STANDING})
          AND l.commitment_line_id IS NOT NULL AND (l.taken_out_at IS NULL OR l.taken_out_at > :moment)
          AND (m.licence_framework IS NULL OR m.licence_framework = ANY(CAST(:licences AS text[])))
        GROUP BY l.commitment_line_id
    ), promised AS (
        SELECT commitment_line_id AS line_id, sum(counted_quantity) AS quantity FROM (
            {_PROMISED.format(table="ledger_entries")} UNION ALL {_PROMISED.format(table="ledger_inbox")}
        ) made GROUP BY commitment_line_id
    )
    SELECT d.*, coalesce(p.quantity, 0) AS promised FROM delivered d LEFT JOIN promised p USING (line_id)
    WHERE greatest(d.before_counted_quantity, d.end_counted_quantity) > greatest(p.quantity, 0)""")  # noqa: S608 - made of constants


async def delivered_beyond(tx: AsyncConnection, lines: Slice, moment: datetime) -> list[DeliveredOf]:
    """The promised lines of a place of which more was delivered than promised, before a window or by its end.

    Without those of licensed measures that the reader may not see.
    """
    values = {"place": lines.place_id, "since": lines.window.start, "until": lines.window.end}
    stated = {**values, "moment": moment, "licences": sorted(lines.licences)}
    rows = (await tx.execute(_BEYOND, stated)).mappings()
    return [
        DeliveredOf(row["line_id"], Decimal(row["promised"]), _sum(row, "before"), _sum(row, "end"))
        for row in rows
    ]


def _sum(row: RowMapping, until: str) -> DeliveredSum:
    quantity, *pence = (row[f"{until}_{column}"] for column in _SUMMED)
    return DeliveredSum(Decimal(quantity), *map(int, pence))


async def promised_of(
    tx: AsyncConnection, place_id: UUID, line_ids: Collection[UUID], moment: datetime
) -> dict[UUID, Decimal]:
    """How much lines promise over their whole life, as known at a moment; their ending takes none away."""
    if not line_ids:
        return {}
    parts = [
        select(table.c.commitment_line_id, table.c.counted_quantity).where(
            table.c.place_id == place_id,
            table.c.figure == "committed",
            table.c.commitment_line_id.in_(line_ids),
            table.c.source_kind != "termination",
            table.c.recorded_at <= moment,
        )
        for table in (ledger_entries, ledger_inbox)
    ]
    entries = parts[0].union_all(parts[1]).subquery()
    query = select(entries.c.commitment_line_id, func.sum(entries.c.counted_quantity)).group_by(
        entries.c.commitment_line_id
    )
    return {row[0]: row[1] for row in await tx.execute(query)}


async def delivered_by(tx: AsyncConnection, line_ids: Collection[UUID], until: date) -> dict[UUID, Decimal]:
    """How much of promised lines standing reports of periods up to a day have delivered."""
    if not line_ids:
        return {}
    columns = report_lines.c
    query = (
        select(columns.commitment_line_id, func.sum(columns.counted_quantity))
        .join(reports, reports.c.id == columns.report_id)
        .where(
            columns.commitment_line_id.in_(line_ids),
            columns.taken_out_at.is_(None),
            reports.c.state.in_(STANDING_STATES),
            reports.c.period_end <= until,
        )
        .group_by(columns.commitment_line_id)
    )
    return {row[0]: row[1] for row in await tx.execute(query)}
