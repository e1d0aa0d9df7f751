"""Contracts of procurement-api's tenders: what is asked for, on which terms, and how far it has come."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from cdp_common.contracts.base import (
    Code,
    Contract,
    DataStatus,
    DecimalText,
    GbpText,
    Sha256,
    ShareText,
    ShortText,
    Slug,
)
from cdp_common.contracts.toms import Accumulation, Unit

TenderState = Literal["draft", "published", "closed", "evaluated", "awarded", "cancelled"]
ScoringMethod = Literal["relative_to_highest", "against_target"]


class AskedMeasure(Contract):
    """A measure that a tender asks bidders to commit to."""

    measure: Code
    weight: DecimalText  # weights of one tender sum to 100
    target: DecimalText | None = None  # published target, for scoring against a target
    mandatory: bool = False
    answer_required: bool = True
    answer_max_chars: Annotated[int, Field(ge=50, le=20_000)] = 2000
    needs_industry: bool = False


class Scoring(Contract):
    """How the social-value part is scored: the two shares sum to 1."""

    method: ScoringMethod
    quantitative_share: ShareText
    qualitative_share: ShareText
    qualitative_scale_max: Annotated[int, Field(ge=1, le=100)] = 5


class TenderTerms(Contract):
    """What a buyer sets before publication; the whole set replaces the earlier one."""

    edition_hash: Sha256
    measures: Annotated[list[AskedMeasure], Field(min_length=1, max_length=100)]
    scoring: Scoring
    social_value_weight: ShareText  # of the whole award score, e.g. 0.10
    deadline_at: AwareDatetime
    contract_starts_on: date
    contract_ends_on: date
    place_slug: Slug
    local_area: ShortText  # the area in which "local" is meant, in words and code


class PinnedMeasure(AskedMeasure):
    """An asked measure with what was pinned from the edition at publication."""

    title: str
    unit: Unit
    decimals: int
    negative_allowed: bool = False
    maximum_per_line: DecimalText | None = None
    accumulation: Accumulation = "flow"
    target_groups: list[Code] = []  # of which a line names one, if there are any
    excludes: list[Code] = []  # asked measures that do not count the same activity


class Lot(Contract):
    """A lot of a tender."""

    id: Code
    title: str
    value_gbp: GbpText | None = None


class Tender(Contract):
    """A tender as its state lets it be seen; bids are only counted until opening."""

    id: UUID
    ocid: str | None
    reference: str
    title: str
    description: str | None
    buyer_organisation_id: UUID
    place_id: UUID
    value_gbp: GbpText | None
    lots: list[Lot]
    state: TenderState
    terms: TenderTerms | None
    measures: list[PinnedMeasure]  # empty until published
    bid_count: int
    published_at: datetime | None
    deadline_at: datetime | None
    deadline_london: str | None  # the deadline in Europe/London with its offset
    opened_at: datetime | None
    version: int
    data_status: DataStatus


class TenderChanged(Contract):
    """Payload of the `tender.*` events: published, opened, evaluated, awarded, cancelled."""

    tender_id: UUID
    state: TenderState
    title: str
    place_id: UUID
    data_status: DataStatus
