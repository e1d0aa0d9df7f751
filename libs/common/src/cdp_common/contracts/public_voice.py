"""Contracts of partners-api: what the public sends a place, with consent, and what becomes of it.

Whatever names a person is kept apart, under the `contact_id` that the answer gives, and can be erased with
the `withdrawal_token` that is given once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from cdp_common.contracts.base import Code, Contract, DataStatus, LongText, ShortText
from cdp_common.contracts.hub import Email

ContactPurpose = Literal["gathering", "idea", "supporter"]
IdeaKind = Literal["idea", "feedback", "case_study"]
IdeaState = Literal["received", "shown", "declined"]
Interest = Literal["news", "charter", "partnership", "volunteering"]
PublicText = Annotated[str, StringConstraints(min_length=1, max_length=5_000)]
WithdrawalToken = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{43}$")]


class ConsentWordingDraft(Contract):
    """What people agree to when they leave their name, for one purpose."""

    purpose: ContactPurpose
    version: Code
    text: LongText


class ConsentWording(ConsentWordingDraft):
    """A published wording, which never changes; the latest of its purpose is the one to agree to."""

    id: UUID
    place_id: UUID
    published_at: datetime


class PublicPerson(Contract):
    """Somebody of the public who agreed to be known for one purpose."""

    name: ShortText
    email: Email
    organisation_name: ShortText | None = None
    wording_id: UUID  # the consent that was given


class ConsentWithdrawal(Contract):
    """The token that was given once, to whoever gave the consent."""

    token: WithdrawalToken


# ------------------------------------------------------------------ ideas and feedback
class IdeaDraft(Contract):
    """An idea, feedback or a case study that somebody offers; a sender is known only if they want to be."""

    kind: IdeaKind = "idea"
    title: ShortText
    text: PublicText  # plain text
    objectives: Annotated[list[Code], Field(max_length=50)] = []
    area: Code | None = None
    sender: PublicPerson | None = None
    show_name: bool = False  # beside the idea, once it is shown
    data_status: DataStatus = "actual"


class IdeaReceipt(Contract):
    """What the sender is told: it shows once somebody has read it."""

    id: UUID
    state: IdeaState
    contact_id: UUID | None
    withdrawal_token: str | None  # given once; it erases the sender and the idea


class Idea(Contract):
    """An idea that a moderator let show."""

    id: UUID
    place_id: UUID
    kind: IdeaKind
    title: str
    text: str
    objectives: list[Code]
    area: Code | None
    sender_name: str | None  # only where the sender asked for it
    reply: str | None
    received_at: datetime
    data_status: DataStatus


class ReceivedIdea(Idea):
    """An idea as moderators see it."""

    state: IdeaState
    reason: str | None
    contact_id: UUID | None
    sender: ContactDetails | None


class ContactDetails(Contract):
    """Who somebody is, to those who need to know."""

    name: str
    email: str
    organisation_name: str | None


class IdeaModeration(Contract):
    """Whether an idea shows, why, and what the place answers."""

    outcome: Literal["shown", "declined"]
    reason: ShortText
    reply: LongText | None = None


# ------------------------------------------------------------------ supporters
class SupporterDraft(Contract):
    """Somebody who wants to support the programme, or to hear of it."""

    person: PublicPerson
    interests: Annotated[list[Interest], Field(min_length=1, max_length=4)]


class SupporterReceipt(Contract):
    """What a supporter is told."""

    id: UUID
    contact_id: UUID
    withdrawal_token: str  # given once


class Supporter(Contract):
    """A supporter, to those who write for the place; who withdrew is not there."""

    id: UUID
    interests: list[Interest]
    since: datetime
    contact_id: UUID
    person: ContactDetails


class SupporterCount(Contract):
    """How many support the programme of a place now."""

    place_id: UUID
    count: int


class IdeaChanged(Contract):
    """Payload of `idea.received`, `idea.shown`, `idea.declined` and `idea.removed`; it names nobody."""

    idea_id: UUID
    place_id: UUID
    kind: IdeaKind
    state: IdeaState | Literal["removed"]


class SupporterChanged(Contract):
    """Payload of `supporter.registered` and `supporter.withdrawn`; it names nobody."""

    supporter_id: UUID
    place_id: UUID


ReceivedIdea.model_rebuild()
