"""Contracts of procurement-api's tenders: what is asked for, on which terms, and how far it has come."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from cdp_common.contracts.base import (
    Code,
    Contract,
    DataStatus,
    DayNotHeld,
    DecimalText,
    GbpText,
    LongText,
    Sha256,
    ShareText,
    ShortText,
    Slug,
)
from cdp_common.contracts.toms import Accumulation, Unit

TenderState = Literal["draft", "published", "closed", "evaluated", "awarded", "cancelled"]
AwardBy = Literal["whole", "lot"]
Standstill = Literal["mandatory", "voluntary", "none"]
ScoringMethod = Literal["relative_to_highest", "against_target"]
PanelKind = Literal["moderated", "single"]


def in_utc(moment: datetime) -> datetime:
    """The same moment with the offset of UTC; `DayNotHeld` where the calendar has none such there."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as problem:
        raise DayNotHeld("must lie within the calendar of UTC") from problem


class AskedMeasure(Contract):
    """A measure that a tender asks bidders to commit to."""

    measure: Code
    lots: Annotated[list[Code], Field(max_length=100)] = []  # the lots that it is asked for; empty: all
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
    panel: PanelKind = "moderated"  # whether a moderator sets the score that counts, or one evaluator does


class TenderTerms(Contract):
    """What a buyer sets before publication; the whole set replaces the earlier one."""

    edition_hash: Sha256
    measures: Annotated[list[AskedMeasure], Field(min_length=1, max_length=100)]
    scoring: Scoring
    social_value_weight: ShareText  # of the whole award score, e.g. 0.10
    deadline_at: Annotated[AwareDatetime, AfterValidator(in_utc)]  # stated with any offset, given in UTC
    contract_starts_on: date
    contract_ends_on: date
    place_slug: Slug
    local_area: ShortText  # the area in which "local" is meant, in words and code
    award_by: AwardBy = "whole"  # one contract for the tender, or one for each lot
    # Whether a standstill is kept before signing: by law, of the buyer's own will, or not at all where it
    # does not apply (below the threshold, for example).
    standstill: Standstill = "mandatory"


class PinnedMeasure(AskedMeasure):
    """An asked measure with what was pinned from the edition at publication."""

    title: str
    guidance: str = ""
    unit: Unit
    decimals: int
    negative_allowed: bool = False
    maximum_per_line: DecimalText | None = None
    accumulation: Accumulation = "flow"
    target_groups: list[Code] = []  # of which a line names one, if there are any
    excludes: list[Code] = []  # asked measures that do not count the same activity


class TenderValue(Contract):
    """An estimated value in pounds, without VAT and with it, as far as known."""

    amount_net: GbpText | None = None
    amount_gross: GbpText | None = None
    currency: Literal["GBP"] = "GBP"


class ForeignValue(Contract):
    """A value that a notice states in another currency: kept as it is, never converted."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    amount_net: DecimalText | None
    amount_gross: DecimalText | None


class Lot(Contract):
    """A lot of a tender."""

    id: Code
    title: ShortText
    value: TenderValue | None = None


class TenderCorrection(Contract):
    """What a draft tender says from now on, as a whole; without `terms` those that it has stay."""

    reference: ShortText
    title: ShortText
    description: LongText | None = None
    place_id: UUID
    delivery_areas: Annotated[list[Code], Field(max_length=200)] = []  # codes of the areas it is delivered in
    value: TenderValue | None = None
    lots: Annotated[list[Lot], Field(max_length=100)] = []
    terms: TenderTerms | None = None


class TenderDraft(TenderCorrection):
    """A tender that no notice is imported for; its terms may come with it or be set later."""

    buyer_organisation_id: UUID
    # The buyer's own contracting process; without it one is made from the deployment's prefix.
    ocid: Annotated[str | None, StringConstraints(pattern=r"^ocds-[a-z0-9]{6}-[!-~]{1,200}$")] = None
    data_status: DataStatus = "actual"


class Tender(Contract):
    """A tender as its state lets it be seen; bids are only counted until opening."""

    id: UUID
    ocid: str | None
    reference: str
    title: str
    description: str | None
    buyer_organisation_id: UUID
    place_id: UUID
    delivery_areas: list[Code]
    value: TenderValue | None
    foreign_value: ForeignValue | None  # what an imported notice states in another currency
    lots: list[Lot]
    state: TenderState
    terms: TenderTerms | None
    measures: list[PinnedMeasure]  # empty until published
    bid_count: int
    published_at: datetime | None
    deadline_at: datetime | None
    deadline_london: str | None  # the deadline in Europe/London with its offset
    opened_at: datetime | None
    terms_version: int  # 0 until published, then counted up by amendments
    bids_since_terms_version: int  # bids made or confirmed under earlier terms are to be confirmed
    version: int
    data_status: DataStatus


class TenderChanged(Contract):
    """Payload of the `tender.*` events: published, opened, evaluated, awarded, cancelled."""

    tender_id: UUID
    state: TenderState
    title: str
    place_id: UUID
    data_status: DataStatus
