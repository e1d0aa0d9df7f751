"""A partner adopts a file of plans: each by itself, or all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.plan_imports import ImportedPlan, PlanImportReport, PlanRowFault
from cdp_common.contracts.plans import PlanDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from procurement_api.domain.plan import NotAMember, PlanPeriodTaken, PlanReferenceTaken
from procurement_api.domain.plan_file import read_plan_file
from procurement_api.use_cases.adopt_plan import PreparedPlan, prepare_plan, write_plan
from procurement_api.use_cases.import_file import Item, Refusals, made, prepared_item, write_items
from procurement_api.use_cases.keep_answer import answer_before, keep_answer

_REFUSALS: Refusals = {
    NotAMember: (403, "place_id"),
    PlanReferenceTaken: (409, "reference"),
    PlanPeriodTaken: (409, "starts_on"),
}


async def import_plans(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    content: bytes,
    atomic: bool,
    once: Once,
    now: datetime,
) -> Answer:
    """What became of each plan; one refused leaves the others alone, unless the import is atomic."""

    async def prepare(draft: PlanDraft) -> PreparedPlan:
        return await prepare_plan(toms, partners, caller, draft, now)

    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
    items = [await prepared_item(of, PlanDraft, prepare, _REFUSALS) for of in read_plan_file(content)]

    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier

        async def write(prepared: PreparedPlan) -> UUID:
            return (await write_plan(tx, prepared, now)).id

        # In one order, whatever the file's: two imports that hold the same memberships never wait crosswise.
        in_order = sorted(items, key=lambda item: "" if item.prepared is None else item.prepared.order)
        await write_items(tx, in_order, write, _REFUSALS, atomic=atomic)
        return await keep_answer(tx, once, 207, _report(items, atomic=atomic), now)


def _report(items: Sequence[Item[PreparedPlan]], *, atomic: bool) -> PlanImportReport:
    return PlanImportReport(
        atomic=atomic,
        adopted=made(items),
        refused=len(items) - made(items),
        items=[
            ImportedPlan(
                status=item.status,
                rows=item.of.rows,
                reference=item.of.reference,
                plan_id=item.made_id,
                faults=[PlanRowFault(**vars(fault)) for fault in item.faults],
            )
            for item in items
        ],
    )
