"""Which reports stood at a moment: what coverage is computed from."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Subquery, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.merges import survivors
from cdp_common.kernel.periods import Period
from reporting_api.domain.obligations import Membership, StandingReport
from reporting_api.domain.reports import STANDING_STATES
from reporting_api.storage.copies import memberships_at
from reporting_api.storage.report_tables import report_states, reports


def states_at(moment: datetime) -> Subquery:
    """The state in which each report was at a moment."""
    states = report_states.c
    return (
        select(states.report_id, states.state)
        .ext(distinct_on(states.report_id))
        .where(states.recorded_at <= moment)
        .order_by(states.report_id, states.version.desc())
        .subquery()
    )


async def standing_reports(
    tx: AsyncConnection, place_id: UUID, window: Period, moment: datetime
) -> list[StandingReport]:
    """The reports of a place that share days with the window and counted at the moment."""
    latest = states_at(moment)
    query = (
        select(
            reports.c.organisation_id,
            reports.c.period_start,
            reports.c.period_end,
            reports.c.data_status,
            reports.c.named_totals_agreed,
        )
        .join(latest, latest.c.report_id == reports.c.id)
        .where(
            reports.c.place_id == place_id,
            reports.c.period_start <= window.end,
            reports.c.period_end >= window.start,
            latest.c.state.in_(STANDING_STATES),
        )
    )
    leads_to = await survivors(tx, moment)
    return [
        StandingReport(
            leads_to.get(row.organisation_id, row.organisation_id),
            Period(row.period_start, row.period_end),
            row.data_status,
            row.named_totals_agreed,
        )
        for row in await tx.execute(query)
    ]


async def memberships_known(tx: AsyncConnection, place_id: UUID, moment: datetime) -> list[Membership]:
    """The memberships of a place as they were known at the moment."""
    leads_to = await survivors(tx, moment)
    return [
        Membership(
            leads_to.get(row["organisation_id"], row["organisation_id"]),
            row["organisation_name"],
            row["valid_from"],
            row["valid_to"],
            row["data_status"],
            row["named_totals_agreed"],
        )
        for row in await memberships_at(tx, place_id, moment)
    ]
