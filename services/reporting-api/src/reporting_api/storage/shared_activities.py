"""What an organisation's standing reports claim of activities that they name."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Text, and_, any_, func, literal, not_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.merges import records_of, survivors
from cdp_common.kernel.periods import Period
from reporting_api.domain.reports import STANDING_STATES, life_of
from reporting_api.domain.shared_activities import (
    Claim,
    Claims,
    Counted,
    KeptClaims,
    add_claim,
    require_shares_free,
    supported_by,
)
from reporting_api.storage.copy_tables import commitment_lines, commitments
from reporting_api.storage.report_tables import report_lines, reports

# An organisation's claims are written one report after the other, so that of two the later sees the earlier.
_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' shares ' || :organisation, 0))"
)


async def standing_claims(
    tx: AsyncConnection,
    organisation_id: UUID,
    activities: Collection[str],
    *,
    except_place_id: UUID,
    except_period: Period,
) -> KeptClaims:
    """What standing reports of the organisation, under all its records, claim of activities.

    Those of days of `except_period` in a place are left out: no other report than the one at hand, or the one
    that it corrects, can be of them.
    """
    if not activities:
        return {}
    leads_to = await survivors(tx)
    lines = report_lines.c
    is_at_hand = and_(
        reports.c.place_id == except_place_id,
        reports.c.period_start <= except_period.end,
        reports.c.period_end >= except_period.start,
    )
    of = (
        *(lines.activity, lines.measure, lines.commitment_line_id, lines.activity_id, lines.route),
        *(lines.commissioner_id, lines.target_group),
    )
    days = (
        *(reports.c.period_start, reports.c.period_end),
        *(commitment_lines.c.starts_on, commitment_lines.c.ends_on, commitments.c.ended_on),
    )
    query = (
        select(*of, *days, func.max(func.coalesce(lines.attribution_share, 1)).label("share"))
        .join(reports, reports.c.id == lines.report_id)
        .outerjoin(commitment_lines, commitment_lines.c.line_id == lines.commitment_line_id)
        .outerjoin(commitments, commitments.c.source_id == commitment_lines.c.source_id)
        .where(
            lines.activity == any_(literal(sorted(activities), ARRAY(Text))),
            reports.c.organisation_id.in_(records_of(organisation_id, leads_to)),
            reports.c.state.in_(STANDING_STATES),
            lines.taken_out_at.is_(None),
            not_(is_at_hand),
        )
        .group_by(*of, *days)
    )
    claimed: KeptClaims = {}
    for row in (await tx.execute(query)).mappings():
        counted = Counted(row["activity"], row["measure"], row["target_group"])
        commissioner_id = leads_to.get(row["commissioner_id"], row["commissioner_id"])
        supported = supported_by(row["commitment_line_id"], row["activity_id"], row["route"], commissioner_id)
        add_claim(claimed, counted, supported, Claim(row["share"], _days_of(row)))
    return claimed


def _days_of(row: RowMapping) -> frozenset[Period]:
    """The days for which a line claims its share: its report's, and the life of its commitment."""
    reported = Period(row["period_start"], row["period_end"])
    if row["starts_on"] is None:
        return frozenset({reported})
    return frozenset({reported, life_of(row["starts_on"], row["ends_on"], row["ended_on"])})


async def claim_shares(
    tx: AsyncConnection, organisation_id: UUID, place_id: UUID, period: Period, claimed: Claims
) -> None:
    """Hold back other reports of the organisation until commit, and refuse what they leave no share for."""
    if not claimed:
        return
    await tx.execute(_LOCK, {"organisation": str(organisation_id)})
    activities = {counted.activity for counted in claimed}
    standing = await standing_claims(
        tx, organisation_id, activities, except_place_id=place_id, except_period=period
    )
    require_shares_free(claimed, standing)
