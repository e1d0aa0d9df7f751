"""A buyer takes a bid out of its tender after opening; those that stay are scored against each other anew."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cdp_common.contracts.after_opening import RemovalDraft
from cdp_common.contracts.evaluations import EvaluationCause
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from procurement_api.storage.after_opening import add_removal, removals_of
from procurement_api.use_cases.evaluate_tender import evaluate_again, removed_bid
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.opened_bid import opened_bid

_CAUSES: dict[str, EvaluationCause] = {"excluded": "bid_excluded", "withdrawn": "bid_withdrawn"}


async def remove_bid(
    db: Database, caller: Caller, bid_id: UUID, draft: RemovalDraft, once: Once, now: datetime
) -> Answer:
    """The removal, with the version of the evaluation without the bid where there was one with it."""
    async with db.begin() as tx:
        tender, _ = await opened_bid(tx, caller, bid_id)
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        await add_removal(
            tx,
            {
                **draft.model_dump(),
                "bid_id": bid_id,
                "recorded_by": caller.client_id,
                "person_id": caller.sub,
                "removed_at": now,
            },
        )
        version = await evaluate_again(tx, tender, _CAUSES[draft.removal], now)
        removed = (await removals_of(tx, tender["id"]))[bid_id]
        return await keep_answer(tx, once, 201, removed_bid(removed, version), now)
