"""What an organisation's report template is filled with: what it owes, and what it has reported before."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.kernel.periods import Period
from reporting_api.domain.reports import STANDING_STATES
from reporting_api.storage.copy_tables import commitment_lines, commitments, measures, organisations
from reporting_api.storage.report_tables import report_lines, reports

MAX_COMMITMENTS = 2_000
MAX_MEASURES = 500

_SAME_MEASURE = and_(
    measures.c.edition_hash == commitment_lines.c.edition_hash, measures.c.code == commitment_lines.c.measure
)


async def open_commitments(
    tx: AsyncConnection, place_id: UUID, organisation_id: UUID, period: Period
) -> list[RowMapping]:
    """The lines that an organisation owes in a period, with what it has delivered of each, as they end."""
    lines, owed = commitment_lines.c, commitments.c
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
    query = (
        select(
            lines.line_id,
            lines.measure,
            lines.edition_hash,
            lines.unit,
            lines.quantity,
            lines.ends_on,
            owed.kind,
            owed.reference,
            measures.c.title,
            organisations.c.name.label("commissioner"),
            delivered.label("delivered_before"),
        )
        .join(commitments, owed.source_id == lines.source_id)
        .join(measures, _SAME_MEASURE)
        .outerjoin(organisations, organisations.c.id == owed.commissioner_id)
        .where(
            owed.place_id == place_id,
            owed.deliverer_id == organisation_id,
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
    query = (
        select(
            lines.measure,
            lines.edition_hash,
            lines.unit,
            lines.route,
            lines.industry,
            lines.commissioner_id,
            measures.c.title,
        )
        .distinct()
        .join(reports, reports.c.id == lines.report_id)
        .join(measures, and_(measures.c.edition_hash == lines.edition_hash, measures.c.code == lines.measure))
        .where(
            reports.c.place_id == place_id,
            reports.c.organisation_id == organisation_id,
            reports.c.state != "superseded",
            reports.c.period_end >= since,
            lines.commitment_line_id.is_(None),
            lines.activity_id.is_(None),
        )
        .order_by(lines.measure, lines.edition_hash, lines.route, lines.industry, lines.commissioner_id)
        .limit(MAX_MEASURES)
    )
    return list((await tx.execute(query)).mappings())
