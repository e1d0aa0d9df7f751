"""Contracts of procurement-api's evaluations: how every point came about."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal
from uuid import UUID

from cdp_common.contracts.after_opening import RemovedBid, SupersededBid
from cdp_common.contracts.base import ActedBy, Code, Contract, DecimalText, GbpText
from cdp_common.contracts.licensed import Licensed
from cdp_common.contracts.tenders import ScoringMethod
from cdp_common.contracts.toms import Source

EvaluationCause = Literal["asked_for", "bid_excluded", "bid_withdrawn", "quantity_lowered"]
FlagKind = Literal["work_beyond_value", "outlier_of_bids", "outlier_of_contracts"]


class EvaluatorScore(Contract):
    """What one evaluator gave a written answer, and why."""

    evaluator_id: UUID
    score: DecimalText
    reason: str
    version: int


class AnswerScore(Contract):
    """How a written answer came by its score: agreed under a moderator, or given by the only evaluator."""

    score: DecimalText
    reason: str
    moderator_id: UUID | None  # null where the tender's terms ask for one evaluator
    scores: list[EvaluatorScore]


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
    answer: AnswerScore | None = None  # null while the written answer has no score that counts


class BidResult(Licensed):
    """One bid's result; its total value is null for readers to whom the value of a measure in it is."""

    bid_id: UUID
    lot: Code | None = None  # of a tender that is awarded lot by lot: results, ranks and ties are by lot
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


class PlausibilityFlag(Contract):
    """Something to look at before relying on a promise. It is advice: it changes no points and no rank."""

    bid_id: UUID
    measure: Code
    kind: FlagKind
    quantity: DecimalText  # as promised, or as far as accepted
    compared_with: DecimalText  # what the value pays for at most, or the median of the others
    explanation: str
    rules_version: str
    source: Source  # of the figure, or of the rule


class Evaluation(Contract):
    """The evaluation of a tender: a new version whenever something it rests on changes."""

    tender_id: UUID
    version: int
    evaluated_at: datetime
    acted_by: ActedBy | None = None  # who asked for it, or did what it had to follow
    cause: EvaluationCause = "asked_for"
    method: ScoringMethod
    results: list[BidResult]  # lot by lot where it is awarded so, best first in each
    removed: list[RemovedBid] = []  # out of the tender since opening
    superseded: list[SupersededBid] = []  # by later bids of the same organisations
    flags: list[PlausibilityFlag] = []  # for the buyer alone
