"""An evaluator scores the written answers of opened bids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.panels import PanelScores, RecordedScore, RecordedScores
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from procurement_api.domain import panel as rules
from procurement_api.storage.entries import WHOLE_TENDER
from procurement_api.storage.panels import add_scores, latest_scores
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.opened_tender import opened_terms
from procurement_api.use_cases.panel_members import EVALUATOR, acting_person, panel_of, require_may_score
from procurement_api.use_cases.panel_verdicts import answer_of
from procurement_api.use_cases.rights import own_tender
from procurement_api.use_cases.scored_answers import require_scores_hold


async def record_scores(
    db: Database, caller: Caller, tender_id: UUID, scores: PanelScores, once: Once, key: bytes, now: datetime
) -> Answer:
    """The scores as recorded; a later one of the same answer stands in place of the earlier, both stay."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        terms, panel = opened_terms(tender), await panel_of(tx, tender, key)
        await require_scores_hold(tx, tender, scores.scores, panel.entries)
        who = await acting_person(tx, caller, panel, scores.evaluator, now, EVALUATOR)
        await require_may_score(tx, panel, who, {score.bid_id for score in scores.scores})
        given = await latest_scores(tx, {score.bid_id for score in scores.scores})
        if terms.scoring.panel == "single":
            _require_only_evaluator(given, who, scores, panel.interests)
        # The tender is locked, so nobody else counts versions up at the same time.
        versions = {answer_of(row): row["version"] for row in given if row["evaluator_id"] == who.id}
        recorded = [
            RecordedScore(
                **score.model_dump(),
                id=new_id(),
                evaluator_id=who.id,
                version=versions.get((score.bid_id, score.measure, score.lot), 0) + 1,
                recorded_at=now,
            )
            for score in scores.scores
        ]
        rows = [
            {**one.model_dump(), "lot": one.lot or WHOLE_TENDER, "recorded_by": caller.client_id}
            for one in recorded
        ]
        await add_scores(tx, rows)
        return await keep_answer(tx, once, 201, RecordedScores(evaluator_id=who.id, scores=recorded), now)


def _require_only_evaluator(
    given: Sequence[RowMapping],
    who: rules.Person,
    scores: PanelScores,
    interests: Mapping[UUID, rules.Interests],
) -> None:
    """Refuse a second evaluator, unless the first keeps away from the bid by now."""
    asked = {(score.bid_id, score.measure, score.lot) for score in scores.scores}
    others = [row for row in given if answer_of(row) in asked and row["evaluator_id"] != who.id]
    for row in others:
        declared = interests.get(row["evaluator_id"])
        if declared is None or not declared.concern(row["bid_id"]):
            raise rules.AnswerScoredByAnother("The tender's terms ask for one evaluator of each answer.")
