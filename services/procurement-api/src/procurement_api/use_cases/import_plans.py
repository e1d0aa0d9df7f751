"""A partner adopts a file of plans: each by itself, or all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.base import AS_SENT
from cdp_common.contracts.plan_imports import ImportedPlan, PlanImportReport, PlanRowFault
from cdp_common.contracts.plans import PlanDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.csv_rows import RowFault
from cdp_common.kernel.errors import CdpError, FieldError, InvalidInput
from cdp_common.web.caller import Caller
from cdp_common.web.pointers import field_errors
from procurement_api.domain.plan import NotAMember, PlanPeriodTaken, PlanReferenceTaken
from procurement_api.domain.plan_file import FilePlan, read_plan_file
from procurement_api.use_cases.adopt_plan import PreparedPlan, prepare_plan, write_plan
from procurement_api.use_cases.keep_answer import answer_before, keep_answer

Status = Literal[201, 403, 409, 422, 424]


@dataclass
class _Item:
    """One plan of the file on its way."""

    of: FilePlan
    status: Status = 201
    prepared: PreparedPlan | None = None
    plan_id: UUID | None = None
    faults: Sequence[RowFault] = ()

    def refuse(self, status: Status, column: str, refusal: CdpError) -> None:
        """Refuse it for what its rows are not at fault in by themselves."""
        self.status = status
        self.faults = [RowFault(self.of.rows[0], column, refusal.code, refusal.detail)]


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
    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
    items = [await _prepared(toms, partners, caller, of, now) for of in read_plan_file(content)]

    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        await _write(tx, items, now, atomic=atomic)
        return await keep_answer(tx, once, 207, _report(items, atomic=atomic), now)


async def _prepared(
    toms: TomsClient, partners: PartnersClient, caller: Caller, of: FilePlan, now: datetime
) -> _Item:
    item = _Item(of)
    if of.faults:
        item.status, item.faults = 422, of.faults
        return item
    try:
        draft = PlanDraft.model_validate(of.document, context=AS_SENT)
        item.prepared = await prepare_plan(toms, partners, caller, draft, now)
    except ValidationError as refusal:
        # As the framework names them: what is wrong lies in the body.
        located = [{**error, "loc": ("body", *error["loc"])} for error in refusal.errors()]
        item.status, item.faults = 422, of.at_rows(field_errors(located, of.document))
    except InvalidInput as refusal:
        errors = refusal.errors or (FieldError("", refusal.code, refusal.detail),)
        item.status, item.faults = 422, of.at_rows(errors)
    except NotAMember as refusal:
        item.refuse(403, "place_id", refusal)
    return item


async def _write(tx: AsyncConnection, items: Sequence[_Item], now: datetime, *, atomic: bool) -> None:
    """Write what was prepared; of an atomic import nothing once one of it is refused."""
    async with tx.begin_nested() as whole:
        # In one order, whatever the file's: two imports that hold the same memberships never wait crosswise.
        for item in sorted(items, key=lambda item: "" if item.prepared is None else item.prepared.order):
            if item.prepared is not None and not (atomic and any(each.status != 201 for each in items)):
                await _write_one(tx, item, item.prepared, now)
        if atomic and any(item.status != 201 for item in items):
            await whole.rollback()
            for item in items:
                if item.status == 201:
                    item.status, item.plan_id = 424, None


async def _write_one(tx: AsyncConnection, item: _Item, prepared: PreparedPlan, now: datetime) -> None:
    try:
        async with tx.begin_nested():
            item.plan_id = (await write_plan(tx, prepared, now)).id
    except PlanReferenceTaken as refusal:
        item.refuse(409, "reference", refusal)
    except PlanPeriodTaken as refusal:
        item.refuse(409, "starts_on", refusal)
    except NotAMember as refusal:
        item.refuse(403, "place_id", refusal)


def _report(items: Sequence[_Item], *, atomic: bool) -> PlanImportReport:
    adopted = sum(item.status == 201 for item in items)
    return PlanImportReport(
        atomic=atomic,
        adopted=adopted,
        refused=len(items) - adopted,
        items=[
            ImportedPlan(
                status=item.status,
                rows=item.of.rows,
                reference=item.of.reference,
                plan_id=item.plan_id,
                faults=[
                    PlanRowFault(row=fault.row, column=fault.column, code=fault.code, message=fault.message)
                    for fault in item.faults
                ],
            )
            for item in items
        ],
    )
