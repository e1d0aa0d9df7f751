"""Contracts of procurement-api's plans: what a partner means to do of its own accord in a period."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.agreements import LineVariation
from cdp_common.contracts.base import ActedBy, Contract, DataStatus, Sha256, ShortText, Slug
from cdp_common.contracts.commitments import CommitmentLine
from cdp_common.contracts.promises import PromisedLine

PlanState = Literal["adopted", "withdrawn"]
PlanChangeKind = Literal["variation", "withdrawal"]


class PlanLineDraft(PromisedLine):
    """A commitment in a plan of own activity; what lies in several areas is a line for each."""


class PlanDraft(Contract):
    """A plan of own activity, of the organisation that the caller acts for."""

    reference: ShortText
    title: ShortText
    place_id: UUID
    place_slug: Slug
    adopted_on: date
    starts_on: date
    ends_on: date
    edition_hash: Sha256
    lines: Annotated[list[PlanLineDraft], Field(min_length=1, max_length=1000)]
    data_status: DataStatus = "actual"


class PlanVariation(Contract):
    """A change of what a plan promises, from a date on; lines that are left out stay."""

    effective_on: date
    reason: ShortText
    lines: Annotated[list[LineVariation], Field(max_length=1000)] = []
    new_lines: Annotated[list[PlanLineDraft], Field(max_length=1000)] = []


class PlanWithdrawal(Contract):
    """The end of a plan from a date: what was not yet due is no longer owed."""

    effective_on: date
    reason: ShortText


class PlanChange(Contract):
    """A variation of a plan or its end: which version it made, from when on, and why."""

    version: int
    kind: PlanChangeKind = "variation"
    effective_on: date
    reason: str
    recorded_at: datetime
    line_ids: list[UUID]  # the lines that changed or were added
    acted_by: ActedBy | None = None  # null where it ended with the partner's membership


class Plan(Contract):
    """A partner's plan of own activity with its commitment lines."""

    id: UUID
    state: PlanState
    reference: str
    title: str
    place_id: UUID
    organisation_id: UUID  # the partner, which promises and delivers
    organisation_name: str
    membership_id: UUID  # in which it was adopted
    adopted_on: date
    starts_on: date
    ends_on: date
    withdrawn_on: date | None
    withdrawal_reason: str | None
    acted_by: ActedBy | None = None  # who adopted it for the partner
    lines: list[CommitmentLine]
    version: int
    data_status: DataStatus
