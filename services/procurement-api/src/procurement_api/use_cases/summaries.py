"""What the bidders of a tender are told of an evaluation, before any of it is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.after_opening import RemovedBid
from cdp_common.contracts.assessments import (
    AssessedCriterion,
    AssessedTender,
    AssessmentSummary,
    SummariesDraft,
    WithheldPiece,
)
from cdp_common.contracts.evaluations import BidResult, Evaluation, MeasureScore
from cdp_common.contracts.tenders import TenderTerms
from procurement_api.domain.assessment import Compared, Withheld, is_withheld, told_explanation


@dataclass(frozen=True)
class Decision:
    """What the summaries of a tender rest on."""

    tender: RowMapping
    terms: TenderTerms
    evaluation: Evaluation
    draft: SummariesDraft
    bidders: Mapping[UUID, UUID]
    """The organisation of each bid."""
    now: datetime

    @property
    def results(self) -> dict[UUID, BidResult]:
        """The results by bid."""
        return {result.bid_id: result for result in self.evaluation.results}

    @property
    def winner(self) -> BidResult | None:
        """The result of the bid that wins, if one does."""
        winner = self.draft.winner_bid_id
        return None if winner is None else self.results[winner]


def summary_for(decision: Decision, bid_id: UUID) -> AssessmentSummary:
    """What the bidder of one bid is told."""
    draft, terms = decision.draft, decision.terms
    own, winner = decision.results.get(bid_id), decision.winner
    is_winner = draft.winner_bid_id == bid_id
    # Nothing of its own is withheld from the winner.
    withheld = [] if is_winner else [Withheld(one.measure, one.piece) for one in draft.withhold]
    known = _Known(decision, own, winner, withheld)
    return AssessmentSummary(
        tender_id=decision.tender["id"],
        lot=draft.lot,
        bid_id=bid_id,
        evaluation_version=decision.evaluation.version,
        sent_at=decision.now,
        method=terms.scoring.method,
        qualitative_scale_max=terms.scoring.qualitative_scale_max,
        social_value_weight=terms.social_value_weight,
        criteria_url=draft.criteria_url,
        own=None if own is None else known.told(own, []),
        winner=None if winner is None else known.told(winner, withheld),
        own_is_winner=is_winner,
        further_explanation=_further(decision, bid_id),
        withheld=[]
        if is_winner or winner is None
        else [WithheldPiece(**one.model_dump(exclude={"reason"})) for one in draft.withhold],
    )


def _further(decision: Decision, bid_id: UUID) -> str | None:
    """Why the bidder is not awarded the contract, beyond its scores: the buyer's words, or the removal's."""
    words = {one.bid_id: one.explanation for one in decision.draft.further_explanations}
    removed = {one.bid_id: one for one in decision.evaluation.removed}
    if bid_id in words or bid_id in decision.results:
        return words.get(bid_id)
    return _removal_words(removed[bid_id]) if bid_id in removed else SUPERSEDED


SUPERSEDED = "A later bid of the same organisation stands in its place."


def _removal_words(removed: RemovedBid) -> str:
    what = "excluded" if removed.removal == "excluded" else "withdrawn"
    return f"The bid was {what} after opening: {removed.ground}"


@dataclass(frozen=True)
class _Known:
    """What one bidder may know: its own offers, and the winner's as far as they are not withheld."""

    decision: Decision
    own: BidResult | None
    winner: BidResult | None
    withheld: Sequence[Withheld]

    def told(self, result: BidResult, withheld: Sequence[Withheld]) -> AssessedTender:
        criteria = [self._criterion(part, withheld) for part in result.measures]
        hides_value = any(
            is_withheld(withheld, part.measure, "value", "quantity", "explanation")
            for part in result.measures
        )
        return AssessedTender(
            bid_id=result.bid_id,
            tenderer_name=result.tenderer_name,
            tenderer_organisation_id=self.decision.bidders[result.bid_id],
            total_value_gbp=None if hides_value else result.total_value_gbp,
            points=result.points,
            weighted_points=result.weighted_points,
            criteria=criteria,
        )

    def _criterion(self, part: MeasureScore, withheld: Sequence[Withheld]) -> AssessedCriterion:
        terms = self.decision.terms
        titles: dict[str, Any] = {one["measure"]: one["title"] for one in self.decision.tender["measures"]}
        hides_amount = is_withheld(withheld, part.measure, "quantity", "value", "explanation")
        compared = Compared(self._offered(part), part.basis, part.explanation)
        return AssessedCriterion(
            measure=part.measure,
            title=titles[part.measure],
            weight=part.weight,
            quantitative_available=part.weight * terms.scoring.quantitative_share,
            qualitative_available=part.weight * terms.scoring.qualitative_share,
            quantity=None if is_withheld(withheld, part.measure, "quantity") else part.quantity,
            value_gbp=None if is_withheld(withheld, part.measure, "value") else part.value_gbp,
            quantitative_points=part.quantitative_points,
            qualitative_score=part.qualitative_score,
            qualitative_points=part.qualitative_points,
            points=part.points,
            # Its words hold the amounts: they go with either of them.
            explanation=None if hides_amount else told_explanation(compared, self._offers(part.measure)),
            reason=None
            if part.answer is None or is_withheld(withheld, part.measure, "reason")
            else part.answer.reason,
            licensed_framework=part.licensed_framework,
        )

    def _offers(self, measure: str) -> set[Decimal | None]:
        """The offers on a measure that the bidder knows, or is told."""
        told = [] if self.own is None else [self.own]
        if self.winner is not None and not is_withheld(
            self.withheld, measure, "quantity", "value", "explanation"
        ):
            told.append(self.winner)
        parts = [part for result in told for part in result.measures if part.measure == measure]
        return {self._offered(part) for part in parts}

    def _offered(self, part: MeasureScore) -> Decimal | None:
        """What is compared: the value, or the quantity of measures with a licensed figure or a target."""
        by_quantity = part.licensed_framework is not None or self.decision.terms.scoring.method != (
            "relative_to_highest"
        )
        return part.quantity if by_quantity else part.value_gbp
