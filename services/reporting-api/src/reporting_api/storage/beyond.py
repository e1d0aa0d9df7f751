"""What was delivered against promised lines, and how much they promise, as it was known at a moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting_api.domain.beyond import DeliveredOf, DeliveredSum
from reporting_api.domain.reports import STANDING_STATES
from reporting_api.storage.copy_tables import measures
from reporting_api.storage.coverage import states_at
from reporting_api.storage.figures import Slice
from reporting_api.storage.ledger_tables import ledger_entries, ledger_inbox
from reporting_api.storage.report_tables import report_lines, reports

_SUMMED = ("counted_quantity", "social_pence", "local_pence", "fiscal_pence")


async def delivered_of(tx: AsyncConnection, lines: Slice, moment: datetime) -> list[DeliveredOf]:
    """The promised lines of a place against which something was delivered by a window's end.

    Without those of licensed measures that the reader may not see.
    """
    window = lines.window
    before, by_end = _sums("before", window.start, exclusive=True), _sums("by_end", window.end)
    latest = states_at(moment)
    query = (
        select(report_lines.c.commitment_line_id, *before, *by_end)
        .join(reports, reports.c.id == report_lines.c.report_id)
        .join(latest, latest.c.report_id == reports.c.id)
        .join(
            measures,
            (measures.c.edition_hash == report_lines.c.edition_hash)
            & (measures.c.code == report_lines.c.measure),
        )
        .where(
            reports.c.place_id == lines.place_id,
            reports.c.period_end <= window.end,
            report_lines.c.commitment_line_id.is_not(None),
            or_(report_lines.c.taken_out_at.is_(None), report_lines.c.taken_out_at > moment),
            latest.c.state.in_(STANDING_STATES),
            or_(
                measures.c.licence_framework.is_(None),
                measures.c.licence_framework.in_(sorted(lines.licences)),
            ),
        )
        .group_by(report_lines.c.commitment_line_id)
    )
    rows = list((await tx.execute(query)).mappings())
    promised = await promised_of(tx, lines.place_id, [row["commitment_line_id"] for row in rows], moment)
    return [
        DeliveredOf(
            row["commitment_line_id"],
            promised.get(row["commitment_line_id"], Decimal(0)),
            _sum_of(row, "before"),
            _sum_of(row, "by_end"),
        )
        for row in rows
    ]


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


def _sums(name: str, day: date, *, exclusive: bool = False) -> list[Any]:
    counts = reports.c.period_end < day if exclusive else reports.c.period_end <= day
    return [
        func.coalesce(func.sum(case((counts, report_lines.c[column]), else_=0)), 0).label(f"{name}_{column}")
        for column in _SUMMED
    ]


def _sum_of(row: RowMapping, name: str) -> DeliveredSum:
    quantity, social, local, fiscal = (row[f"{name}_{column}"] for column in _SUMMED)
    return DeliveredSum(Decimal(quantity), int(social), int(local), int(fiscal))
