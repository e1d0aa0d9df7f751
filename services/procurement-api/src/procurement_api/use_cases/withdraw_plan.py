"""A plan ends before its time: its partner withdraws it, or leaves the collective."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.partners import MembershipChanged
from cdp_common.contracts.plans import Plan, PlanWithdrawal
from cdp_common.db.database import Database
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from procurement_api.domain.plan import require_withdrawal_holds
from procurement_api.storage.plans import (
    hold_membership,
    keep_membership_end,
    lines_of_plans,
    plan_by_id,
    plan_changed_on,
    plans_beyond,
    withdraw,
)
from procurement_api.use_cases.actors import acted_by, actor_row
from procurement_api.use_cases.plan_answers import plan_answers, standing_plan, tell_plan_withdrawn
from procurement_api.use_cases.rights import own_plan

LEFT = "The partner's membership ended."


async def withdraw_plan(
    db: Database,
    caller: Caller,
    plan_id: UUID,
    withdrawal: PlanWithdrawal,
    if_match: str | None,
    now: datetime,
) -> Plan:
    """The plan after its end: what was not yet due is no longer owed."""
    async with db.begin() as tx:
        row = own_plan(caller, await plan_by_id(tx, plan_id, lock=True))
        lines = await lines_of_plans(tx, [plan_id])
        [current] = plan_answers([row], lines)
        require_match(if_match, for_reader(current, caller.scopes))
        standing = standing_plan(row, lines, await plan_changed_on(tx, plan_id))
        require_withdrawal_holds(standing, withdrawal.effective_on)
        ended = await withdraw(tx, _end(row, withdrawal.effective_on, withdrawal.reason, caller, now))
        [plan] = plan_answers([ended], lines)
        await tell_plan_withdrawn(tx, plan, acted_by(caller), now)
        return for_reader(plan, caller.scopes)


async def withdraw_plans_of_leaver(
    tx: AsyncConnection, ended: MembershipChanged, version: int, now: datetime
) -> None:
    """End the plans that were adopted in a membership and run on after its last day; a replay ends nothing.

    A leaver's later dues end unless an agreement goes on (domain facts, section 2).
    """
    if ended.valid_to is None:
        return
    await hold_membership(tx, ended.membership_id)
    await keep_membership_end(tx, ended.membership_id, ended.valid_to, version)
    for row in await plans_beyond(tx, ended.membership_id, ended.valid_to):
        left = await withdraw(tx, _end(row, ended.valid_to, LEFT, None, now))
        [plan] = plan_answers([left], await lines_of_plans(tx, [row["id"]]))
        await tell_plan_withdrawn(tx, plan, None, now)


def _end(
    row: RowMapping, effective_on: date, reason: str, caller: Caller | None, now: datetime
) -> dict[str, Any]:
    """The plan's end as one of its changes; nobody acts where its partner left the collective."""
    nobody = {"changed_by": None, "client_id": None, "person_id": None}
    return {
        "plan_id": row["id"],
        "version": row["version"] + 1,
        "kind": "withdrawal",
        "effective_on": effective_on,
        "reason": reason,
        "recorded_at": now,
        **(nobody if caller is None else actor_row(caller, by="changed_by")),
        "line_ids": [],
    }
