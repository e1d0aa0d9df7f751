"""Contracts of procurement-api's panels: who scores written answers, with which interests, what is agreed.

A person is either signed in (the token names them) or named by the client that calls, and is recorded as
asserted then. Names stand in one table from which they can be erased; everything else holds ids.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, DecimalText, ShortText


# ------------------------------------------------------------------ people
class AssertedPerson(Contract):
    """Somebody whom a client names: its own reference for them, and what else it knows."""

    reference: ShortText  # the client's own; the same reference is the same person
    name: ShortText | None = None
    person_id: UUID | None = None  # where the client knows who they are on this platform
    organisation_id: UUID | None = None  # whom they work for, where known


class Conflict(Contract):
    """An interest that could sway a judgement; without a bid it concerns the whole tender."""

    bid_id: UUID | None = None
    nature: ShortText  # what kind of interest; no names of persons


class InterestDeclaration(Contract):
    """What somebody declares before they score or moderate; an empty list declares that there is none."""

    evaluator: AssertedPerson | None = None  # absent when the person has signed in
    conflicts: Annotated[list[Conflict], Field(max_length=100)] = []


class DeclaredInterests(Contract):
    """A declaration as recorded; the latest version counts."""

    evaluator_id: UUID
    version: int
    conflicts: list[Conflict]
    declared_at: datetime


class PanelMember(Contract):
    """Somebody who scores or moderates, and what they declared last."""

    id: UUID
    asserted: bool  # named by a client, not signed in
    person_id: UUID | None
    client_id: str | None  # which client named them
    reference: str | None  # null once the person was erased
    name: str | None
    organisation_id: UUID | None
    erased_at: datetime | None = None  # what they gave stands without their name
    declared: DeclaredInterests | None


class Panel(Contract):
    """Everybody who has declared interests, scored or moderated in a tender."""

    tender_id: UUID
    members: list[PanelMember]


class ErasedEvaluator(Contract):
    """Somebody of a panel was erased: what names them is gone, what they gave stands."""

    evaluator_id: UUID
    tender_id: UUID


# ------------------------------------------------------------------ scores
class PanelScore(Contract):
    """One evaluator's score of one written answer."""

    bid_id: UUID
    measure: Code
    lot: Code | None = None  # named where each lot has a contract of its own, and only there
    score: DecimalText  # 0 to the scale's maximum
    reason: ShortText


class PanelScores(Contract):
    """One evaluator's scores; posting again for the same answer gives a new version."""

    evaluator: AssertedPerson | None = None  # absent when the person has signed in
    scores: Annotated[list[PanelScore], Field(min_length=1, max_length=5000)]


class RecordedScore(PanelScore):
    """A score as recorded."""

    id: UUID
    evaluator_id: UUID
    version: int
    recorded_at: datetime


class RecordedScores(Contract):
    """The scores as recorded, in the order in which they were sent."""

    evaluator_id: UUID
    scores: list[RecordedScore]


class ModerationDraft(Contract):
    """The scores on which the panel agreed, with the reasons, as their moderator sets them."""

    moderator: AssertedPerson | None = None  # absent when the person has signed in
    scores: Annotated[list[PanelScore], Field(min_length=1, max_length=5000)]


class ConsensusScore(PanelScore):
    """A score that was agreed, and the evaluators' scores on which it rests."""

    id: UUID
    version: int
    rests_on: list[UUID]


class Moderation(Contract):
    """The agreed scores as recorded."""

    moderator_id: UUID
    moderated_at: datetime
    scores: list[ConsensusScore]
