"""A buyer sends the bidders their assessment summaries: made at the decision, and frozen."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.assessments import SummariesDraft, SummariesSent, SummariesTold
from cdp_common.contracts.evaluations import Evaluation
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, org_audience, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from procurement_api.domain.assessment import SummariesInvalid
from procurement_api.domain.lot_progress import require_lot, require_winner
from procurement_api.domain.tender import require_state
from procurement_api.storage.agreements import agreements_of_tender
from procurement_api.storage.assessments import add_sending
from procurement_api.storage.bids import bids_of, lines_of
from procurement_api.storage.entries import WHOLE_TENDER
from procurement_api.storage.tenders import change_tender, tender_by_id
from procurement_api.use_cases.current_evaluation import current_evaluation
from procurement_api.use_cases.decide_lot import settle
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.lot_progress import progress_of
from procurement_api.use_cases.read_evaluation import evaluation_of
from procurement_api.use_cases.rights import own_tender
from procurement_api.use_cases.summaries import Decision, summary_for


async def send_summaries(
    db: Database, caller: Caller, tender_id: UUID, draft: SummariesDraft, once: Once, now: datetime
) -> Answer:
    """That each bidder can read its summary from now on; a lot's, or the tender's, are sent once."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        require_state(tender["state"], "evaluated", "awarded")
        terms = TenderTerms.model_validate(tender["terms"])
        if terms.award_by == "lot":
            require_lot(draft.lot, [lot["id"] for lot in tender["lots"]], terms.award_by)
        evaluation = _of_lot(await _evaluation(tx, tender, terms, draft.lot), draft.lot, terms)
        bidders = await _bidders(tx, tender_id, terms, evaluation, draft.lot)
        await _require_draft_holds(tx, tender, terms, evaluation, draft)
        progress = await progress_of(tx, tender)
        if (decided := progress.facts(draft.lot)).is_decided:
            require_winner(decided, draft.winner_bid_id)
        decision = Decision(tender, terms, evaluation, draft, bidders, now)
        sent = SummariesSent(
            tender_id=tender_id,
            lot=draft.lot,
            sent_at=now,
            evaluation_version=evaluation.version,
            winner_bid_id=draft.winner_bid_id,
            bid_ids=sorted(bidders),
        )
        await _write(tx, decision, sent, progress.round_of(draft.lot))
        await _tell(tx, await change_tender(tx, tender_id), sent, bidders, now)
        await settle(tx, tender, now)
        return await keep_answer(tx, once, 201, sent, now)


async def _evaluation(
    tx: AsyncConnection, tender: RowMapping, terms: TenderTerms, lot: str | None
) -> Evaluation:
    """The evaluation that the decision rests on; after an award nothing of it can change any more."""
    if tender["state"] == "awarded":
        return await evaluation_of(tx, tender["id"])
    return await current_evaluation(tx, tender, terms, lot)


def _of_lot(evaluation: Evaluation, lot: str | None, terms: TenderTerms) -> Evaluation:
    """The evaluation with the results of the lot alone, and who left it, where each lot has its own."""
    if terms.award_by == "whole":
        return evaluation
    return evaluation.model_copy(
        update={
            "results": [result for result in evaluation.results if result.lot == lot],
            "removed": [one for one in evaluation.removed if not one.lots or lot in one.lots],
            "superseded": [one for one in evaluation.superseded if not one.lots or lot in one.lots],
        }
    )


def _out_of_it(evaluation: Evaluation) -> set[UUID]:
    return {one.bid_id for one in evaluation.removed} | {one.bid_id for one in evaluation.superseded}


async def _bidders(
    tx: AsyncConnection, tender_id: UUID, terms: TenderTerms, evaluation: Evaluation, lot: str | None
) -> dict[UUID, UUID]:
    """The organisations of the bids that are told of it: all that were opened, or those for the lot."""
    results = {result.bid_id for result in evaluation.results}
    told = results | _out_of_it(evaluation)
    if lot is not None:
        # Where each lot has a contract of its own, a line of no lot does not make a bid one for the lot.
        of_lot = {lot} if terms.award_by == "lot" else {lot, None}
        told &= {line["bid_id"] for line in await lines_of(tx, told) if line["lot"] in of_lot}
    bids = await bids_of(tx, tender_id)
    return {bid["id"]: bid["tenderer_organisation_id"] for bid in bids if bid["id"] in told}


async def _require_draft_holds(
    tx: AsyncConnection,
    tender: RowMapping,
    terms: TenderTerms,
    evaluation: Evaluation,
    draft: SummariesDraft,
) -> None:
    faults = []
    results = {result.bid_id for result in evaluation.results}
    told = results | _out_of_it(evaluation)
    asked = {one.measure for one in terms.measures}
    if draft.lot is not None and draft.lot not in {lot["id"] for lot in tender["lots"]}:
        faults.append(FieldError("/lot", "lot_unknown", "The tender has no such lot."))
    if draft.winner_bid_id is not None and draft.winner_bid_id not in results:
        faults.append(FieldError("/winner_bid_id", "bid_unknown", "No bid that was assessed has this id."))
    agreement = (await agreements_of_tender(tx, tender["id"])).get(draft.lot)
    if agreement is not None and agreement["bid_id"] != draft.winner_bid_id:
        words = "The tender was awarded to another bid."
        faults.append(FieldError("/winner_bid_id", "winner_not_awarded", words))
    for index, piece in enumerate(draft.withhold):
        if piece.measure is not None and piece.measure not in asked:
            words = "The tender does not ask for this measure."
            faults.append(FieldError(f"/withhold/{index}/measure", "measure_not_asked", words))
    for index, further in enumerate(draft.further_explanations):
        if further.bid_id not in told:
            words = "The tender has no such opened bid."
            faults.append(FieldError(f"/further_explanations/{index}/bid_id", "bid_unknown", words))
    if faults:
        raise SummariesInvalid("The summaries cannot be sent so.", errors=faults)


async def _write(tx: AsyncConnection, decision: Decision, sent: SummariesSent, round_: int) -> None:
    sending = {
        "id": new_id(),
        "tender_id": sent.tender_id,
        "lot": sent.lot or WHOLE_TENDER,
        "round": round_,
        "evaluation_version": sent.evaluation_version,
        "winner_bid_id": sent.winner_bid_id,
        "withheld": [one.model_dump(mode="json") for one in decision.draft.withhold],
        "sent_at": sent.sent_at,
    }
    summaries = [
        {
            "sending_id": sending["id"],
            "bid_id": bid_id,
            "document": summary_for(decision, bid_id).model_dump(mode="json"),
        }
        for bid_id in sent.bid_ids
    ]
    await add_sending(tx, sending, summaries)


async def _tell(
    tx: AsyncConnection, tender: RowMapping, sent: SummariesSent, bidders: dict[UUID, UUID], now: datetime
) -> None:
    """`tender.summaries_sent`, to the buyer and the bidders."""
    told = {tender["buyer_organisation_id"], *bidders.values()}
    event = NewEvent(
        type="tender.summaries_sent",
        aggregate_type="tender",
        aggregate_id=tender["id"],
        aggregate_version=tender["version"],
        place_id=tender["place_id"],
        audience=tuple(sorted(org_audience(organisation) for organisation in told)),
        data=SummariesTold(tender_id=tender["id"], lot=sent.lot, sent_at=now).model_dump(mode="json"),
    )
    await record_event(tx, event, now)
