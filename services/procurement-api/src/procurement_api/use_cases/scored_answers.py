"""Whether what somebody scored are answers of the tender: of bids that are in it, by lot where it is so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.panels import PanelScore
from cdp_common.contracts.tenders import AskedMeasure
from cdp_common.kernel.errors import FieldError
from procurement_api.domain.entries import SETTLED, Entries
from procurement_api.domain.lot_progress import LotsInvalid, LotStateWrong, require_lot, state_of
from procurement_api.domain.panel import MAX_DECIMALS, ScoresInvalid, has_too_many_decimals, is_on_scale
from procurement_api.use_cases.lot_progress import Progress, progress_of


async def require_scores_hold(
    tx: AsyncConnection, tender: RowMapping, scores: Sequence[PanelScore], entries: Entries
) -> None:
    """Refuse scores that are of no answer of the tender, outside its scale, or two of one answer.

    Of a lot whose contract is signed, or that goes to nobody, nothing is scored any more.
    """
    progress = await progress_of(tx, tender)
    asked = {measure.measure: measure for measure in progress.terms.measures}
    highest = progress.terms.scoring.qualitative_scale_max
    times = Counter((score.bid_id, score.measure, score.lot) for score in scores)
    faults = []
    for index, score in enumerate(scores):
        at = f"/scores/{index}"
        faults += _of_answer(at, score, asked.get(score.measure), progress, entries)
        if times[score.bid_id, score.measure, score.lot] > 1:
            faults.append(FieldError(f"{at}/measure", "score_repeated", "An answer is scored once."))
        if not is_on_scale(score.score, highest):
            faults.append(FieldError(f"{at}/score", "score_outside_scale", f"Scores go from 0 to {highest}."))
        if has_too_many_decimals(score.score):
            words = f"A score has at most {MAX_DECIMALS} decimals."
            faults.append(FieldError(f"{at}/score", "too_many_decimals", words))
    if faults:
        raise ScoresInvalid("The scores do not hold.", errors=faults)
    _require_unsettled({score.lot for score in scores}, progress)


def _of_answer(
    at: str, score: PanelScore, asked: AskedMeasure | None, progress: Progress, entries: Entries
) -> list[FieldError]:
    """What is wrong with whose answer it is, to what, and in which lot."""
    try:
        lots = [lot["id"] for lot in progress.tender["lots"]]
        require_lot(score.lot, lots, progress.terms.award_by)
    except LotsInvalid as refusal:
        return [FieldError(f"{at}{each.pointer}", each.code, each.message) for each in refusal.errors]
    faults = []
    if not entries.holds(score.bid_id, score.lot):
        faults.append(FieldError(f"{at}/bid_id", "bid_unknown", "The tender has no such opened bid there."))
    if asked is None:
        words = "The tender does not ask for this measure."
        faults.append(FieldError(f"{at}/measure", "measure_not_asked", words))
    elif score.lot is not None and asked.lots and score.lot not in asked.lots:
        words = "The measure is not asked for in this lot."
        faults.append(FieldError(f"{at}/lot", "measure_not_asked_in_lot", words))
    return faults


def _require_unsettled(lots: Collection[str | None], progress: Progress) -> None:
    for lot in lots:
        state = state_of(progress.facts(lot))
        if state in SETTLED:
            raise LotStateWrong(f"The lot is {state}; nothing of it is scored any more.")
