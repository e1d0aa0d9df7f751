"""A commissioner registers a file of agreements: each by itself, or all of them or none."""

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
from cdp_common.contracts.agreement_imports import (
    AgreementImportReport,
    AgreementRowFault,
    ImportedAgreement,
)
from cdp_common.contracts.agreements import AgreementDraft
from cdp_common.contracts.base import AS_SENT
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.csv_rows import RowFault
from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.web.caller import Caller
from cdp_common.web.pointers import field_errors
from procurement_api.domain.agreement import AgreementReferenceTaken
from procurement_api.domain.agreement_file import FileAgreement, read_agreement_file
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.register_agreement import (
    PreparedAgreement,
    prepare_agreement,
    write_agreement,
)

Status = Literal[201, 409, 422, 424]


@dataclass
class _Item:
    """One agreement of the file on its way."""

    of: FileAgreement
    status: Status
    prepared: PreparedAgreement | None = None
    agreement_id: UUID | None = None
    faults: Sequence[RowFault] = ()


async def import_agreements(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    content: bytes,
    atomic: bool,
    once: Once,
    ocid_prefix: str,
    now: datetime,
) -> Answer:
    """What became of each agreement; one refused leaves the others alone, unless the import is atomic."""
    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
    items = [await _prepared(db, toms, partners, caller, of) for of in read_agreement_file(content)]

    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        await _write(tx, items, ocid_prefix, now, atomic=atomic)
        return await keep_answer(tx, once, 207, _report(items, atomic=atomic), now)


async def _prepared(
    db: Database, toms: TomsClient, partners: PartnersClient, caller: Caller, of: FileAgreement
) -> _Item:
    if of.faults:
        return _Item(of, 422, faults=of.faults)
    try:
        draft = AgreementDraft.model_validate(of.document, context=AS_SENT)
        return _Item(of, 201, await prepare_agreement(db, toms, partners, caller, draft))
    except ValidationError as refusal:
        # As the framework names them: what is wrong lies in the body.
        located = [{**error, "loc": ("body", *error["loc"])} for error in refusal.errors()]
        found = field_errors(located, of.document)
        return _Item(of, 422, faults=of.at_rows(found))
    except InvalidInput as refusal:
        errors = refusal.errors or (FieldError("", refusal.code, refusal.detail),)
        return _Item(of, 422, faults=of.at_rows(errors))


async def _write(
    tx: AsyncConnection, items: Sequence[_Item], ocid_prefix: str, now: datetime, *, atomic: bool
) -> None:
    """Write what was prepared; of an atomic import nothing once one of it is refused."""
    if not (atomic and any(item.status != 201 for item in items)):
        async with tx.begin_nested() as whole:
            for item in items:
                if item.prepared is not None:
                    await _write_one(tx, item, item.prepared, ocid_prefix, now)
            if atomic and any(item.status != 201 for item in items):
                await whole.rollback()
    if atomic and any(item.status != 201 for item in items):
        for item in items:
            if item.status == 201:
                item.status, item.agreement_id = 424, None


async def _write_one(
    tx: AsyncConnection, item: _Item, prepared: PreparedAgreement, ocid_prefix: str, now: datetime
) -> None:
    try:
        async with tx.begin_nested():
            item.agreement_id = (await write_agreement(tx, prepared, ocid_prefix, now)).id
    except AgreementReferenceTaken as refusal:
        item.status = 409
        item.faults = [RowFault(item.of.rows[0], "reference", refusal.code, refusal.detail)]


def _report(items: Sequence[_Item], *, atomic: bool) -> AgreementImportReport:
    registered = sum(item.status == 201 for item in items)
    return AgreementImportReport(
        atomic=atomic,
        registered=registered,
        refused=len(items) - registered,
        items=[
            ImportedAgreement(
                status=item.status,
                rows=item.of.rows,
                reference=item.of.reference,
                agreement_id=item.agreement_id,
                faults=[
                    AgreementRowFault(
                        row=fault.row, column=fault.column, code=fault.code, message=fault.message
                    )
                    for fault in item.faults
                ],
            )
            for item in items
        ],
    )
