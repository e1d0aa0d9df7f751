"""Contracts of contract performance: the buyer's ratings in, the published assessment out."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, DecimalText

Rating = Literal["good", "approaching_target", "requires_improvement", "inadequate", "other"]
"""The ratings of the Procurement Act 2023, section 71: Good, Approaching target, Requires improvement,
Inadequate, Other."""


class IndicatorRating(Contract):
    """What the buyer says of one indicator; without a rating it is left to the rule, if that can tell."""

    indicator: Code
    rating: Rating | None = None
    notes: Annotated[str, Field(max_length=2000)] = ""  # published; needed where the rule rates otherwise


class PerformanceNoticeDraft(Contract):
    """The assessment of one period of a contract, which the caller's organisation bought."""

    agreement_id: UUID
    ocid: Annotated[str, Field(min_length=1, max_length=300)]
    period_start: date
    period_end: date  # before today
    ratings: Annotated[list[IndicatorRating], Field(max_length=50)] = []


class IndicatorAssessment(Contract):
    """An indicator as it was rated. Quantities are null where they are not told in public."""

    indicator: Code
    title: str
    commitment_line_id: UUID | None
    rating: Rating
    rated_by: Literal["buyer", "rule"]
    notes: str
    validated_quantity: DecimalText | None
    due_quantity: DecimalText | None


class PerformanceNotice(Contract):
    """A published assessment, and the OCDS release that it went out as."""

    release_id: UUID
    ocid: str
    agreement_id: UUID
    period_start: date
    period_end: date
    published_at: datetime
    is_update: bool  # the period was told of before
    rule_version: int
    indicators: list[IndicatorAssessment]
