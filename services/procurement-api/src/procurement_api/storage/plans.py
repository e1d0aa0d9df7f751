"""Reading and writing plans of own activity, their lines and variations."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, and_, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.merges import columns_resolved, record_ids
from cdp_common.db.paging import keyset
from procurement_api.domain.plan import PlanPeriodTaken, PlanReferenceTaken
from procurement_api.storage.plan_tables import (
    membership_ends,
    plan_changes,
    plan_line_versions,
    plan_lines,
    plans,
)
from procurement_api.storage.promised_lines import standing_lines

MAX_PLANS_OF_A_MEMBERSHIP = 1_000
"""Plans that one ended membership ends; they do not overlap, so that more would be more than a lifetime's."""


async def add_plan(tx: AsyncConnection, row: dict[str, Any], lines: list[dict[str, Any]]) -> None:
    """Write a plan with its lines; a used reference, or days for which there is a plan, are refused."""
    refusals = {
        "uq_plans_reference": lambda: PlanReferenceTaken("This reference is in use."),
        "ex_plans_overlap": lambda: PlanPeriodTaken("Vary the plan that there is, or withdraw it first."),
    }
    with constraint_errors(refusals):
        await tx.execute(insert(plans).values(**row))
    await _require_nothing_of_merged(tx, row)
    await tx.execute(insert(plan_lines), lines)


async def _require_nothing_of_merged(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Refuse what a plan of a record has that was merged into the partner's, and so gets no more of them."""
    columns = plans.c
    days = func.daterange(columns.starts_on, func.coalesce(columns.withdrawn_on, columns.ends_on), "[]")
    stood = or_(columns.withdrawn_on.is_(None), columns.withdrawn_on >= columns.starts_on)
    stands_then = and_(
        columns.place_id == row["place_id"],
        stood,
        days.op("&&")(func.daterange(row["starts_on"], row["ends_on"], "[]")),
    )
    others = select(columns.reference).where(
        columns.organisation_id.in_(record_ids(row["organisation_id"])), columns.id != row["id"]
    )
    if await tx.scalar(others.where(columns.reference == row["reference"]).limit(1)) is not None:
        raise PlanReferenceTaken("This reference is in use.")
    if await tx.scalar(others.where(stands_then).limit(1)) is not None:
        raise PlanPeriodTaken("Vary the plan that there is, or withdraw it first.")


async def plan_by_id(tx: AsyncConnection, plan_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The plan, or None; `lock` holds other changes of it back until commit."""
    query = _plans().where(plans.c.id == plan_id)
    if lock:
        query = query.with_for_update(of=plans)
    row: RowMapping | None = (await tx.execute(query)).mappings().one_or_none()
    return row


async def plans_by_ids(
    tx: AsyncConnection, ids: Collection[UUID], organisation_id: UUID | None
) -> list[RowMapping]:
    """The plans of the organisation among `ids`; None stands for everybody's."""
    return list((await tx.execute(_visible(organisation_id).where(plans.c.id.in_(ids)))).mappings())


async def plans_page(
    tx: AsyncConnection,
    *,
    organisation_id: UUID | None,
    of_organisation: UUID | None = None,
    place_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> list[RowMapping]:
    """Plans that the organisation sees (None: everybody's), oldest first; of another one, where asked."""
    query = _visible(organisation_id)
    if of_organisation is not None:
        query = query.where(plans.c.organisation_id.in_(record_ids(of_organisation)))
    if place_id is not None:
        query = query.where(plans.c.place_id == place_id)
    return list((await tx.execute(keyset(query, [plans.c.id], cursor, limit))).mappings())


def _visible(organisation_id: UUID | None) -> Select[Any]:
    query = _plans()
    if organisation_id is None:
        return query
    return query.where(plans.c.organisation_id.in_(record_ids(organisation_id)))


def _plans() -> Select[Any]:
    """Plans, each of the organisation to which the record leads now that adopted it."""
    return select(*columns_resolved(plans, "organisation_id"))


async def lines_of_plans(tx: AsyncConnection, ids: Collection[UUID]) -> list[dict[str, Any]]:
    """The commitment lines of the plans in their order, each as it stands after its last variation."""
    return await standing_lines(tx, plan_lines, plan_line_versions, "plan_id", ids)


async def add_plan_change(
    tx: AsyncConnection,
    change: dict[str, Any],
    versions: list[dict[str, Any]],
    new_lines: list[dict[str, Any]],
) -> RowMapping:
    """Write a variation with the lines as they stand after it, and give the plan as it is then."""
    await tx.execute(insert(plan_changes).values(**change))
    if new_lines:
        await tx.execute(insert(plan_lines), new_lines)
    if versions:
        await tx.execute(insert(plan_line_versions), versions)
    return await _changed(tx, change["plan_id"], {"version": change["version"]})


async def withdraw(tx: AsyncConnection, end: dict[str, Any]) -> RowMapping:
    """Write the end of a plan, which is one of its changes, and give the plan as it is then."""
    await tx.execute(insert(plan_changes).values(**end))
    ended = {"withdrawn_on": end["effective_on"], "withdrawal_reason": end["reason"]}
    return await _changed(tx, end["plan_id"], {**ended, "state": "withdrawn", "version": end["version"]})


async def _changed(tx: AsyncConnection, plan_id: UUID, values: dict[str, Any]) -> RowMapping:
    await tx.execute(update(plans).where(plans.c.id == plan_id).values(**values))
    changed = await plan_by_id(tx, plan_id)
    assert changed is not None
    return changed


async def plan_changed_on(tx: AsyncConnection, plan_id: UUID) -> date | None:
    """From when on the plan's last change holds; None when it was never changed."""
    query = select(func.max(plan_changes.c.effective_on)).where(plan_changes.c.plan_id == plan_id)
    found: date | None = await tx.scalar(query)
    return found


async def plan_changes_page(
    tx: AsyncConnection, plan_id: UUID, cursor: str | None, limit: int
) -> list[RowMapping]:
    """The variations of a plan and its end, oldest first."""
    query = select(plan_changes).where(plan_changes.c.plan_id == plan_id)
    return list((await tx.execute(keyset(query, [plan_changes.c.version], cursor, limit))).mappings())


# ------------------------------------------------------------------ memberships
async def hold_membership(tx: AsyncConnection, membership_id: UUID) -> None:
    """Let nobody else adopt a plan in the membership, or note its end, until commit."""
    key = func.hashtextextended(f"plans of {membership_id}", 0)
    await tx.execute(select(func.pg_advisory_xact_lock(key)))


async def keep_membership_end(tx: AsyncConnection, membership_id: UUID, ends_on: date, version: int) -> None:
    """Remember the last day of a membership; an older version of it changes nothing."""
    statement = pg_insert(membership_ends).values(
        membership_id=membership_id, ends_on=ends_on, version=version
    )
    new = {"ends_on": statement.excluded.ends_on, "version": statement.excluded.version}
    older = membership_ends.c.version < statement.excluded.version
    await tx.execute(statement.on_conflict_do_update(index_elements=["membership_id"], set_=new, where=older))


async def membership_end(tx: AsyncConnection, membership_id: UUID) -> date | None:
    """The last day of the membership, if the feed told of one."""
    query = select(membership_ends.c.ends_on).where(membership_ends.c.membership_id == membership_id)
    found: date | None = await tx.scalar(query)
    return found


async def plans_beyond(tx: AsyncConnection, membership_id: UUID, ends_on: date) -> list[RowMapping]:
    """The plans adopted in the membership that run on after a day, held until commit."""
    query = (
        _plans()
        .where(plans.c.membership_id == membership_id, plans.c.state == "adopted", plans.c.ends_on > ends_on)
        .order_by(plans.c.id)
        .limit(MAX_PLANS_OF_A_MEMBERSHIP)
        .with_for_update(of=plans)
    )
    return list((await tx.execute(query)).mappings())
