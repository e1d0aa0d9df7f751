"""Agreements of the contracts that imported notices tell of, or why there is none of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.agreements import AgreementDraft
from cdp_common.contracts.ocds import NoticeAgreement, OcdsImport
from cdp_common.contracts.partners import Organisation
from cdp_common.db.database import Database
from cdp_common.kernel.errors import InvalidInput
from cdp_common.web.caller import Caller
from procurement_api.domain.agreement import AgreementReferenceTaken
from procurement_api.domain.ocds import TenderFacts
from procurement_api.domain.ocds_awards import NamedParty
from procurement_api.domain.ocds_contracts import MAX_CONTRACTS, ContractFacts
from procurement_api.storage.ocds_releases import published_ocids
from procurement_api.use_cases.others import known_edition, known_place
from procurement_api.use_cases.register_agreement import (
    PreparedAgreement,
    prepare_agreement,
    write_agreement,
)

_BUYER_DIFFERS = "buyer_differs", "The notice is of another buyer by its identifier."
_KNOWN_HERE = "published_here", "The process was published here: its agreements are known."
_TOO_MANY = "too_many_contracts", f"Agreements are made of {MAX_CONTRACTS} contracts of an import at most."
_SUPPLIER_UNKNOWN = "supplier_unknown", "No verified organisation has the supplier's identifier."


@dataclass(frozen=True)
class NoticeContract:
    """A contract of a notice on its way to an agreement."""

    ocid: str
    facts: ContractFacts
    prepared: PreparedAgreement | None = None
    agreement_id: UUID | None = None
    why_not: tuple[str, str] | None = None

    def answer(self) -> NoticeAgreement:
        """What became of it."""
        code, message = self.why_not or (None, None)
        return NoticeAgreement(
            award_id=self.facts.award_id,
            contract_id=self.facts.contract_id,
            reference=self.facts.reference,
            agreement_id=self.agreement_id,
            code=code,
            message=message,
        )


async def prepare_agreements(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    document: OcdsImport,
    notices: Sequence[TenderFacts],
) -> list[NoticeContract]:
    """Every contract of the notices, those that hold prepared; none unless the import asks for them."""
    if document.agreements is None:
        return []
    caller.requires_scope("agreements:write")
    await known_edition(toms, document.agreements.edition_hash, "/agreements/edition_hash")
    slug = (await known_place(partners, document.place_id)).slug
    buyer = await partners.get_organisation(caller.org)
    async with db.begin() as tx:
        published = await published_ocids(tx, [notice.ocid for notice in notices])
    made: list[NoticeContract] = []
    for notice in notices:
        why_not = _KNOWN_HERE if notice.ocid in published else _buyer_fault(notice.buyer, buyer)
        for facts in notice.contracts:
            of = NoticeContract(notice.ocid, facts, why_not=why_not or facts.why_not())
            if of.why_not is None and len(made) >= MAX_CONTRACTS:
                of = replace(of, why_not=_TOO_MANY)
            if of.why_not is None:
                of = await _prepared(db, toms, partners, caller, document, slug, of)
            made.append(of)
    return made


async def write_agreements(
    tx: AsyncConnection, contracts: Sequence[NoticeContract], ocid_prefix: str, now: datetime
) -> list[NoticeContract]:
    """The same, with the agreements written; one whose reference is in use leaves the others alone."""
    return [await _written(tx, each, ocid_prefix, now) for each in contracts]


def _buyer_fault(stated: NamedParty | None, buyer: Organisation) -> tuple[str, str] | None:
    """Why the notice is not the caller's: its buyer has another number in one of the caller's registers."""
    if stated is None or stated.scheme is None or stated.id is None:
        return None
    own = {each.id for each in buyer.identifiers if each.scheme == stated.scheme}
    return _BUYER_DIFFERS if own and stated.id not in own else None


async def _prepared(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    document: OcdsImport,
    slug: str,
    of: NoticeContract,
) -> NoticeContract:
    assert document.agreements is not None
    facts, supplier_id = of.facts, of.facts.supplier_id
    assert supplier_id is not None
    known = await partners.list_organisations(identifier=supplier_id.text, state="verified")
    if not known.items:
        return replace(of, why_not=_SUPPLIER_UNKNOWN)
    stated = {
        "kind": "contract",
        "reference": facts.reference,
        "title": facts.title,
        "place_id": document.place_id,
        "place_slug": slug,
        "deliverer_organisation_id": known.items[0].id,
        "signed_on": facts.signed_on,
        "starts_on": facts.starts_on,
        "ends_on": facts.ends_on,
        "value_gbp": facts.pounds.net,
        "value_gross_gbp": facts.pounds.gross,
        "edition_hash": document.agreements.edition_hash,
        "data_status": document.data_status,
    }
    try:
        draft = AgreementDraft.model_validate(stated)
        return replace(of, prepared=await prepare_agreement(db, toms, partners, caller, draft))
    except ValidationError:
        return replace(of, why_not=("agreement_invalid", "An agreement cannot say what the notice states."))
    except InvalidInput as refusal:
        first = refusal.errors[0] if refusal.errors else None
        told = (refusal.code, refusal.detail) if first is None else (first.code, first.message)
        return replace(of, why_not=told)


async def _written(
    tx: AsyncConnection, of: NoticeContract, ocid_prefix: str, now: datetime
) -> NoticeContract:
    if of.prepared is None:
        return of
    try:
        async with tx.begin_nested():
            agreement = await write_agreement(tx, of.prepared, ocid_prefix, now)
    except AgreementReferenceTaken as refusal:
        return replace(of, why_not=(refusal.code, refusal.detail))
    return replace(of, agreement_id=agreement.id)
