"""What a buyer reads of its evaluation."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.evaluations import Evaluation
from cdp_common.contracts.licensed import for_reader
from cdp_common.db.database import Database
from cdp_common.kernel.errors import NotFound
from cdp_common.web.caller import Caller
from procurement_api.storage.evaluations import latest_evaluation
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.rights import own_tender


class EvaluationNotFound(NotFound):
    """The tender has not been evaluated."""

    code = "evaluation_not_found"
    title = "The tender has not been evaluated"


async def get_evaluation(
    db: Database, caller: Caller, tender_id: UUID, version: int | None = None
) -> Evaluation:
    """A version of the evaluation, the latest unless one is named, for the buyer."""
    async with db.begin() as tx:
        own_tender(caller, await tender_by_id(tx, tender_id))
        return for_reader(await evaluation_of(tx, tender_id, version), caller.scopes)


async def evaluation_of(tx: AsyncConnection, tender_id: UUID, version: int | None = None) -> Evaluation:
    """A version of the tender's evaluation, the latest unless one is named."""
    row = await latest_evaluation(tx, tender_id, version)
    if row is None:
        raise EvaluationNotFound("The tender has no such evaluation.")
    return Evaluation.model_validate(row["result"])
