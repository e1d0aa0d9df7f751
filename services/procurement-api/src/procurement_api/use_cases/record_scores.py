"""A buyer's panel scores the written answers of opened bids."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.evaluations import PanelScores
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.db.database import Database
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from procurement_api.domain.exact import decimal_places
from procurement_api.domain.tender import TenderStateWrong, require_state
from procurement_api.storage.bids import bids_of
from procurement_api.storage.evaluations import add_scores, latest_scores
from procurement_api.storage.tenders import tender_by_id
from procurement_api.use_cases.keep_answer import answer_before, keep_answer
from procurement_api.use_cases.rights import own_tender

MAX_DECIMALS = 4


async def record_scores(
    db: Database, caller: Caller, tender_id: UUID, scores: PanelScores, once: Once, now: datetime
) -> Answer:
    """The scores as recorded; a later score of the same answer stands in place of the earlier, both stay."""
    async with db.begin() as tx:
        tender = own_tender(caller, await tender_by_id(tx, tender_id, lock=True))
        if (earlier := await answer_before(tx, once)) is not None:
            return earlier
        terms = opened_terms(tender)
        bids = {bid["id"] for bid in await bids_of(tx, tender_id) if bid["state"] == "opened"}
        _require_scores_hold(scores, bids, terms)
        # The tender is locked, so nobody else counts versions up at the same time.
        versions = {(row["bid_id"], row["measure"]): row["version"] for row in await latest_scores(tx, bids)}
        rows = [
            {
                "id": new_id(),
                "bid_id": score.bid_id,
                "measure": score.measure,
                "version": versions.get((score.bid_id, score.measure), 0) + 1,
                "score": score.score,
                "reason": score.reason,
                "scored_by": caller.client_id,
                "recorded_at": now,
            }
            for score in scores.scores
        ]
        await add_scores(tx, rows)
        return await keep_answer(tx, once, 201, scores, now)


def opened_terms(tender: RowMapping) -> TenderTerms:
    """The terms of a tender whose bids are open and which has not been awarded."""
    require_state(tender["state"], "closed", "evaluated")
    if tender["opened_at"] is None:
        raise TenderStateWrong("The bids have not been opened.")
    return TenderTerms.model_validate(tender["terms"])


def _require_scores_hold(scores: PanelScores, bids: set[UUID], terms: TenderTerms) -> None:
    asked = {measure.measure for measure in terms.measures}
    highest = terms.scoring.qualitative_scale_max
    times = Counter((score.bid_id, score.measure) for score in scores.scores)
    faults = []
    for index, score in enumerate(scores.scores):
        at = f"/scores/{index}"
        if score.bid_id not in bids:
            faults.append(FieldError(f"{at}/bid_id", "bid_unknown", "The tender has no such opened bid."))
        if score.measure not in asked:
            words = "The tender does not ask for this measure."
            faults.append(FieldError(f"{at}/measure", "measure_not_asked", words))
        if times[score.bid_id, score.measure] > 1:
            faults.append(FieldError(f"{at}/measure", "score_repeated", "An answer is scored once."))
        if not 0 <= score.score <= highest:
            faults.append(FieldError(f"{at}/score", "score_outside_scale", f"Scores go from 0 to {highest}."))
        if decimal_places(score.score) > MAX_DECIMALS:
            words = f"A score has at most {MAX_DECIMALS} decimals."
            faults.append(FieldError(f"{at}/score", "too_many_decimals", words))
    if faults:
        raise InvalidInput("The scores do not hold.", errors=faults)
