"""Contracts of counts of people: breakdown schemes, cohorts, and the protected tables that are published."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, DataStatus, DecimalText, Sha256, ShortText, Url

NOT_ASKED = "not_asked"
PREFER_NOT_TO_SAY = "prefer_not_to_say"

Count = Annotated[int, Field(ge=0, le=10_000_000)]


class Category(Contract):
    """One category of a dimension."""

    code: Code
    title: ShortText


class BreakdownDimension(Contract):
    """A dimension of equality; its categories take in everybody, those not asked included."""

    code: Code
    title: ShortText
    source: ShortText  # whose categories they are
    source_url: Url | None = None
    # Among them `not_asked` and `prefer_not_to_say`.
    categories: Annotated[list[Category], Field(min_length=3, max_length=30)]


class Stage(Contract):
    """A stage of the way: whoever has reached it has reached those before it."""

    code: Code
    title: ShortText
    # A check so many months after the cohort's period: it is neither stated nor published before.
    after_months: Annotated[int, Field(ge=1, le=60)] | None = None


class BreakdownArea(Contract):
    """A smallest area of a scheme, and the groups that it belongs to (its ward, its band of need)."""

    code: Code
    title: ShortText
    groups: Annotated[list[Code], Field(max_length=6)] = []


class AreaGroup(Contract):
    """Areas taken together; groups of one kind may overlap those of another."""

    code: Code
    title: ShortText


class BreakdownScheme(Contract):
    """How people of a place's programmes are counted: dimensions, stages, areas. A version never changes."""

    code: Code
    version: Code
    title: ShortText
    dimensions: Annotated[list[BreakdownDimension], Field(min_length=1, max_length=12)]
    stages: Annotated[list[Stage], Field(min_length=1, max_length=10)]
    area_groups: Annotated[list[AreaGroup], Field(max_length=60)] = []
    areas: Annotated[list[BreakdownArea], Field(max_length=200)] = []


class PublishedScheme(BreakdownScheme):
    """A scheme as a place has published it."""

    id: UUID
    place_id: UUID
    published_at: datetime


class CohortRow(Contract):
    """How many people of one category, in one area, reached each stage."""

    area: Code | None = None  # null: not placed
    dimension: Code
    category: Code
    reached: Annotated[list[Count], Field(min_length=1, max_length=10)]  # one per stage, in their order


class CohortDraft(Contract):
    """The people that an organisation counted in a programme for one quarter: counts only, never persons."""

    place_id: UUID
    programme: Code
    scheme: Code
    scheme_version: Code
    period_start: date  # a calendar quarter
    period_end: date
    rows: Annotated[list[CohortRow], Field(min_length=1, max_length=5000)]
    data_status: DataStatus = "actual"


class CohortCorrection(Contract):
    """The cohort's whole new content: also how stages are brought up to date that are reached later."""

    reason: ShortText
    rows: Annotated[list[CohortRow], Field(min_length=1, max_length=5000)]


class Cohort(CohortDraft):
    """A cohort as recorded; a correction supersedes it, and both stay readable."""

    id: UUID
    organisation_id: UUID
    people: list[int]  # at each stage
    supersedes: UUID | None
    superseded: bool
    correction_reason: str | None
    recorded_at: datetime


class PeopleDraft(Contract):
    """Publishing what a programme counted in a period; publishing it again restates it, with a reason."""

    programme: Code
    period_start: date  # whole calendar quarters that are over
    period_end: date
    reason: ShortText | None = None  # required when the period was published before


class PeopleCell(Contract):
    """A count of people; withheld where it is small, or would give a small one away."""

    dimension: Code | None  # null: everybody
    category: Code | None
    area: Code | None  # null: the whole place
    stage: Code
    count: int | None
    # Of everybody in that area who reached the stage, and of those of the cell who reached the first stage;
    # in percent with one decimal, only where both counts are shown.
    percent: DecimalText | None
    percent_of_first_stage: DecimalText | None
    withheld: bool


class PeopleDisclosure(Contract):
    """By which rule cells were withheld."""

    minimum_people: int
    cells: int
    withheld_small: int  # below the threshold themselves
    withheld_beside: int  # so that no other can be worked out


class PeopleTable(Contract):
    """A frozen, numbered table. `content_sha256` is over the canonical JSON of `cells`."""

    id: UUID
    place_id: UUID
    number: int
    programme: Code
    scheme: Code
    scheme_version: Code
    period_start: date
    period_end: date
    published_at: datetime
    restates: int | None
    reason: str | None
    organisations: int  # how many counted people
    stages: list[Stage]  # those that are due
    cells: list[PeopleCell]
    content_sha256: Sha256
    disclosure: PeopleDisclosure
    licence: str
    data_status: DataStatus


class PeopleTableRef(Contract):
    """A published table without its cells."""

    id: UUID
    number: int
    programme: Code
    period_start: date
    period_end: date
    published_at: datetime
    restates: int | None
    reason: str | None
    content_sha256: Sha256
