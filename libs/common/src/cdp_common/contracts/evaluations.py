"""Contracts of procurement-api: scores of written answers, evaluations, what bidders are told of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, DecimalText, GbpText, ShortText
from cdp_common.contracts.licensed import Licensed
from cdp_common.contracts.tenders import ScoringMethod


class PanelScore(Contract):
    """A panel's score of one written answer."""

    bid_id: UUID
    measure: Code
    score: DecimalText  # 0 to the scale's maximum
    reason: ShortText


class PanelScores(Contract):
    """Scores of written answers; posting again for the same bid and measure gives a new version."""

    scores: Annotated[list[PanelScore], Field(min_length=1, max_length=5000)]


class MeasureScore(Licensed):
    """How one bid scored on one measure, and why.

    A measure whose figure is licensed is scored by quantity, which gives the same share of the highest bid.
    """

    pounds = ("value_gbp",)

    measure: Code
    weight: DecimalText
    quantity: DecimalText | None
    value_gbp: GbpText | None
    basis: DecimalText | None  # the highest bid's value (of licensed measures its quantity), or the target
    quantitative_points: DecimalText
    qualitative_score: DecimalText | None
    qualitative_points: DecimalText
    points: DecimalText
    explanation: str


class BidResult(Licensed):
    """One bid's result; its total value is null for readers to whom the value of a measure in it is."""

    bid_id: UUID
    tenderer_name: str
    total_value_gbp: GbpText | None
    points: DecimalText  # of 100
    weighted_points: DecimalText  # points × social-value weight
    rank: int
    tied: bool
    measures: list[MeasureScore]

    def is_visible_to(self, scopes: Collection[str]) -> bool:
        """Whether the holder of the scopes may see the pounds of every measure in it."""
        return all(measure.is_visible_to(scopes) for measure in self.measures)


class Evaluation(Contract):
    """The evaluation of a tender: a new version whenever something it rests on changes."""

    tender_id: UUID
    version: int
    evaluated_at: datetime
    method: ScoringMethod
    results: list[BidResult]


class AssessmentSummary(Contract):
    """What one bidder is told: its own result and the winner's scores, nothing of other rivals."""

    tender_id: UUID
    own: BidResult
    winner: BidResult | None
    own_is_winner: bool
