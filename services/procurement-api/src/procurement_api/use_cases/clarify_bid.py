"""Clarifications after the deadline: kept for the record, read by both sides, and they change no quantity."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.after_opening import Clarification, ClarificationDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.db.paging import cut_page
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from procurement_api.domain.after_opening import MAX_CLARIFICATIONS, ClarificationInvalid, ClarificationsFull
from procurement_api.storage.after_opening import (
    add_clarification,
    clarifications_page,
    count_clarifications,
)
from procurement_api.storage.bids import bid_by_id
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.opened_bid import opened_bid
from procurement_api.use_cases.rights import BidNotFound, reads_as_bidder


async def record_clarification(
    db: Database, caller: Caller, bid_id: UUID, draft: ClarificationDraft, once: Once, now: datetime
) -> Answer:
    """The clarification as recorded."""
    async with db.begin() as tx:
        tender, _ = await opened_bid(tx, caller, bid_id)
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        _require_dates_hold(draft, tender, now)
        if await count_clarifications(tx, bid_id) >= MAX_CLARIFICATIONS:
            raise ClarificationsFull(f"A bid has at most {MAX_CLARIFICATIONS} clarifications.")
        row = {
            **draft.model_dump(),
            "id": new_id(),
            "bid_id": bid_id,
            "recorded_by": caller.client_id,
            "person_id": caller.sub,
            "recorded_at": now,
        }
        await add_clarification(tx, row)
        return await keep_answer(tx, once, 201, Clarification.model_validate(row), now)


def _require_dates_hold(draft: ClarificationDraft, tender: RowMapping, now: datetime) -> None:
    faults = []
    if not tender["deadline_at"].date() <= draft.asked_on <= now.date():
        words = "It was asked between the deadline and today."
        faults.append(FieldError("/asked_on", "date_outside", words))
    if (draft.answer is None) != (draft.answered_on is None):
        faults.append(FieldError("/answered_on", "answer_incomplete", "An answer comes with its day."))
    elif draft.answered_on is not None and not draft.asked_on <= draft.answered_on <= now.date():
        words = "It was answered between the question and today."
        faults.append(FieldError("/answered_on", "date_outside", words))
    if faults:
        raise ClarificationInvalid("The clarification does not hold.", errors=faults)


async def list_clarifications(
    db: Database, caller: Caller, bid_id: UUID, cursor: str | None, limit: int
) -> tuple[list[Clarification], str | None]:
    """A bid's clarifications, oldest first, for its bidder and its tender's buyer; the next page's cursor."""
    async with db.begin() as tx:
        bid = await bid_by_id(tx, bid_id)
        tender = None if bid is None else await tender_by_id(tx, bid["tender_id"])
        if bid is None or tender is None:
            raise BidNotFound("No bid of yours has this id.")
        if not (reads_as_bidder(caller, bid) or caller.org == tender["buyer_organisation_id"]):
            raise BidNotFound("No bid of yours has this id.")
        rows = await clarifications_page(tx, bid_id, cursor, limit)
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["id"]])
    return [Clarification.model_validate(dict(row)) for row in kept], next_cursor
