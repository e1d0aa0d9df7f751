"""What a buyer reads of its evaluation, and what each bidder is told of it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.evaluations import AssessmentSummary, Evaluation
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.kernel.errors import Conflict, NotFound
from cdp_common.web.caller import Caller
from procurement_api.storage.agreements import agreement_of_tender
from procurement_api.storage.bids import bid_by_id
from procurement_api.storage.evaluations import latest_evaluation
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.rights import own_bid, own_tender


class EvaluationNotFound(NotFound):
    """The tender has not been evaluated."""

    code = "evaluation_not_found"
    title = "The tender has not been evaluated"


class AssessmentNotReady(Conflict):
    """Bidders get their assessment once the tender has been awarded."""

    code = "assessment_not_ready"
    title = "The assessment is given after the award"


async def get_evaluation(
    db: Database, caller: Caller, tender_id: UUID, version: int | None = None
) -> Evaluation:
    """A version of the evaluation, the latest unless one is named, for the buyer."""
    async with db.begin() as tx:
        own_tender(caller, await tender_by_id(tx, tender_id))
        return for_reader(await evaluation_of(tx, tender_id, version), caller.scopes)


async def get_assessment(db: Database, caller: Caller, bid_id: UUID) -> AssessmentSummary:
    """A bidder's own result and the winner's, once the tender has been awarded."""
    async with db.begin() as tx:
        bid = own_bid(caller, await bid_by_id(tx, bid_id))
        agreement = await agreement_of_tender(tx, bid["tender_id"])
        if agreement is None:
            raise AssessmentNotReady("The tender has not been awarded.")
        evaluation = await evaluation_of(tx, bid["tender_id"])
    results = {result.bid_id: result for result in evaluation.results}
    if bid_id not in results:
        raise EvaluationNotFound("The bid was not evaluated.")
    summary = AssessmentSummary(
        tender_id=bid["tender_id"],
        own=results[bid_id],
        winner=results.get(agreement["bid_id"]),
        own_is_winner=agreement["bid_id"] == bid_id,
    )
    return for_reader(summary, caller.scopes)


async def evaluation_of(tx: AsyncConnection, tender_id: UUID, version: int | None = None) -> Evaluation:
    """A version of the tender's evaluation, the latest unless one is named."""
    row = await latest_evaluation(tx, tender_id, version)
    if row is None:
        raise EvaluationNotFound("The tender has no such evaluation.")
    return Evaluation.model_validate(row["result"])
