"""What the panel's scores come to, answer by answer."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.evaluations import AnswerScore, EvaluatorScore
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.kernel.exact import without_trailing_zeros
from procurement_api.domain import panel as rules
from procurement_api.domain.entries import Place
from procurement_api.storage.panels import latest_consensus, latest_declarations, latest_scores, people_of
from procurement_api.use_cases.entries_of import place_of
from procurement_api.use_cases.panel_members import interests, person


async def verdicts(
    tx: AsyncConnection, tender_id: UUID, terms: TenderTerms, bid_ids: Sequence[UUID]
) -> dict[UUID, dict[tuple[str, Place], rules.Verdict]]:
    """What counts of the panel's scores, by bid, and by measure and lot; every bid is in it."""
    given: dict[tuple[UUID, str, Place], list[rules.GivenScore]] = {}
    for row in await latest_scores(tx, bid_ids):
        given.setdefault(answer_of(row), []).append(_given(row))
    agreed = {answer_of(row): _agreed(row) for row in await latest_consensus(tx, bid_ids)}
    declared = await latest_declarations(tx, tender_id)
    interests_of = rules.interests_by_person(
        [person(row) for row in await people_of(tx, tender_id)],
        {one: interests(row["conflicts"]) for one, row in declared.items()},
    )
    found: dict[UUID, dict[tuple[str, Place], rules.Verdict]] = {bid_id: {} for bid_id in bid_ids}
    for (bid_id, measure, lot), scores in given.items():
        answer = rules.verdict(terms.scoring.panel, scores, agreed.get((bid_id, measure, lot)), interests_of)
        found[bid_id][measure, lot] = answer
    return found


def answer_of(row: RowMapping) -> tuple[UUID, str, Place]:
    """Which answer a score is of: whose, to which measure, in which lot."""
    return row["bid_id"], row["measure"], place_of(row)


def answer_score(answer: rules.Verdict | None) -> AnswerScore | None:
    """How an answer came by its score, as it is told; None where it has none that counts."""
    if answer is None or answer.score is None or answer.reason is None:
        return None
    return AnswerScore(
        score=answer.score,
        reason=answer.reason,
        moderator_id=answer.moderator_id,
        scores=[
            EvaluatorScore(
                evaluator_id=one.evaluator_id, score=one.score, reason=one.reason, version=one.version
            )
            for one in answer.given
        ],
    )


def _given(row: RowMapping) -> rules.GivenScore:
    told = ("id", "bid_id", "measure", "evaluator_id", "reason", "version")
    return rules.GivenScore(**{name: row[name] for name in told}, score=without_trailing_zeros(row["score"]))


def _agreed(row: RowMapping) -> rules.Agreed:
    return rules.Agreed(
        score=without_trailing_zeros(row["score"]),
        reason=row["reason"],
        moderator_id=row["moderator_id"],
        rests_on=frozenset(UUID(score_id) for score_id in row["rests_on"]),
    )
