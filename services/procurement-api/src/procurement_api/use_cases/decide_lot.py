"""A buyer decides who is to have the contract of a lot, and begins its standstill."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.lots import LotDecisionDraft, StandstillDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.web.caller import Caller
from procurement_api.domain.lot_progress import (
    LotsInvalid,
    require_lot,
    require_standstill_may_begin,
    require_winner,
)
from procurement_api.domain.standstill import require_notice_after_summaries, standstill_ends_on
from procurement_api.domain.tender import require_state
from procurement_api.storage.entries import WHOLE_TENDER
from procurement_api.storage.legal_rules import shipped_calendar, shipped_standstill
from procurement_api.storage.lots import add_decision, add_standstill
from procurement_api.storage.tenders import change_tender, tender_by_id
from procurement_api.use_cases.answers import LONDON, tender_answer
from procurement_api.use_cases.current_evaluation import current_evaluation
from procurement_api.use_cases.happenings import tell_tender
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.lot_progress import Progress, lot_answer, progress_of
from procurement_api.use_cases.rights import own_tender


async def decide_lot(
    db: Database, caller: Caller, tender_id: UUID, draft: LotDecisionDraft, once: Once, now: datetime
) -> Answer:
    """The lot with its decision, which rests on the latest evaluation and stands while its winner stays."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        require_state(tender["state"], "evaluated")
        progress = await progress_of(tx, tender)
        require_lot(draft.lot, [lot["id"] for lot in tender["lots"]], progress.terms.award_by)
        require_winner(progress.facts(draft.lot), draft.winner_bid_id)
        evaluation = await current_evaluation(tx, tender, progress.terms, draft.lot)
        if draft.winner_bid_id not in {
            None,
            *(one.bid_id for one in evaluation.results if one.lot == draft.lot),
        }:
            words = "No bid that was evaluated here has this id."
            raise LotsInvalid(words, errors=[FieldError("/winner_bid_id", "bid_unknown", words)])
        row = {
            "tender_id": tender_id,
            "lot": draft.lot or WHOLE_TENDER,
            "round": progress.round_of(draft.lot),
            "winner_bid_id": draft.winner_bid_id,
            "reason": draft.reason,
            "decided_at": now,
            "decided_by": caller.act,
        }
        await add_decision(tx, row)
        decided = await settle(tx, tender, now)
        return await keep_answer(tx, once, 201, lot_answer(decided, draft.lot), now)


async def start_standstill(
    db: Database, caller: Caller, tender_id: UUID, draft: StandstillDraft, once: Once, now: datetime
) -> Answer:
    """The lot with its standstill: eight working days, of which the notice's own may be the first."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        progress = await progress_of(tx, tender)
        require_lot(draft.lot, [lot["id"] for lot in tender["lots"]], progress.terms.award_by)
        require_standstill_may_begin(progress.facts(draft.lot))
        sending = progress.of_round(progress.sendings, draft.lot)
        assert sending is not None  # the summaries were sent, or it could not begin
        require_notice_after_summaries(draft.award_notice_on, sending["sent_at"].astimezone(LONDON).date())
        row = {
            "tender_id": tender_id,
            "lot": draft.lot or WHOLE_TENDER,
            "round": progress.round_of(draft.lot),
            "award_notice_on": draft.award_notice_on,
            "notice_reference": draft.notice_reference,
            "ends_on": standstill_ends_on(draft.award_notice_on, shipped_standstill(), shipped_calendar()),
            "recorded_at": now,
            "recorded_by": caller.act,
        }
        await add_standstill(tx, row)
        begun = await progress_of(tx, tender)
        return await keep_answer(tx, once, 201, lot_answer(begun, draft.lot), now)


async def settle(tx: AsyncConnection, tender: RowMapping, now: datetime) -> Progress:
    """How far the lots have come; the tender is awarded once every lot is signed or goes to nobody."""
    progress = await progress_of(tx, tender)
    if progress.is_settled and tender["state"] != "awarded":
        awarded = await change_tender(tx, tender["id"], state="awarded")
        await tell_tender(tx, "awarded", tender_answer(awarded), now)
    return progress
