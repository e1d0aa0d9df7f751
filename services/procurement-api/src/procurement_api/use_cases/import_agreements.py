"""A commissioner registers a file of agreements: each by itself, or all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.agreement_imports import (
    AgreementImportReport,
    AgreementRowFault,
    ImportedAgreement,
)
from cdp_common.contracts.agreements import AgreementDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from procurement_api.domain.agreement import AgreementReferenceTaken
from procurement_api.domain.agreement_file import read_agreement_file
from procurement_api.use_cases.import_file import Item, Refusals, made, prepared_item, write_items
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.register_agreement import (
    PreparedAgreement,
    prepare_agreement,
    write_agreement,
)

_REFUSALS: Refusals = {AgreementReferenceTaken: (409, "reference")}


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

    async def prepare(draft: AgreementDraft) -> PreparedAgreement:
        return await prepare_agreement(db, toms, partners, caller, draft)

    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
    items = [
        await prepared_item(of, AgreementDraft, prepare, _REFUSALS) for of in read_agreement_file(content)
    ]

    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier

        async def write(prepared: PreparedAgreement) -> UUID:
            return (await write_agreement(tx, prepared, ocid_prefix, now)).id

        await write_items(tx, items, write, _REFUSALS, atomic=atomic)
        return await keep_answer(tx, once, 207, _report(items, atomic=atomic), now)


def _report(items: Sequence[Item[PreparedAgreement]], *, atomic: bool) -> AgreementImportReport:
    return AgreementImportReport(
        atomic=atomic,
        registered=made(items),
        refused=len(items) - made(items),
        items=[
            ImportedAgreement(
                status=item.status,
                rows=item.of.rows,
                reference=item.of.reference,
                agreement_id=item.made_id,
                faults=[AgreementRowFault(**vars(fault)) for fault in item.faults],
            )
            for item in items
        ],
    )
