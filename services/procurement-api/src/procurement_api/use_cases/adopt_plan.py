"""A partner adopts a plan of own activity for its place and a period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.plans import Plan, PlanDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.plan import MemberDays, require_member, require_plan_holds
from procurement_api.storage.plans import add_plan, hold_membership, membership_end
from procurement_api.use_cases.actors import actor_row
from procurement_api.use_cases.bid_rules import profile_of
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.others import known_edition, known_place, memberships_on, require_slug
from procurement_api.use_cases.plan_answers import plan_answers, tell_plan_adopted
from procurement_api.use_cases.value_promises import PromiseTerms, value_promises


@dataclass(frozen=True)
class PreparedPlan:
    """A plan that holds by its rules, valued and not yet written."""

    row: dict[str, Any]
    lines: list[dict[str, Any]]
    membership: MemberDays
    life: ContractPeriod

    @property
    def order(self) -> str:
        """By what plans are written one after the other: the memberships that they hold."""
        return str(self.membership.membership_id)


async def adopt_plan(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    draft: PlanDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The plan, of the organisation that the caller acts for."""
    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
    prepared = await prepare_plan(toms, partners, caller, draft, now)

    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        plan = await write_plan(tx, prepared, now)
        return await keep_answer(tx, once, 201, for_reader(plan, caller.scopes), now)


async def prepare_plan(
    toms: TomsClient, partners: PartnersClient, caller: Caller, draft: PlanDraft, now: datetime
) -> PreparedPlan:
    """The plan held to its rules and valued; nothing is written."""
    life = ContractPeriod(draft.starts_on, draft.ends_on)
    require_plan_holds(draft.adopted_on, life, [profile_of(line) for line in draft.lines])
    require_slug(await known_place(partners, draft.place_id), draft.place_slug)
    organisation = await partners.get_organisation(caller.org)
    found = await memberships_on(partners, draft.place_id, caller.org, draft.starts_on)
    membership = require_member([MemberDays(each.id, each.valid_from, each.valid_to) for each in found], life)
    edition = await known_edition(toms, draft.edition_hash)
    terms = PromiseTerms(edition, draft.place_slug, life, draft.adopted_on)
    valued = await value_promises(toms, terms, draft.lines)
    row = {
        **draft.model_dump(exclude={"place_slug", "edition_hash", "lines"}),
        "id": new_id(),
        "state": "adopted",
        "organisation_id": caller.org,
        "organisation_name": organisation.legal_name,
        "membership_id": membership.membership_id,
        "withdrawn_on": None,
        "withdrawal_reason": None,
        **actor_row(caller),
        "version": 1,
        "created_at": now,
    }
    lines = [{**line, "plan_id": row["id"]} for line, _ in valued]
    return PreparedPlan(row, lines, membership, life)


async def write_plan(tx: AsyncConnection, prepared: PreparedPlan, now: datetime) -> Plan:
    """Write the plan, and tell of it; its partner may have left the place meanwhile."""
    # An end of the membership that is told from now on finds the plan, and one told before is found here.
    membership = prepared.membership
    await hold_membership(tx, membership.membership_id)
    told_end = await membership_end(tx, membership.membership_id)
    require_member([replace(membership, until=told_end or membership.until)], prepared.life)
    await add_plan(tx, prepared.row, prepared.lines)
    [plan] = plan_answers([prepared.row], prepared.lines)
    await tell_plan_adopted(tx, plan, now)
    return plan
