"""Contracts of charter-api: charter versions, signatories, pledges."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import (
    Code,
    Contract,
    DataStatus,
    DecimalText,
    LongText,
    Sha256,
    ShortText,
    Slug,
)
from cdp_common.contracts.commitments import CommitmentLine, ScheduledShare
from cdp_common.contracts.partners import OrganisationKind
from cdp_common.contracts.toms import Unit

SignatureState = Literal["active", "due_for_renewal", "suspended", "lapsed", "withdrawn", "merged"]


class CharterPledge(Contract):
    """A pledge that the Charter offers under one of the place's objectives."""

    code: Code
    objective: Code
    title: ShortText


class CharterLevel(Contract):
    """A level at which the Charter may be signed, and the least that it asks."""

    code: Code
    order: Annotated[int, Field(ge=1, le=20)]  # 1 is the first; a higher one asks no less
    name: ShortText
    text: ShortText | None = None  # what it asks, in words
    least_pledges: Annotated[int, Field(ge=0, le=50)] = 0
    least_objectives: Annotated[int, Field(ge=0, le=50)] = 0  # under which the pledges fall
    least_targets: Annotated[int, Field(ge=0, le=50)] = 0  # of pledges that are measurable


class CharterDraft(Contract):
    """A version of a place's Charter."""

    place_id: UUID
    version: Code
    title: ShortText
    preamble: LongText
    pledges: Annotated[list[CharterPledge], Field(min_length=1, max_length=100)]
    # With any, each signature states one of them.
    levels: Annotated[list[CharterLevel], Field(max_length=20)] = []
    review_months: Annotated[int, Field(ge=1, le=120)] = 12
    # For so many days before the review a signatory may renew; it is reminded on the first of them.
    renewal_notice_days: Annotated[int, Field(ge=1, le=366)] = 30
    source: ShortText
    data_status: DataStatus = "actual"


class Charter(CharterDraft):
    """A published, immutable version of the Charter."""

    id: UUID
    published_at: datetime


class PledgeTarget(Contract):
    """The measurable part of a pledge."""

    measure: Code
    edition_hash: Sha256
    quantity: DecimalText
    unit: Unit
    target_group: Code | None = None  # one of the measure's target groups, where it has any
    headcount: Annotated[int, Field(ge=1, le=10_000_000)] | None = None  # FTE never exceed headcount × years
    industry: Code | None = None
    area_code: Code | None = None
    schedule: Annotated[list[ScheduledShare], Field(max_length=600)] = []


class PledgeDraft(Contract):
    """A pledge made with a signature or later."""

    pledge: Code
    text: ShortText
    starts_on: date
    ends_on: date
    place_slug: Slug
    target: PledgeTarget | None = None


class SigningPerson(Contract):
    """Who signs for the organisation. Kept in one erasable record; the register shows the role only."""

    name: ShortText
    role: ShortText


class SignatureDraft(Contract):
    """Signing the Charter, with the first pledges."""

    charter_id: UUID
    signing_person: SigningPerson
    signed_on: date
    pledges: Annotated[list[PledgeDraft], Field(max_length=50)] = []
    # The small areas that the organisation signs for; none for the whole place.
    areas: Annotated[list[Code], Field(max_length=50)] = []
    level: Code | None = None  # one of the charter version's; null where it has none
    data_status: DataStatus = "actual"


class Pledge(Contract):
    """A pledge in force unless `withdrawn_on` is set."""

    id: UUID
    signature_id: UUID
    pledge: Code
    title: str
    objective: Code
    text: str
    starts_on: date
    ends_on: date
    commitment: CommitmentLine | None
    withdrawn_on: date | None = None


class Signatory(Contract):
    """An entry of the public register."""

    id: UUID  # of the signature
    place_id: UUID
    charter_id: UUID
    charter_version: str
    organisation_id: UUID
    organisation_name: str
    organisation_kind: OrganisationKind
    state: SignatureState
    signed_on: date
    renewal_due_on: date  # the first day on which it may be renewed
    expires_on: date
    signed_by_role: str
    areas: list[Code] = []
    level: Code | None = None
    level_name: str | None = None
    merged_into: UUID | None = None  # since records were merged: the organisation's signature that stands
    pledges: list[Pledge]
    version: int
    data_status: DataStatus


class SignatureEnd(Contract):
    """Withdrawal of a signature with its pledges, from a date."""

    effective_on: date
    reason: ShortText
