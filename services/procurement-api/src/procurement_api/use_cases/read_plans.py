"""Reading plans of own activity: their partner sees them, and the platform's services."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.base import Batch
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.plans import Plan, PlanChange
from cdp_common.db.database import Database
from cdp_common.db.merges import current_record
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from procurement_api.storage.plans import (
    lines_of_plans,
    plan_by_id,
    plan_changes_page,
    plans_by_ids,
    plans_page,
)
from procurement_api.use_cases.actors import actor_answer
from procurement_api.use_cases.plan_answers import plan_answers
from procurement_api.use_cases.rights import require_reads_agreements, visible_plan


async def get_plan(db: Database, caller: Caller, plan_id: UUID) -> Plan:
    """A plan."""
    require_reads_agreements(caller)
    async with db.begin() as tx:
        row = visible_plan(caller, await plan_by_id(tx, plan_id))
        [plan] = plan_answers([row], await lines_of_plans(tx, [plan_id]))
    return for_reader(plan, caller.scopes)


async def list_plans(
    db: Database,
    caller: Caller,
    *,
    place_id: UUID | None,
    organisation_id: UUID | None = None,
    cursor: str | None,
    limit: int,
) -> tuple[list[Plan], str | None]:
    """Plans of the caller's organisation, oldest first, and the cursor of the next page."""
    require_reads_agreements(caller)
    async with db.begin() as tx:
        asked = None if organisation_id is None else await current_record(tx, organisation_id)
        rows = await plans_page(
            tx,
            organisation_id=_whose(caller),
            of_organisation=asked,
            place_id=place_id,
            cursor=cursor,
            limit=limit,
        )
        kept, next_cursor = cut_page(rows, limit, lambda row: [row["id"]])
        lines = await lines_of_plans(tx, [row["id"] for row in kept])
    return [for_reader(plan, caller.scopes) for plan in plan_answers(kept, lines)], next_cursor


async def batch_plans(db: Database, caller: Caller, ids: Sequence[UUID]) -> Batch[Plan]:
    """The plans among `ids` that the caller may see."""
    require_reads_agreements(caller)
    async with db.begin() as tx:
        rows = await plans_by_ids(tx, ids, _whose(caller))
        lines = await lines_of_plans(tx, [row["id"] for row in rows])
    found = [for_reader(plan, caller.scopes) for plan in plan_answers(rows, lines)]
    known = {plan.id for plan in found}
    return Batch(items=found, missing=[wanted for wanted in ids if wanted not in known])


async def list_plan_changes(
    db: Database, caller: Caller, plan_id: UUID, cursor: str | None, limit: int
) -> tuple[list[PlanChange], str | None]:
    """The variations of a plan, oldest first, and the cursor of the next page."""
    require_reads_agreements(caller)
    async with db.begin() as tx:
        visible_plan(caller, await plan_by_id(tx, plan_id))
        rows = await plan_changes_page(tx, plan_id, cursor, limit)
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["version"]])
    return [_change(row) for row in kept], next_cursor


def _change(row: RowMapping) -> PlanChange:
    said = {name: row[name] for name in PlanChange.model_fields if name != "acted_by"}
    return PlanChange(**said, acted_by=actor_answer(row, by="changed_by"))


def _whose(caller: Caller) -> UUID | None:
    """Whose plans the caller sees; None stands for everybody's."""
    return None if caller.is_internal else caller.org
