"""A buyer evaluates its tender: opened lines and panel scores become points and ranks."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import ActedBy
from cdp_common.contracts.evaluations import Evaluation, EvaluationCause
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.web.caller import Caller
from procurement_api.storage.entries import lots_of_bids, removals_of, superseded_of
from procurement_api.storage.evaluations import add_evaluation, latest_evaluation
from procurement_api.storage.tenders import change_tender, tender_by_id
from procurement_api.use_cases.actors import acted_by
from procurement_api.use_cases.answers import tender_answer
from procurement_api.use_cases.entries_of import removed_bids, superseded_bids
from procurement_api.use_cases.flag_promises import flags_in
from procurement_api.use_cases.happenings import tell_tender
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.opened_tender import opened_terms
from procurement_api.use_cases.present_results import present_results
from procurement_api.use_cases.rights import own_tender


async def evaluate_tender(db: Database, caller: Caller, tender_id: UUID, once: Once, now: datetime) -> Answer:
    """A new version of the evaluation, from the opened lines and the panel's latest scores."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        evaluation = await new_evaluation(tx, tender, "asked_for", acted_by(caller), now)
        return await keep_answer(tx, once, 201, for_reader(evaluation, caller.scopes), now)


async def evaluate_again(
    tx: AsyncConnection, tender: RowMapping, cause: EvaluationCause, by: ActedBy, now: datetime
) -> int | None:
    """The version of a new evaluation of a tender that was evaluated before; None where it was not."""
    if await latest_evaluation(tx, tender["id"]) is None:
        return None
    return (await new_evaluation(tx, tender, cause, by, now)).version


async def new_evaluation(
    tx: AsyncConnection, tender: RowMapping, cause: EvaluationCause, by: ActedBy, now: datetime
) -> Evaluation:
    """Write a new version of the evaluation of a tender, which is locked; earlier versions stay readable."""
    tender_id, terms = tender["id"], opened_terms(tender)
    latest = await latest_evaluation(tx, tender_id)
    evaluation = Evaluation(
        tender_id=tender_id,
        version=1 if latest is None else latest["version"] + 1,
        evaluated_at=now,
        acted_by=by,
        cause=cause,
        method=terms.scoring.method,
        results=await present_results(tx, tender, terms),
        removed=removed_bids(await removals_of(tx, tender_id)),
        superseded=superseded_bids(await superseded_of(tx, await lots_of_bids(tx, tender_id))),
        flags=await flags_in(tx, tender, terms),
    )
    await add_evaluation(
        tx,
        tender_id=tender_id,
        version=evaluation.version,
        evaluated_at=now,
        result=evaluation.model_dump(mode="json"),
    )
    changed = await change_tender(tx, tender_id, state="evaluated")
    await tell_tender(tx, "evaluated", tender_answer(changed), now)
    return evaluation
