"""Writing and reading joint activities, and the claims by which each is counted once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from reporting_api.domain.activities import JointActivity, PartnerShare
from reporting_api.domain.reports import ActivityAlreadyReported
from reporting_api.storage.report_tables import activities, activity_claims, activity_shares


@dataclass(frozen=True, slots=True)
class ActivityRows:
    """An activity as it is stored, with its shares in the order in which they were stated."""

    activity: RowMapping
    shares: Sequence[RowMapping]

    @property
    def joint(self) -> JointActivity:
        """What reports refer to."""
        return JointActivity(
            self.activity["id"],
            self.activity["place_id"],
            tuple(PartnerShare(row["organisation_id"], row["share"]) for row in self.shares),
            all(row["confirmed_at"] is not None for row in self.shares),
            self.activity["data_status"],
        )


async def add_activity(
    tx: AsyncConnection, row: Mapping[str, Any], shares: Sequence[PartnerShare], creator: UUID, now: datetime
) -> None:
    """Write a joint activity; the creator's own share is confirmed by creating it."""
    await tx.execute(insert(activities).values(**row))
    share_rows = [
        {
            "activity_id": row["id"],
            "organisation_id": share.organisation_id,
            "ordinal": ordinal,
            "share": share.share,
            "confirmed_at": now if share.organisation_id == creator else None,
        }
        for ordinal, share in enumerate(shares)
    ]
    await tx.execute(insert(activity_shares), share_rows)


async def confirm_share(tx: AsyncConnection, activity_id: UUID, organisation_id: UUID, now: datetime) -> bool:
    """Confirm a partner's share; False when it holds none that waits for it."""
    mine = (
        update(activity_shares)
        .where(
            activity_shares.c.activity_id == activity_id,
            activity_shares.c.organisation_id == organisation_id,
            activity_shares.c.confirmed_at.is_(None),
        )
        .values(confirmed_at=now)
    )
    if (await tx.execute(mine)).rowcount == 0:
        return False
    await tx.execute(
        update(activities).where(activities.c.id == activity_id).values(version=activities.c.version + 1)
    )
    return True


async def activities_by_ids(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, ActivityRows]:
    """The activities among `ids` that exist."""
    if not ids:
        return {}
    found = (await tx.execute(select(activities).where(activities.c.id.in_(ids)))).mappings().all()
    query = (
        select(activity_shares)
        .where(activity_shares.c.activity_id.in_(ids))
        .order_by(activity_shares.c.activity_id, activity_shares.c.ordinal)
    )
    shares: dict[UUID, list[RowMapping]] = {}
    for row in (await tx.execute(query)).mappings():
        shares.setdefault(row["activity_id"], []).append(row)
    return {row["id"]: ActivityRows(row, shares.get(row["id"], [])) for row in found}


async def add_claims(tx: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Claim days of activities' measures for a report; days that another report counts are refused."""
    if not rows:
        return
    with constraint_errors({"ex_activity_claims_once": _counted_before}):
        await tx.execute(insert(activity_claims), list(rows))


async def release_claims(tx: AsyncConnection, report_id: UUID) -> None:
    """Give back the days that a report claimed, when it no longer stands."""
    await tx.execute(delete(activity_claims).where(activity_claims.c.report_id == report_id))


def _counted_before() -> ActivityAlreadyReported:
    return ActivityAlreadyReported("Another report counts this activity's measure for some of these days.")
