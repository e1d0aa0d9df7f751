"""A commissioner registers an agreement that came about without a tender here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.agreements import Agreement, AgreementDraft, AgreementKind
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.partners import Organisation
from cdp_common.contracts.toms import Edition
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.money import pence_from_gbp
from cdp_common.web.caller import Caller
from procurement_api.domain.agreement import AgreementInvalid, Draft, require_agreement_holds
from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.release_facts import ContractSigned
from procurement_api.storage.agreements import agreement_by_id
from procurement_api.use_cases.actors import actor_row
from procurement_api.use_cases.agreement_kpis import kpi_columns, require_kpis
from procurement_api.use_cases.bid_rules import profile_of
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.others import known_edition, known_organisation, known_place, require_slug
from procurement_api.use_cases.publish_contracts import (
    Described,
    contract_facts,
    described,
    publish_direct_contract,
)
from procurement_api.use_cases.sign_agreement import sign_agreement
from procurement_api.use_cases.value_promises import PromiseTerms, value_promises


@dataclass(frozen=True)
class PreparedAgreement:
    """An agreement that holds, valued and ready to be written."""

    kind: AgreementKind
    row: dict[str, Any]
    lines: list[dict[str, Any]]
    commissioner: Organisation
    contract: ContractSigned


async def register_agreement(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    draft: AgreementDraft,
    once: Once,
    ocid_prefix: str,
    now: datetime,
) -> Answer:
    """The agreement, with the organisation that the caller acts for as its commissioner."""
    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
    prepared = await prepare_agreement(db, toms, partners, caller, draft)

    async with db.begin() as tx:
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        agreement = await write_agreement(tx, prepared, ocid_prefix, now)
        return await keep_answer(tx, once, 201, for_reader(agreement, caller.scopes), now)


async def prepare_agreement(
    db: Database, toms: TomsClient, partners: PartnersClient, caller: Caller, draft: AgreementDraft
) -> PreparedAgreement:
    """The agreement held to its rules and valued; nothing is written."""
    require_agreement_holds(_rules_of(draft, caller.org))
    require_kpis(draft, draft.kind, [line.measure for line in draft.lines])
    require_slug(await known_place(partners, draft.place_id), draft.place_slug)
    commissioner = await partners.get_organisation(caller.org)
    deliverer = await known_organisation(
        partners, draft.deliverer_organisation_id, "/deliverer_organisation_id"
    )
    draft = draft.model_copy(update={"deliverer_organisation_id": deliverer.id})
    require_agreement_holds(_rules_of(draft, caller.org))
    await _require_framework(db, draft)
    edition = await known_edition(toms, draft.edition_hash)
    lines, about = await _value(toms, draft, edition)
    row = {
        **_agreement_row(draft, caller, commissioner.legal_name, deliverer.legal_name),
        **actor_row(caller),
        **kpi_columns(draft, lines),
    }
    contract = contract_facts(row, lines, about, commissioner, deliverer, edition)
    return PreparedAgreement(draft.kind, row, lines, commissioner, contract)


async def write_agreement(
    tx: AsyncConnection, prepared: PreparedAgreement, ocid_prefix: str, now: datetime
) -> Agreement:
    """The agreement as written, told and published."""
    agreement = await sign_agreement(tx, prepared.row, prepared.lines, now)
    await publish_direct_contract(
        tx, ocid_prefix, prepared.kind, prepared.commissioner, prepared.contract, now
    )
    return agreement


async def _require_framework(db: Database, draft: AgreementDraft) -> None:
    """Refuse a call-off from what is no framework agreement with its deliverer in force in its place."""
    if draft.framework_agreement_id is None:
        return
    at = "/framework_agreement_id"
    if draft.kind != "call_off":
        words = "A call-off alone comes from a framework agreement."
        raise AgreementInvalid(words, errors=[FieldError(at, "framework_agreement_not_expected", words)])
    async with db.begin() as tx:
        parent = await agreement_by_id(tx, draft.framework_agreement_id)
    # One answer for all: who is no party to it is not told that it exists.
    if (
        parent is None
        or parent["kind"] != "framework_agreement"
        or parent["deliverer_organisation_id"] != draft.deliverer_organisation_id
        or parent["place_id"] != draft.place_id
        or not parent["signed_on"] <= draft.signed_on <= (parent["terminated_on"] or parent["ends_on"])
    ):
        words = "No framework agreement with this deliverer was in force here on the day of signing."
        raise AgreementInvalid(words, errors=[FieldError(at, "framework_agreement_unknown", words)])


def _rules_of(draft: AgreementDraft, commissioner_id: UUID) -> Draft:
    return Draft(
        kind=draft.kind,
        life=ContractPeriod(draft.starts_on, draft.ends_on),
        commissioner=commissioner_id,
        deliverer=draft.deliverer_organisation_id,
        value_gbp=draft.value_gbp,
        profiles=[profile_of(line) for line in draft.lines],
    )


async def _value(
    toms: TomsClient, draft: AgreementDraft, edition: Edition
) -> tuple[list[dict[str, Any]], dict[UUID, Described]]:
    """The commitment lines, and what releases say beside them."""
    life = ContractPeriod(draft.starts_on, draft.ends_on)
    valued = await value_promises(
        toms, PromiseTerms(edition, draft.place_slug, life, draft.signed_on), draft.lines
    )
    rows = [row for row, _ in valued]
    return rows, {row["line_id"]: described(line.explanation, line.measure) for row, line in valued}


def _agreement_row(
    draft: AgreementDraft, caller: Caller, commissioner_name: str, deliverer_name: str
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": draft.kind,
        "reference": draft.reference,
        "title": draft.title,
        "place_id": draft.place_id,
        "framework_agreement_id": draft.framework_agreement_id,
        "tender_id": None,
        "lot": None,
        "bid_id": None,
        "commissioner_organisation_id": caller.org,
        "commissioner_name": commissioner_name,
        "deliverer_organisation_id": draft.deliverer_organisation_id,
        "deliverer_name": deliverer_name,
        "signed_on": draft.signed_on,
        "starts_on": draft.starts_on,
        "ends_on": draft.ends_on,
        "value_pence": None if draft.value_gbp is None else pence_from_gbp(draft.value_gbp),
        "data_status": draft.data_status,
    }
