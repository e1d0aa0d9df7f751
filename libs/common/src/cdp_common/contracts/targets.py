"""Contracts of a place's targets: numbers to be reached by a day, and how far they are reached."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, DataStatus, DecimalText, LongText, ShareText, ShortText
from cdp_common.contracts.framework_packs import Baseline
from cdp_common.contracts.toms import Accumulation, MeasureKey, Source, Unit

Aim = Literal["at_least", "at_most"]
TargetState = Literal["open", "withdrawn"]
Standing = Literal["no_data", "reached", "on_track", "behind", "within", "exceeded", "missed"]
"""How a target stands.

- no_data: nothing counts yet;
- reached: at least as much as is aimed at; of `at_most`, once its last day is past and it was kept to;
- on_track, within: not yet, and at the present rate it will be; `within` is said of `at_most`;
- behind: at the present rate it will not be, or the rate is not known yet;
- exceeded: more than the `at_most` already;
- missed: the last day is past, and it was not reached.
"""


class TargetDraft(Contract):
    """A number to be reached by a day in the unit of its measures; it need not carry pounds."""

    code: Code  # unique in the place
    title: ShortText
    # What counts towards it; measures of several editions count together when their units agree.
    measures: Annotated[list[MeasureKey], Field(min_length=1, max_length=20)]
    workstream: Code | None = None
    value: DecimalText
    aim: Aim = "at_least"
    counted_from: date | None = None  # null: since the programme began
    due: date  # the last day that counts
    baseline: Baseline | None = None
    # Whether it counts people: then small numbers are withheld from the public.
    counts_people: bool = False
    source: Source
    note: LongText | None = None
    data_status: DataStatus = "actual"


class TargetImport(Contract):
    """Takes over the targets of a published edition that the place does not have yet."""

    edition_id: UUID
    counts_people: Annotated[list[Code], Field(max_length=500)] = []  # the targets that count people
    data_status: DataStatus = "actual"


class TargetChange(Contract):
    """A new version of a target: what is left out stays; the versions before stay readable."""

    reason: ShortText
    title: ShortText | None = None
    value: DecimalText | None = None
    due: date | None = None
    baseline: Baseline | None = None
    source: Source | None = None
    note: LongText | None = None
    state: TargetState | None = None


class TargetMeasure(MeasureKey):
    """A measure that counts towards a target."""

    title: str


class TargetVersion(Contract):
    """What a target was from one version on, and why it was changed."""

    version: int
    title: str
    value: DecimalText
    due: date
    baseline: Baseline | None
    source: Source
    note: str | None
    state: TargetState
    reason: str | None  # null of the first version
    recorded_at: datetime


class PlaceTarget(Contract):
    """A place's target as it stands, with its earlier versions, the newest first."""

    id: UUID
    place_id: UUID
    code: Code
    title: str
    measures: list[TargetMeasure]
    unit: Unit
    accumulation: Accumulation
    workstream: Code | None
    value: DecimalText
    aim: Aim
    counted_from: date | None
    due: date
    baseline: Baseline | None
    counts_people: bool
    source: Source
    note: str | None
    state: TargetState
    version: int
    earlier: list[TargetVersion]
    data_status: DataStatus


class TargetImported(Contract):
    """What an import took over; targets whose codes the place has already stay as they are."""

    items: list[PlaceTarget]
    known_already: list[Code]


class Achieved(Contract):
    """How much counts towards a target, by one figure."""

    quantity: DecimalText | None  # null when nothing counts yet, or what there is cannot be put together
    share: DecimalText | None  # of the way from the baseline (or nothing) to the target; 1 is all of it
    forecast: DecimalText | None  # on the last day, at the present rate
    standing: Standing
    # Of 'latest' percentages of several organisations: they have no common value.
    not_combinable: bool = False
    # The change since it was last published would give somebody's own figures away: it stands as then.
    held_back: bool = False


class TargetProgress(Contract):
    """How far a target is reached: live with a role in the place, else as last published."""

    target_id: UUID
    target_version: int
    code: Code
    title: str
    unit: Unit
    value: DecimalText
    due: date
    as_of: datetime
    through: date | None  # the last day that what counts reaches to; null when nothing does
    rate_from: date | None  # the first day from which the present rate is taken
    delivered: Achieved | None  # null: withheld
    validated: Achieved | None
    withheld: Literal["disclosure", "licensed"] | None = None
    publication_number: int | None  # null for live figures
    contributors: int | None  # organisations whose delivery counts; null in public figures
    coverage: ShareText | None = None  # of the publication
    data_status: DataStatus
