"""A buyer awards its tender: the winning bid's commitments become obligations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.agreements import AwardDraft
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.money import pence_from_gbp
from cdp_common.web.caller import Caller
from procurement_api.domain.after_opening import BidRemoved
from procurement_api.domain.agreement import AwardInvalid, require_value_holds
from procurement_api.domain.lot_progress import require_lot, require_winner
from procurement_api.domain.standstill import require_standstill_over
from procurement_api.domain.tender import TenderStateWrong, require_state
from procurement_api.storage.after_opening import standing_lines
from procurement_api.storage.bids import bid_by_id
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.actors import actor_row
from procurement_api.use_cases.agreement_kpis import kpi_columns, require_kpis
from procurement_api.use_cases.answers import LONDON, opened_line_answer
from procurement_api.use_cases.current_evaluation import current_evaluation
from procurement_api.use_cases.decide_lot import settle
from procurement_api.use_cases.entries_of import entries_of
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.lot_progress import Progress, progress_of
from procurement_api.use_cases.others import known_edition
from procurement_api.use_cases.publish_contracts import (
    Described,
    contract_facts,
    described,
    ocid_of_tender,
    publish_award,
)
from procurement_api.use_cases.rights import BidNotFound, own_tender
from procurement_api.use_cases.sign_agreement import sign_agreement


async def award_tender(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    tender_id: UUID,
    award: AwardDraft,
    once: Once,
    ocid_prefix: str,
    now: datetime,
) -> Answer:
    """The contract; what was disregarded in the bid is no part of it."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        require_state(tender["state"], "evaluated")
        _require_signable(await progress_of(tx, tender), award, now)
        winner = (await _winning_bid(tx, tender, award))["tenderer_organisation_id"]
    require_value_holds(award.value_gbp)
    edition = await known_edition(toms, tender["terms"]["edition_hash"])
    buyer, supplier = await partners.get_organisation(caller.org), await partners.get_organisation(winner)

    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        require_state(tender["state"], "evaluated")
        terms = TenderTerms.model_validate(tender["terms"])
        progress = await progress_of(tx, tender)
        _require_signable(progress, award, now)
        await current_evaluation(tx, tender, terms, award.lot)
        bid = await _winning_bid(tx, tender, award)
        row: dict[str, Any] = {
            **_contract_row(tender, terms, bid, award, buyer.legal_name),
            "framework_agreement_id": None,
            **actor_row(caller),
        }
        # What was disregarded is no commitment: the buyer could not rely on it.
        standing = [line for line in await standing_lines(tx, [bid["id"]]) if line["disregarded"] is None]
        counted = _owed(standing, progress, bid["id"], award.lot)
        require_kpis(award, "contract", [line["measure"] for line in counted])
        lines = _contract_lines(row, terms, counted)
        row |= kpi_columns(award, lines)
        agreement = await sign_agreement(tx, row, lines, now)
        about = {line["line_id"]: told for line, told in zip(lines, _described(tender, counted), strict=True)}
        contract = contract_facts(row, lines, about, buyer, supplier, edition)
        ocid = await ocid_of_tender(tx, ocid_prefix, tender)
        settled = await settle(tx, tender, now)
        await publish_award(tx, tender, contract, ocid, now, is_complete=settled.is_settled, lot=award.lot)
        return await keep_answer(tx, once, 201, for_reader(agreement, caller.scopes), now)


def _require_signable(progress: Progress, award: AwardDraft, now: datetime) -> None:
    """Refuse a lot that the tender does not have, another winner than decided, and to sign too soon."""
    lots = [lot["id"] for lot in progress.tender["lots"]]
    require_lot(award.lot, lots, progress.terms.award_by)
    facts = progress.facts(award.lot)
    if facts.is_signed:
        raise TenderStateWrong("The contract has been signed.")
    require_winner(facts, award.bid_id)
    if progress.terms.standstill != "none":
        standstill = progress.of_round(progress.standstills, award.lot)
        ends_on = None if standstill is None else standstill["ends_on"]
        require_standstill_over(ends_on, award.signed_on, now.astimezone(LONDON).date())


def _owed(
    lines: Sequence[Mapping[Any, Any]], progress: Progress, bid_id: UUID, lot: str | None
) -> list[Mapping[Any, Any]]:
    """The lines that the contract owes: the lot's own, and with the bid's first lot what is owed once."""
    if lot is None:
        return list(lines)
    has_won = any(agreement["bid_id"] == bid_id for agreement in progress.agreements.values())
    mine = [line for line in lines if line["lot"] == lot]
    if not mine:
        words = "The bid offers nothing for this lot."
        raise AwardInvalid(words, errors=[FieldError("/bid_id", "bid_not_for_lot", words)])
    return [line for line in lines if line["lot"] == lot or (line["lot"] is None and not has_won)]


async def _winning_bid(tx: AsyncConnection, tender: RowMapping, award: AwardDraft) -> RowMapping:
    bid = await bid_by_id(tx, award.bid_id)
    if bid is None or bid["tender_id"] != tender["id"] or bid["state"] != "opened":
        raise BidNotFound("The tender has no such opened bid.")
    entries = await entries_of(tx, tender)
    if award.lot in entries.bid_for[bid["id"]] and not entries.holds(bid["id"], award.lot):
        raise BidRemoved("The bid was excluded, withdrawn or superseded since its submission.")
    return bid


def _described(tender: RowMapping, counted: Sequence[Mapping[Any, Any]]) -> list[Described]:
    """What the releases say of the lines beside their quantities: pinned titles, and proxies."""
    titles = {measure["measure"]: measure["title"] for measure in tender["measures"]}
    stated = [opened_line_answer(line) for line in counted]
    return [described(line.explanation, titles[line.measure], line.lot) for line in stated]


def _contract_row(
    tender: RowMapping, terms: TenderTerms, bid: RowMapping, award: AwardDraft, buyer_name: str
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": "contract",
        "reference": award.reference,
        "title": tender["title"],
        "place_id": tender["place_id"],
        "tender_id": tender["id"],
        "lot": award.lot,
        "bid_id": bid["id"],
        "commissioner_organisation_id": tender["buyer_organisation_id"],
        "commissioner_name": buyer_name,
        "deliverer_organisation_id": bid["tenderer_organisation_id"],
        "deliverer_name": bid["tenderer_name"],
        "signed_on": award.signed_on,
        "starts_on": terms.contract_starts_on,
        "ends_on": terms.contract_ends_on,
        "value_pence": pence_from_gbp(award.value_gbp),
        "data_status": tender["data_status"],
    }


def _contract_lines(
    row: dict[str, Any], terms: TenderTerms, counted: Sequence[Mapping[Any, Any]]
) -> list[dict[str, Any]]:
    kept = (
        *("measure", "unit", "quantity", "counted_quantity", "social_pence", "local_economic_pence"),
        *("low_pence", "high_pence", "fiscal_pence", "method_version", "schedule", "area_code", "industry"),
        *("licensed_framework", "inputs", "activity", "target_group"),
    )
    return [
        {
            "line_id": new_id(),
            "position": position,
            "edition_hash": terms.edition_hash,
            # Lines that were opened before they had days of their own run for the whole contract.
            "starts_on": line["starts_on"] or row["starts_on"],
            "ends_on": line["ends_on"] or row["ends_on"],
            **{name: line[name] for name in kept},
        }
        for position, line in enumerate(counted)
    ]
