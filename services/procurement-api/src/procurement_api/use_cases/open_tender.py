"""A buyer opens the bids after the deadline: unsealed, valued by toms-engine, written once."""

from __future__ import annotations

import hmac
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.toms import TomsClient
from cdp_common.contracts.bids import BidDraft, Opening, TenderLog
from cdp_common.contracts.licensed import for_reader
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.contracts.toms import ValuedLine
from cdp_common.db.database import Database
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.money import pence_from_gbp
from cdp_common.kernel.proofs import canonical_json, commitment
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from procurement_api.domain.amendment import NOT_ON_CURRENT_TERMS, faults_on_new_terms
from procurement_api.domain.bid import reason_to_disregard
from procurement_api.domain.entries import Word, places_of, superseded_in
from procurement_api.domain.tender import TenderStateWrong, require_deadline_passed, require_state
from procurement_api.storage.bids import add_opened_lines, bids_of, change_bid, versions_of
from procurement_api.storage.entries import add_superseded, superseded_of
from procurement_api.storage.portals import add_attestation, add_tenderers
from procurement_api.storage.tenders import change_tender, end_submissions, tender_by_id
from procurement_api.use_cases.answers import tender_answer
from procurement_api.use_cases.bid_answers import bid_answers, parts_of_bids
from procurement_api.use_cases.bid_rules import bid_content, demands_of, quantity_of, told_apart
from procurement_api.use_cases.entries_of import superseded_bids
from procurement_api.use_cases.find_tenderers import Found, find_tenderers
from procurement_api.use_cases.happenings import tell_superseded, tell_tender
from procurement_api.use_cases.receipts import ReceiptSigner
from procurement_api.use_cases.rights import own_tender
from procurement_api.use_cases.sealing import KeyProvider, SealUnopenable, unseal, unwrap_tender_key
from procurement_api.use_cases.tender_log import publish_log
from procurement_api.use_cases.value_bid import Worth, value_bid


@dataclass(frozen=True)
class _Opened:
    """One bid's content and worth."""

    bid_id: UUID
    draft: BidDraft
    worth: Worth


async def open_tender(
    db: Database,
    toms: TomsClient,
    partners: PartnersClient,
    caller: Caller,
    tender_id: UUID,
    sealing: KeyProvider,
    signer: ReceiptSigner,
    grace: timedelta,
    if_match: str | None,
    now: datetime,
) -> Opening:
    """The opened, valued bids; after a fault it can be asked again, once opened it is refused."""
    tender, live, versions = await _close(db, caller, tender_id, grace, if_match, now)
    bids = [bid for bid in live if not bid["needs_reconfirmation"]]
    unconfirmed = [bid for bid in live if bid["needs_reconfirmation"]]
    terms = TenderTerms.model_validate(tender["terms"])
    private_jwk = await unwrap_tender_key(tender["sealing_private_wrapped"], sealing, tender_id)
    portals = {bid["id"] for bid in live if bid["portal_organisation_id"] is not None}
    drafts = {bid["id"]: _content(versions[bid["id"]], private_jwk) for bid in live}
    found = await find_tenderers(partners, tender, live, drafts)
    opened = []
    for bid in bids:
        draft, unfit = _on_terms(drafts[bid["id"]], bid, tender)
        worth = await value_bid(toms, terms, draft, tender["published_at"].date(), unfit)
        opened.append(_Opened(bid["id"], draft, worth))

    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        _require_unopened(tender)
        log = await publish_log(tx, tender_id, caller, await signer.key(tx, now), now)
        for one in opened:
            await add_opened_lines(tx, _line_rows(one, tender))
            await _name_bidder(tx, one.bid_id, found[one.bid_id], one.draft, is_portals=one.bid_id in portals)
            await change_bid(tx, one.bid_id, state="opened")
        for bid in unconfirmed:
            is_portals = bid["id"] in portals
            await _name_bidder(tx, bid["id"], found[bid["id"]], drafts[bid["id"]], is_portals=is_portals)
            await change_bid(tx, bid["id"], state="disregarded", disregarded_reason=NOT_ON_CURRENT_TERMS)
        await _supersede(tx, tender, opened, found, versions, now)
        changed = await change_tender(tx, tender_id, opened_at=now)
        await tell_tender(tx, "opened", tender_answer(changed), now)
        return for_reader(await _opening(tx, log), caller.scopes)


async def _close(
    db: Database, caller: Caller, tender_id: UUID, grace: timedelta, if_match: str | None, now: datetime
) -> tuple[RowMapping, list[RowMapping], dict[UUID, RowMapping]]:
    """End submissions, and give the tender, its live bids and the last version of each."""
    async with db.begin() as tx:
        await end_submissions(tx, tender_id)
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        _require_unopened(tender)
        require_deadline_passed(now, tender["deadline_at"], grace)
        require_match(if_match, tender_answer(tender))
        if tender["state"] == "published":
            await change_tender(tx, tender_id, state="closed")
        live = [bid for bid in await bids_of(tx, tender_id) if bid["state"] == "sealed"]
        # Versions come oldest first, so the last of each bid stays.
        last = {row["bid_id"]: row for row in await versions_of(tx, [bid["id"] for bid in live])}
        return tender, live, last


def _require_unopened(tender: RowMapping) -> None:
    require_state(tender["state"], "published", "closed")
    if tender["opened_at"] is not None:
        raise TenderStateWrong("The bids have been opened before.")


def _content(version: RowMapping, private_jwk: dict[str, Any]) -> BidDraft:
    """What was sealed, if it is what the receipt was given for."""
    document: dict[str, Any] = json.loads(unseal(version["sealed"], private_jwk))
    stated = commitment(bytes.fromhex(document["commitment_key"]), canonical_json(document["bid"]))
    if not hmac.compare_digest(stated, version["commitment"]):
        raise SealUnopenable("A sealed bid is not the one that its receipt was given for.")
    return BidDraft.model_validate(document["bid"])


def _on_terms(draft: BidDraft, bid: RowMapping, tender: RowMapping) -> tuple[BidDraft, dict[int, str]]:
    """The bid, and which of its lines do not fit terms that were amended after it was made.

    The times that such a line states are left out: they may lie outside the contract as it is now.
    """
    if bid["terms_version"] == 1 == tender["terms_version"]:
        return draft, {}
    unfit = faults_on_new_terms(bid_content(draft), demands_of(tender))
    timeless: dict[str, Any] = {"starts_on": None, "ends_on": None, "schedule": [], "per_year": []}
    lines = [
        line.model_copy(update=timeless) if index in unfit else line for index, line in enumerate(draft.lines)
    ]
    return draft.model_copy(update={"lines": lines}), unfit


async def _name_bidder(
    tx: AsyncConnection, bid_id: UUID, found: Found, draft: BidDraft, *, is_portals: bool
) -> None:
    """Write who authorised the bid, and whose it is; of one that is disregarded nothing else is opened.

    A bidder's own bid stays of the record that submitted it, which may have been merged meanwhile.
    """
    named: dict[str, Any] = {"tenderer_name": found.lead_name}
    if is_portals:
        named["tenderer_organisation_id"] = found.lead_id
    await change_bid(tx, bid_id, **named)
    await add_tenderers(tx, list(found.rows))
    if draft.attestation is not None:
        stated = {name: getattr(draft.attestation, name) for name in ("authorised_by", "authorised_at")}
        await add_attestation(tx, {"bid_id": bid_id, **stated})


async def _supersede(
    tx: AsyncConnection,
    tender: RowMapping,
    opened: Sequence[_Opened],
    found: Mapping[UUID, Found],
    versions: Mapping[UUID, RowMapping],
    now: datetime,
) -> None:
    """Where one organisation leads several bids for the same, the one that came last counts."""
    award_by, lots = tender["terms"]["award_by"], [lot["id"] for lot in tender["lots"]]
    later = superseded_in(
        [
            Word(
                bid_id=one.bid_id,
                leads=found[one.bid_id].lead_now,
                received_at=versions[one.bid_id]["received_at"],
                places=places_of(award_by, lots, [line.lot for line in one.draft.lines]),
            )
            for one in opened
        ]
    )
    await add_superseded(tx, later)
    bids = {bid["id"]: bid for bid in await bids_of(tx, tender["id"])}
    told_of: Counter[UUID] = Counter()
    for told in superseded_bids(await superseded_of(tx, [bid_id for bid_id, _ in later])):
        # Several later bids may stand in its place, each in other lots: one event each.
        told_of[told.bid_id] += 1
        bid = bids[told.bid_id]
        await tell_superseded(tx, tender, bid, told, bid["version"] + told_of[told.bid_id], now)


def _line_rows(opened: _Opened, tender: RowMapping) -> list[dict[str, Any]]:
    demands = demands_of(tender)
    rules = bid_content(opened.draft).lines
    rows = []
    for position, (line, rule_line) in enumerate(zip(opened.draft.lines, rules, strict=True)):
        ref = str(position)
        refused = opened.worth.refused.get(ref)
        rows.append(
            {
                "line_id": new_id(),
                "bid_id": opened.bid_id,
                "position": position,
                "measure": line.measure,
                "lot": line.lot,
                "once_if_any_won": line.once_if_any_won,
                "quantity": quantity_of(line, opened.worth.valued.get(ref)),
                "unit": line.unit,
                "answer": line.answer,
                **told_apart(line, demands.contract),
                **value_columns(opened.worth.valued.get(ref)),
                "method_version": opened.worth.method_version,
                "disregarded": refused or reason_to_disregard(rule_line, demands.measures[line.measure]),
            }
        )
    return rows


def value_columns(valued: ValuedLine | None) -> dict[str, Any]:
    """A line's value as it is stored; a line that could not be valued counts nothing."""
    if valued is None:
        nothing = dict.fromkeys(("social_pence", "local_economic_pence", "fiscal_pence"), 0)
        absent = dict.fromkeys(("low_pence", "high_pence", "explanation", "licensed_framework"))
        return {"counted_quantity": Decimal(0), **nothing, **absent}
    explanation = valued.explanation
    return {
        "counted_quantity": valued.counted_quantity,
        "social_pence": pence_from_gbp(valued.social_gbp),
        "local_economic_pence": pence_from_gbp(valued.local_economic_gbp),
        "fiscal_pence": pence_from_gbp(valued.fiscal_gbp),
        "low_pence": None if valued.low_gbp is None else pence_from_gbp(valued.low_gbp),
        "high_pence": None if valued.high_gbp is None else pence_from_gbp(valued.high_gbp),
        "explanation": None if explanation is None else explanation.model_dump(mode="json"),
        "licensed_framework": valued.licensed_framework,
    }


async def _opening(tx: AsyncConnection, log: TenderLog) -> Opening:
    bids = await bids_of(tx, log.tender_id)
    ids = [bid["id"] for bid in bids]
    return Opening(
        tender_id=log.tender_id,
        opened_at=log.opened_at,
        bids=bid_answers(bids, await parts_of_bids(tx, ids)),
        log=log,
    )
