"""The evaluation that a decision may rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.evaluations import Evaluation
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.kernel.errors import Conflict
from procurement_api.use_cases.panel_verdicts import verdicts
from procurement_api.use_cases.present_results import present_results
from procurement_api.use_cases.read_evaluation import evaluation_of


class EvaluationStale(Conflict):
    """Scores were recorded since the evaluation; evaluate again before deciding."""

    code = "evaluation_stale"
    title = "The evaluation does not rest on the latest scores"


class ModerationMissing(Conflict):
    """Evaluators scored answers on which no agreed score stands; moderate them before deciding."""

    code = "moderation_missing"
    title = "Scores of the panel have not been moderated"


async def current_evaluation(
    tx: AsyncConnection, tender: Mapping[Any, Any], terms: TenderTerms, lot: str | None
) -> Evaluation:
    """The latest evaluation, if nothing has changed that its results for the lot rest on.

    No score of the lot may wait for a moderator. Where the tender is awarded whole, its results are all.
    """
    evaluation = await evaluation_of(tx, tender["id"])
    of_lot = lot if terms.award_by == "lot" else None
    told = [one for one in evaluation.results if one.lot == of_lot]
    if [one for one in await present_results(tx, tender, terms) if one.lot == of_lot] != told:
        raise EvaluationStale("Scores were recorded since the evaluation; evaluate again.")
    answers = await verdicts(tx, tender["id"], terms, sorted({one.bid_id for one in told}))
    waiting = [
        one
        for of_bid in answers.values()
        for (_, lot_scored), one in of_bid.items()
        if lot_scored == of_lot and one.given and one.score is None
    ]
    if waiting:
        raise ModerationMissing("Evaluators scored answers that no moderator has set a score for since.")
    return evaluation
