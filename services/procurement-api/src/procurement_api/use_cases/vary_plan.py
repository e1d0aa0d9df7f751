"""A partner varies its plan: what is not due by a date falls due anew, and nothing is rewritten."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.commitments import CommitmentsVaried
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.plans import PlanVariation
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.plan import require_plan_variation_holds
from procurement_api.storage.plans import add_plan_change, lines_of_plans, plan_by_id, plan_changed_on
from procurement_api.use_cases.actors import acted_by, actor_row
from procurement_api.use_cases.bid_rules import profile_of
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.others import known_edition
from procurement_api.use_cases.plan_answers import plan_answers, standing_plan, tell_plan_varied
from procurement_api.use_cases.rights import own_plan
from procurement_api.use_cases.value_promises import PromiseTerms
from procurement_api.use_cases.value_variation import (
    LinesVaried,
    Varied,
    touched,
    value_variation,
    varied_lines,
)


async def vary_plan(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    plan_id: UUID,
    variation: PlanVariation,
    if_match: str | None,
    once: Once,
    now: datetime,
) -> Answer:
    """The plan as it is from the date on; its lines are told with what of them is left."""
    async with db.begin() as tx:
        row = own_plan(caller, await plan_by_id(tx, plan_id))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        lines = await _variable(tx, row, variation, caller, if_match)
    edition = await known_edition(toms, lines[0]["edition_hash"])
    place = await partners.get_place(row["place_id"])
    life = ContractPeriod(row["starts_on"], row["ends_on"])
    terms = PromiseTerms(edition, place.slug, life, row["adopted_on"])
    said = LinesVaried(variation.effective_on, variation.lines, variation.new_lines)
    varied = await value_variation(toms, terms, {line["line_id"]: line for line in lines}, said)

    async with db.begin() as tx:
        row = own_plan(caller, await plan_by_id(tx, plan_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        await _variable(tx, row, variation, caller, if_match)
        changed, ids = await _changed(tx, row, variation, varied, caller, now), touched(varied)
        [plan] = plan_answers([changed], await lines_of_plans(tx, [plan_id]))
        told = CommitmentsVaried(
            source_id=plan_id,
            place_id=plan.place_id,
            effective_on=variation.effective_on,
            reason=variation.reason,
            acted_by=acted_by(caller),
            ends_on=plan.ends_on,
            lines=[line for line in plan.lines if line.line_id in ids],
        )
        await tell_plan_varied(tx, plan, told, now)
        return await keep_answer(tx, once, 201, for_reader(plan, caller.scopes), now)


async def _variable(
    tx: AsyncConnection, row: RowMapping, variation: PlanVariation, caller: Caller, if_match: str | None
) -> list[dict[str, Any]]:
    """The plan's lines as they stand, if it may be varied so."""
    lines = await lines_of_plans(tx, [row["id"]])
    [current] = plan_answers([row], lines)
    require_match(if_match, for_reader(current, caller.scopes))
    require_plan_variation_holds(
        standing_plan(row, lines, await plan_changed_on(tx, row["id"])),
        variation.effective_on,
        varied_lines(variation.lines),
        [profile_of(line) for line in variation.new_lines],
    )
    return lines


async def _changed(
    tx: AsyncConnection,
    row: RowMapping,
    variation: PlanVariation,
    varied: Varied,
    caller: Caller,
    now: datetime,
) -> RowMapping:
    """The plan's row after the variation, which is written with the lines that it changes."""
    version = row["version"] + 1
    change = {
        "plan_id": row["id"],
        "version": version,
        "effective_on": variation.effective_on,
        "reason": variation.reason,
        "recorded_at": now,
        **actor_row(caller, by="changed_by"),
        "line_ids": [str(line_id) for line_id in touched(varied)],
    }
    versions = [{**each, "version": version} for each in varied.versions]
    new_lines = [{**each, "plan_id": row["id"]} for each in varied.new_lines]
    return await add_plan_change(tx, change, versions, new_lines)
