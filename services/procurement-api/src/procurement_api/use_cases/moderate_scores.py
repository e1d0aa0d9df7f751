"""A moderator sets the scores on which a panel agrees."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.panels import ConsensusScore, Moderation, ModerationDraft
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from procurement_api.domain import panel as rules
from procurement_api.domain.tender import TenderStateWrong
from procurement_api.storage.entries import WHOLE_TENDER
from procurement_api.storage.panels import add_consensus, latest_consensus, latest_scores
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.opened_tender import opened_terms
from procurement_api.use_cases.panel_members import (
    MODERATOR,
    PanelOf,
    acting_person,
    panel_of,
    require_may_moderate,
)
from procurement_api.use_cases.panel_verdicts import answer_of
from procurement_api.use_cases.rights import own_tender
from procurement_api.use_cases.scored_answers import require_scores_hold


async def moderate_scores(
    db: Database,
    caller: Caller,
    tender_id: UUID,
    draft: ModerationDraft,
    once: Once,
    key: bytes,
    now: datetime,
) -> Answer:
    """The agreed scores as recorded, each with the evaluators' scores on which it rests."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        terms, panel = opened_terms(tender), await panel_of(tx, tender, key)
        if terms.scoring.panel == "single":
            raise TenderStateWrong("The tender's terms ask for one evaluator: there is nothing to moderate.")
        await require_scores_hold(tx, tender, draft.scores, panel.entries)
        who = await acting_person(tx, caller, panel, draft.moderator, now, MODERATOR)
        bids = {score.bid_id for score in draft.scores}
        await require_may_moderate(tx, panel, who, bids)
        versions = {answer_of(row): row["version"] for row in await latest_consensus(tx, bids)}
        agreed = [
            ConsensusScore(
                **score.model_dump(),
                id=new_id(),
                version=versions.get((score.bid_id, score.measure, score.lot), 0) + 1,
                rests_on=rests_on,
            )
            for score, rests_on in zip(
                draft.scores, _standing(draft, panel, await latest_scores(tx, bids)), strict=True
            )
        ]
        await add_consensus(
            tx,
            [
                {
                    **one.model_dump(exclude={"rests_on"}),
                    "lot": one.lot or WHOLE_TENDER,
                    "rests_on": [str(score_id) for score_id in one.rests_on],
                    "moderator_id": who.id,
                    "recorded_by": caller.client_id,
                    "recorded_at": now,
                }
                for one in agreed
            ],
        )
        moderation = Moderation(moderator_id=who.id, moderated_at=now, scores=agreed)
        return await keep_answer(tx, once, 201, moderation, now)


def _standing(draft: ModerationDraft, panel: PanelOf, given: Sequence[RowMapping]) -> list[list[UUID]]:
    """For each agreed score the ids of the scores behind it, those of conflicted people left out."""
    found: dict[tuple[UUID, str, str | None], list[UUID]] = {}
    for row in given:
        declared = panel.interests.get(row["evaluator_id"])
        if declared is None or not declared.concern(row["bid_id"]):
            found.setdefault(answer_of(row), []).append(row["id"])
    standing = [found.get((score.bid_id, score.measure, score.lot), []) for score in draft.scores]
    if not all(standing):
        raise rules.NothingToModerate("A moderator agrees scores where evaluators have given theirs.")
    return standing
