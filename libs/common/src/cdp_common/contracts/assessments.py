"""Contracts of procurement-api's assessment summaries: what each bidder is told of the decision.

Section 50 of the Procurement Act 2023 asks for them, and regulation 31 of the Procurement Regulations 2024
(SI 2024/692) says what they hold: the award criteria with their weights and the scores that were to be had,
the score for each criterion with an explanation, the total, for the winner and for the bidder itself, and any
further explanation why the bidder is not awarded the contract. Section 94 lets a buyer withhold pieces; the
fact and the ground are told. Contact addresses of suppliers are not kept here: the buyer adds them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.after_opening import Statement
from cdp_common.contracts.base import Code, Contract, DecimalText, GbpText, ShareText, Url
from cdp_common.contracts.licensed import Licensed
from cdp_common.contracts.tenders import ScoringMethod

SummaryPiece = Literal["quantity", "value", "explanation", "reason"]
WithholdingGround = Literal["national_security", "sensitive_commercial_information"]


# ------------------------------------------------------------------ what the buyer decides
class WithheldPiece(Contract):
    """A piece of what is told of the winner that is withheld, and under which part of section 94(1)."""

    measure: Code | None = None  # null: of every measure
    piece: SummaryPiece
    ground: WithholdingGround  # section 94(1)(a) or (b)


class Withholding(WithheldPiece):
    """The same with the buyer's reason, which is kept and not told."""

    reason: Statement


class FurtherExplanation(Contract):
    """Why a bidder is not awarded the contract, beyond its scores (regulation 31(3)(c))."""

    bid_id: UUID
    explanation: Statement


class SummariesDraft(Contract):
    """The decision, as the bidders are told of it; what is sent does not change any more."""

    lot: Code | None = None  # null: the whole tender
    winner_bid_id: UUID | None  # null: nobody is awarded the contract
    criteria_url: Url | None = None  # where the award criteria stand in full (regulation 31(2)(d)(ii))
    withhold: Annotated[list[Withholding], Field(max_length=500)] = []
    further_explanations: Annotated[list[FurtherExplanation], Field(max_length=500)] = []


class SummariesSent(Contract):
    """That the bidders can read their summaries, since when, and on which evaluation they rest."""

    tender_id: UUID
    lot: Code | None
    sent_at: datetime
    evaluation_version: int
    winner_bid_id: UUID | None
    bid_ids: list[UUID]  # the bids for which there is one


class SummariesTold(Contract):
    """Payload of `tender.summaries_sent`, to the buyer and the bidders."""

    tender_id: UUID
    lot: Code | None
    sent_at: datetime


# ------------------------------------------------------------------ what a bidder is told
class AssessedCriterion(Licensed):
    """How a tender was assessed on one measure. What is withheld is null and named in the summary."""

    pounds = ("value_gbp",)

    measure: Code
    title: str
    weight: DecimalText  # its relative importance, of 100
    quantitative_available: DecimalText  # points that were to be had for the quantity
    qualitative_available: DecimalText  # and for the written answer
    quantity: DecimalText | None
    value_gbp: GbpText | None
    quantitative_points: DecimalText
    qualitative_score: DecimalText | None
    qualitative_points: DecimalText
    points: DecimalText
    explanation: str | None
    reason: str | None  # of the panel, for the score of the written answer


class AssessedTender(Licensed):
    """How one tender was assessed: score by score, and in all."""

    pounds = ("total_value_gbp",)

    bid_id: UUID
    tenderer_name: str
    tenderer_organisation_id: UUID
    total_value_gbp: GbpText | None
    points: DecimalText  # of 100
    weighted_points: DecimalText  # points × the weight of social value
    criteria: list[AssessedCriterion]

    def is_visible_to(self, scopes: Collection[str]) -> bool:
        """Whether the holder of the scopes may see the pounds of every criterion in it."""
        return all(criterion.is_visible_to(scopes) for criterion in self.criteria)


class AssessmentSummary(Contract):
    """What one bidder is told: its own scores and reasons and the winner's, nothing of other rivals."""

    tender_id: UUID
    lot: Code | None
    bid_id: UUID
    evaluation_version: int
    sent_at: datetime
    method: ScoringMethod
    qualitative_scale_max: int
    social_value_weight: ShareText
    criteria_url: Url | None
    own: AssessedTender | None  # null where the bid left the tender after opening
    winner: AssessedTender | None  # null where nobody is awarded the contract
    own_is_winner: bool
    further_explanation: str | None
    withheld: list[WithheldPiece]
