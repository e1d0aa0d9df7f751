"""The evaluation that a decision may rest on."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.evaluations import Evaluation
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.kernel.errors import Conflict
from procurement_api.use_cases.present_results import present_results
from procurement_api.use_cases.read_evaluation import evaluation_of


class EvaluationStale(Conflict):
    """Scores were recorded since the evaluation; evaluate again before deciding."""

    code = "evaluation_stale"
    title = "The evaluation does not rest on the latest scores"


async def current_evaluation(tx: AsyncConnection, tender_id: UUID, terms: TenderTerms) -> Evaluation:
    """The latest evaluation, if nothing that it rests on has changed since."""
    evaluation = await evaluation_of(tx, tender_id)
    if await present_results(tx, tender_id, terms) != evaluation.results:
        raise EvaluationStale("Scores were recorded since the evaluation; evaluate again.")
    return evaluation
