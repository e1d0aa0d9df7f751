"""Contracts of partners-api: training and events of a place, here called gatherings, and who comes.

(An *event* is what a service tells of in its feed.)
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, DataStatus, LongText, ShortText, Url
from cdp_common.contracts.public_voice import ContactDetails, PublicPerson

GatheringKind = Literal["training", "event"]
GatheringState = Literal["open", "cancelled"]
RegistrationState = Literal["registered", "waiting", "cancelled"]


class GatheringDraft(Contract):
    """A training or an event to which people register."""

    kind: GatheringKind
    title: ShortText
    summary: ShortText
    description: LongText | None = None  # Markdown
    starts_at: datetime
    ends_at: datetime
    venue: ShortText | None = None
    online_url: Url | None = None
    capacity: Annotated[int, Field(ge=1, le=10_000)]
    registration_closes_at: datetime | None = None  # absent: when it starts
    organiser_organisation_id: UUID
    objectives: Annotated[list[Code], Field(max_length=50)] = []
    data_status: DataStatus = "actual"


class Gathering(GatheringDraft):
    """A gathering with how full it is."""

    id: UUID
    place_id: UUID
    state: GatheringState
    cancelled_because: str | None
    description_html: str | None  # safe to show
    registered_count: int
    waiting_count: int
    attended_count: int


class GatheringChange(Contract):
    """Changes to a gathering that has not begun; absent fields stay, null takes away what need not be stated.

    More places move up those who wait, in order. There are never fewer than are taken.
    """

    title: ShortText | None = None
    summary: ShortText | None = None
    description: LongText | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    venue: ShortText | None = None
    online_url: Url | None = None
    capacity: Annotated[int, Field(ge=1, le=10_000)] | None = None
    registration_closes_at: datetime | None = None
    objectives: Annotated[list[Code], Field(max_length=50)] | None = None


class GatheringCancellation(Contract):
    """Why a gathering does not take place."""

    reason: ShortText


class RegistrationDraft(Contract):
    """Somebody who wants to come."""

    person: PublicPerson


class RegistrationReceipt(Contract):
    """Whether there is a place, or a place on the waiting list."""

    id: UUID
    gathering_id: UUID
    state: RegistrationState
    waiting_position: int | None  # 1 is moved up next
    contact_id: UUID
    withdrawal_token: str  # given once; it cancels, and erases the person


class RegistrationStanding(Contract):
    """How a registration stands now."""

    id: UUID
    gathering_id: UUID
    state: RegistrationState
    waiting_position: int | None


class GatheringRegistration(Contract):
    """A registration, to those who write for the place; of one who was erased the person is null."""

    id: UUID
    gathering_id: UUID
    number: int  # in the order in which they came
    state: RegistrationState
    attended: bool | None
    registered_at: datetime
    contact_id: UUID | None
    person: ContactDetails | None


class Attendance(Contract):
    """Who of those registered came, or did not."""

    registration_ids: Annotated[list[UUID], Field(min_length=1, max_length=500)]
    attended: bool = True


class GatheringChanged(Contract):
    """Payload of `gathering.announced`, `gathering.changed` and `gathering.cancelled`."""

    gathering_id: UUID
    place_id: UUID
    kind: GatheringKind
    starts_at: datetime


class RegistrationChanged(Contract):
    """Payload of `gathering_registration.made`, `.moved_up` and `.cancelled`; it names nobody."""

    registration_id: UUID
    gathering_id: UUID
    state: RegistrationState
