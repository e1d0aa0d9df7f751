"""What an organisation's report template is filled with: what it owes, and what it has reported before.

Both are under the record to which others lead. What it owes is by the rule that reports are held against: a
commitment that was handed over is owed by each deliverer in its own days.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.merges import records_of, resolved, survivors
from cdp_common.kernel.periods import Period
from reporting_api.domain.reports import STANDING_STATES
from reporting_api.storage.commitments import novations_of, tenures_of
from reporting_api.storage.copy_tables import (
    commitment_lines,
    commitment_novations,
    commitments,
    measures,
    organisations,
)
from reporting_api.storage.report_tables import report_lines, reports

MAX_COMMITMENTS = 2_000
MAX_MEASURES = 500

_SAME_MEASURE = and_(
    measures.c.edition_hash == commitment_lines.c.edition_hash, measures.c.code == commitment_lines.c.measure
)


async def open_commitments(
    tx: AsyncConnection, place_id: UUID, organisation_id: UUID, period: Period
) -> list[RowMapping]:
    """The lines that an organisation owes in a period, with what was delivered of each, as they end."""
    leads_to = await survivors(tx)
    candidates = await _lines_ever_owed(tx, place_id, records_of(organisation_id, leads_to), period)
    novations = await novations_of(tx, {row["source_id"] for row in candidates})

    def owes(row: RowMapping) -> bool:
        tenures = tenures_of(row, novations.get(row["source_id"], []), leads_to)
        return any(one.deliverer_id == organisation_id and one.overlaps(period) for one in tenures)

    return [row for row in candidates if owes(row)]


async def _lines_ever_owed(
    tx: AsyncConnection, place_id: UUID, records: Collection[UUID], period: Period
) -> list[RowMapping]:
    """The lines open in a period that one of the records owes, or owed until a day after it began."""
    lines, owed, novated = commitment_lines.c, commitments.c, commitment_novations.c
    delivered = (
        select(func.coalesce(func.sum(report_lines.c.quantity), 0))
        .join(reports, reports.c.id == report_lines.c.report_id)
        .where(
            report_lines.c.commitment_line_id == lines.line_id,
            reports.c.state.in_(STANDING_STATES),
            reports.c.period_end < period.start,
        )
        .correlate(commitment_lines)
        .scalar_subquery()
    )
    handed_over = exists().where(
        novated.source_id == owed.source_id,
        novated.earlier_deliverer_id.in_(records),
        novated.effective_on > period.start,
    )
    query = (
        select(
            lines.line_id,
            lines.source_id,
            lines.measure,
            lines.edition_hash,
            lines.unit,
            lines.quantity,
            lines.target_group,
            lines.ends_on,
            owed.kind,
            owed.reference,
            owed.deliverer_id,
            measures.c.title,
            organisations.c.name.label("commissioner"),
            delivered.label("delivered_before"),
        )
        .join(commitments, owed.source_id == lines.source_id)
        .join(measures, _SAME_MEASURE)
        .outerjoin(organisations, organisations.c.id == resolved(owed.commissioner_id))
        .where(
            owed.place_id == place_id,
            or_(owed.deliverer_id.in_(records), handed_over),
            lines.starts_on <= period.end,
            func.coalesce(owed.ended_on, owed.ends_on) >= period.start,
        )
        .order_by(lines.ends_on, owed.reference, lines.line_id)
        .limit(MAX_COMMITMENTS)
    )
    return list((await tx.execute(query)).mappings())


async def measures_reported(
    tx: AsyncConnection, place_id: UUID, organisation_id: UUID, since: date
) -> list[RowMapping]:
    """The measures that an organisation has reported without a commitment since a day."""
    lines = report_lines.c
    records = records_of(organisation_id, await survivors(tx))
    commissioner_id = resolved(lines.commissioner_id).label("commissioner_id")
    query = (
        select(
            lines.measure,
            lines.edition_hash,
            lines.unit,
            lines.route,
            lines.industry,
            lines.target_group,
            commissioner_id,
            measures.c.title,
        )
        .distinct()
        .join(reports, reports.c.id == lines.report_id)
        .join(measures, and_(measures.c.edition_hash == lines.edition_hash, measures.c.code == lines.measure))
        .where(
            reports.c.place_id == place_id,
            reports.c.organisation_id.in_(records),
            reports.c.state != "superseded",
            reports.c.period_end >= since,
            lines.commitment_line_id.is_(None),
            lines.activity_id.is_(None),
        )
        .order_by(
            *(lines.measure, lines.edition_hash, lines.route, lines.industry, lines.target_group),
            commissioner_id,
        )
        .limit(MAX_MEASURES)
    )
    return list((await tx.execute(query)).mappings())
