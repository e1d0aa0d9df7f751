"""A buyer, or a portal for it, imports tenders from an OCDS package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.ocds import (
    ImportedNotice,
    ImportFault,
    NoticeAward,
    NoticeParty,
    NoticeRemark,
    NoticeValue,
    OcdsImport,
    OcdsImportReport,
)
from cdp_common.contracts.tenders import Lot
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.db.merges import current_record
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from procurement_api.domain.ocds import Fault, TenderFacts, read_package
from procurement_api.domain.ocds_awards import AwardFacts, NamedParty
from procurement_api.domain.ocds_parts import LotFacts, StatedValue
from procurement_api.storage.tenders import add_tenders_once, tenders_by_ocids
from procurement_api.use_cases.answers import tender_answer
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.notice_agreements import (
    NoticeContract,
    prepare_agreements,
    write_agreements,
)
from procurement_api.use_cases.others import known_place
from procurement_api.use_cases.rights import NotTheBuyer
from procurement_api.use_cases.tender_values import foreign_value, lot_rows, of_notice, value_columns


async def import_ocds(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    document: OcdsImport,
    once: Once,
    ocid_prefix: str,
    now: datetime,
) -> Answer:
    """Draft tenders for what the package holds; a tender imported before is given again, unchanged.

    Where the import asks for it, the contracts of awards become agreements, each by itself.
    """
    async with db.begin() as tx:
        if caller.org != await current_record(tx, document.buyer_organisation_id):
            raise NotTheBuyer("Tenders are imported for the organisation that the caller acts for.")
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
    tenders, faults = read_package(document.package, document.ocid)
    await known_place(partners, document.place_id)
    contracts = await prepare_agreements(db, toms, partners, caller, document, tenders)

    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        ocids = [facts.ocid for facts in tenders]
        known = await tenders_by_ocids(tx, caller.org, ocids)
        new = [_tender_row(caller.org, document, facts, now) for facts in tenders if facts.ocid not in known]
        await add_tenders_once(tx, new)
        rows = await tenders_by_ocids(tx, caller.org, ocids)
        made = await write_agreements(tx, contracts, ocid_prefix, now)
        return await keep_answer(tx, once, 201, _report(tenders, rows, faults, made), now)


def _report(
    tenders: list[TenderFacts],
    rows: Mapping[str, RowMapping],
    faults: list[Fault],
    contracts: Sequence[NoticeContract],
) -> OcdsImportReport:
    return OcdsImportReport(
        tenders=[tender_answer(rows[facts.ocid]) for facts in tenders],
        notices=[_notice(facts, rows[facts.ocid]["id"], contracts) for facts in tenders],
        faults=[
            ImportFault(release_id=fault.release_id, code=fault.code, message=fault.message)
            for fault in faults
        ],
    )


def _notice(facts: TenderFacts, tender_id: UUID, contracts: Sequence[NoticeContract]) -> ImportedNotice:
    return ImportedNotice(
        tender_id=tender_id,
        ocid=facts.ocid,
        release_ids=list(facts.release_ids),
        buyer=None if facts.buyer is None else _party(facts.buyer),
        value=_value(facts.value),
        awards=[_award(award) for award in facts.awards],
        remarks=[
            NoticeRemark(pointer=remark.pointer, code=remark.code, message=remark.message)
            for remark in facts.remarks
        ],
        agreements=[each.answer() for each in contracts if each.ocid == facts.ocid],
    )


def _award(award: AwardFacts) -> NoticeAward:
    return NoticeAward(
        id=award.id,
        title=award.title,
        date=award.date,
        value=_value(award.value),
        suppliers=[_party(supplier) for supplier in award.suppliers],
    )


def _party(party: NamedParty) -> NoticeParty:
    return NoticeParty(name=party.name, scheme=party.scheme, id=party.id)


def _value(value: StatedValue | None) -> NoticeValue | None:
    if value is None:
        return None
    return NoticeValue(currency=value.currency, amount=value.amount, amount_gross=value.amount_gross)


def _tender_row(buyer_id: UUID, document: OcdsImport, facts: TenderFacts, now: datetime) -> dict[str, Any]:
    foreign = foreign_value(facts.value)
    return {
        "id": new_id(),
        "ocid": facts.ocid,
        "reference": facts.reference,
        "title": facts.title,
        "description": facts.description,
        "buyer_organisation_id": buyer_id,
        "place_id": document.place_id,
        "delivery_areas": [],
        **value_columns(of_notice(facts.pounds)),
        "foreign_value": None if foreign is None else foreign.model_dump(mode="json"),
        "lots": lot_rows([_lot(lot) for lot in facts.lots]),
        "state": "draft",
        "measures": [],
        "terms_version": 0,
        "bids_since_terms_version": 0,
        "version": 1,
        "data_status": document.data_status,
        "imported_release": dict(facts.release),
        "created_at": now,
    }


def _lot(lot: LotFacts) -> Lot:
    return Lot(id=lot.id, title=lot.title, value=of_notice(lot.value))
