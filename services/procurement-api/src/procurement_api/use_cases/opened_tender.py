"""A tender whose bids are open and which has not been awarded: it can be scored and evaluated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.panels import PanelScore
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.kernel.errors import FieldError, InvalidInput
from procurement_api.domain.panel import MAX_DECIMALS, has_too_many_decimals, is_on_scale
from procurement_api.domain.tender import TenderStateWrong, require_state


def opened_terms(tender: RowMapping) -> TenderTerms:
    """The terms of a tender whose bids are open and which has not been awarded."""
    require_state(tender["state"], "closed", "evaluated")
    if tender["opened_at"] is None:
        raise TenderStateWrong("The bids have not been opened.")
    return TenderTerms.model_validate(tender["terms"])


def require_scores_hold(scores: Sequence[PanelScore], bids: frozenset[UUID], terms: TenderTerms) -> None:
    """Refuse scores that are of no answer of the tender, outside its scale, or two of one answer."""
    asked = {measure.measure for measure in terms.measures}
    highest = terms.scoring.qualitative_scale_max
    times = Counter((score.bid_id, score.measure) for score in scores)
    faults = []
    for index, score in enumerate(scores):
        at = f"/scores/{index}"
        if score.bid_id not in bids:
            faults.append(FieldError(f"{at}/bid_id", "bid_unknown", "The tender has no such opened bid."))
        if score.measure not in asked:
            words = "The tender does not ask for this measure."
            faults.append(FieldError(f"{at}/measure", "measure_not_asked", words))
        if times[score.bid_id, score.measure] > 1:
            faults.append(FieldError(f"{at}/measure", "score_repeated", "An answer is scored once."))
        if not is_on_scale(score.score, highest):
            faults.append(FieldError(f"{at}/score", "score_outside_scale", f"Scores go from 0 to {highest}."))
        if has_too_many_decimals(score.score):
            words = f"A score has at most {MAX_DECIMALS} decimals."
            faults.append(FieldError(f"{at}/score", "too_many_decimals", words))
    if faults:
        raise InvalidInput("The scores do not hold.", errors=faults)
