"""Contracts of toms-engine: measurement frameworks, measures, proxies, valuation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from cdp_common.contracts.base import (
    Code,
    Contract,
    DecimalText,
    GbpText,
    Sha256,
    ShareText,
    ShortText,
    Slug,
    Url,
)
from cdp_common.contracts.line_inputs import LineInputs

Unit = Literal[
    "fte_years",
    "hours",
    "attendee_hours",
    "weeks",
    "gbp_invested",
    "gbp_spent",
    "tco2e",
    "miles",
    "count",
    "percentage",
    "text",
]
Component = Literal["social", "local_economic"]
Accumulation = Literal["flow", "stock", "latest", "ratio"]
YearRule = Literal["every_contract_year", "once", "first_year_only"]
DiscountRate = Literal["standard", "health"]
ValueType = Literal["wellbeing", "fiscal", "economic", "resource_cost", "environmental"]
EditionState = Literal["draft", "published"]
NeedDomain = Literal["income", "employment", "education", "health", "crime", "barriers", "living_environment"]
# Of a part of an edition that tailors another: taken over, taken over with changes, or its own.
Origin = Literal["inherited", "tailored", "added"]


# ------------------------------------------------------------------ editions, measures and proxies
class Source(Contract):
    """Where a figure comes from, exactly enough to check it again."""

    publisher: ShortText
    title: ShortText
    edition: ShortText
    locator: ShortText  # page, table or cell
    url: Url
    published_on: date | None = None


class SeriesPoint(Contract):
    """The value of a proxy in one year of delivery."""

    year: Annotated[int, Field(ge=1990, le=2150)]
    low_gbp: DecimalText | None = None
    central_gbp: DecimalText
    high_gbp: DecimalText | None = None


class Additionality(Contract):
    """Shares taken off gross value, only those a measure declares (HM Treasury additionality guidance)."""

    deadweight: ShareText | None = None
    displacement: ShareText | None = None
    leakage: ShareText | None = None
    substitution: ShareText | None = None
    source: ShortText


class PackTheme(Contract):
    """A theme of the framework, in display order."""

    code: Code
    title: ShortText


class PackOutcome(Contract):
    """An outcome under a theme."""

    code: Code
    theme: Code
    title: ShortText


class CrosswalkRow(Contract):
    """One measure's share in one category of another system."""

    measure: Code
    category: Code
    share: ShareText


class Crosswalk(Contract):
    """A mapping of measures to another system's categories (objectives, pillars, goals, missions)."""

    scheme: Code
    title: ShortText
    categories: dict[str, str]
    rows: list[CrosswalkRow]
    additive: bool | None = None  # whether the shares of every measure it maps sum to exactly 1
    source: Source | None = None  # where the categories are published
    note: str | None = None
    origin: Origin | None = None


class TailoredFrom(Contract):
    """The published edition that another one tailors."""

    framework: Slug
    edition: Code
    edition_hash: Sha256


class Edition(Contract):
    """An edition of a measurement framework: draft until published, then immutable under its hash."""

    id: UUID
    framework: Slug
    edition: Code
    title: str
    publisher: str
    licence: str
    data_status: Literal["actual", "synthetic_sample"]
    state: EditionState
    edition_hash: Sha256  # SHA-256 of the canonical JSON of the pack
    effective_from: date
    effective_to: date | None
    published_at: datetime | None
    measure_count: int
    description: str
    derived_from: Sha256 | None = None  # edition hash of the parent that this edition tailors
    tailors: TailoredFrom | None = None
    tags: dict[Code, str] = {}  # what the tags of its measures stand for
    counts_initial_spend: bool = False
    themes: list[PackTheme]
    outcomes: list[PackOutcome]
    crosswalks: list[Crosswalk] = []


class Proxy(Contract):
    """A proxy as shown to a reader; the values are null where the licence does not let them be shown."""

    code: Code
    title: str
    component: Component
    value_type: ValueType
    central_gbp: DecimalText | None
    low_gbp: DecimalText | None
    high_gbp: DecimalText | None
    series: list[SeriesPoint]
    price_year: int
    derivation: str | None
    sources: list[Source]
    licence: str
    redistributable: bool
    discount_rate: DiscountRate = "standard"  # at which later years count, where discounting is asked for
    valid_from: date
    valid_to: date | None
    origin: Origin | None = None
    # whose licence shows the figures of an inherited proxy; null: the licence of the edition's own framework
    licence_framework: Slug | None = None


class Measure(Contract):
    """A measure of one edition with its theme, its proxy and what it excludes (closed symmetrically)."""

    edition_hash: Sha256
    framework: Slug
    edition: Code
    code: Code
    title: str
    guidance: str
    theme: PackTheme
    outcome: PackOutcome
    unit: Unit
    decimals: int
    accumulation: Accumulation
    year_rule: YearRule
    valuation: Literal["proxy", "local_multiplier", "none"]
    component: Component | None  # null when it carries no £
    proxy: Proxy | None
    additionality: Additionality | None
    drop_off: ShareText | None = None
    lasts_years: int = 1
    excludes: list[Code]
    target_groups: list[Code] = []
    evidence: list[str]
    needs: list[NeedDomain]
    objectives: list[Code]
    tags: list[Code] = []
    negative_allowed: bool
    maximum_per_line: DecimalText | None
    valid_from: date
    valid_to: date | None
    origin: Origin | None = None
    changed: list[str] = []  # of a tailored measure: the fields that differ from the parent's
    revalued_because: str | None = None  # why its value differs from the parent's; null where it does not


class MeasureKey(Contract):
    """Names one measure for ever: an edition's hash and a code in it."""

    edition_hash: Sha256
    code: Code


class MeasureBatchRequest(Contract):
    """A batch read of measures."""

    keys: Annotated[list[MeasureKey], Field(min_length=1, max_length=500)]


class MeasureBatch(Contract):
    """The measures found, and the keys that name none."""

    items: list[Measure]
    missing: list[MeasureKey]


# ------------------------------------------------------------------ valuation
class ValuationLine(Contract):
    """One quantity to be valued."""

    ref: ShortText  # the caller's own name of the line, given back
    measure: Code
    quantity: DecimalText | None = None  # may be left out where `inputs` give it
    unit: Unit
    denominator: DecimalText | None = None  # ratio measures only: quantity is the numerator
    inputs: LineInputs | None = None  # what the quantity is made of; beside a quantity it must give the same
    period_start: date
    period_end: date  # inclusive
    place: Slug | None = None  # needed by local multipliers
    industry: Code | None = None
    contract_years: DecimalText | None = None  # whole-life commitments under an every-year rule
    attribution_share: ShareText | None = None  # null means 1
    # The caller's own name of what was done. Lines of one request that name the same activity count it in a
    # measure once at most (shares up to 1), and not under measures that exclude each other.
    activity: Code | None = None
    target_group: Code | None = None  # one of the measure's target groups, where it has any
    started_on: date | None = None  # when the job or outcome began; first-year measures need it in deliveries
    headcount: Annotated[int, Field(ge=1, le=10_000_000)] | None = None  # FTE never exceed headcount × years
    committed_on: date | None = None  # the day of the promise: validity is judged on it, not on the period
    claimed_value_gbp: GbpText | None = None  # a £ sent by a client is recomputed; a mismatch is refused


class ValuationRequest(Contract):
    """Lines to value against one published edition."""

    edition_hash: Sha256
    lines: Annotated[list[ValuationLine], Field(min_length=1, max_length=1000)]
    explain: bool = False
    discount: bool = False  # Green Book rate; off by default, visible in the explanation when on
    # year 0 of discounting; null means the year in which each line's period starts
    discount_base_year: Annotated[int, Field(ge=1990, le=2150)] | None = None
    uprate_to_price_year: Annotated[int, Field(ge=1990, le=2150)] | None = (
        None  # GDP deflator; off by default
    )


class ExplanationStep(Contract):
    """One adjustment, in the order it was applied: the running result × factor ÷ divisor."""

    # full_time_equivalents, quantity, stock_time_weight, contract_years, attribution, proxy, deadweight, ...
    rule: Code
    text: str
    factor: DecimalText | None = None
    divisor: DecimalText | None = None
    result: DecimalText  # after this step, for reading: recomputing uses factors and divisors alone
    unit: str  # of the result: the measure's unit or GBP
    source: Source | None = None


class Explanation(Contract):
    """How one line's pounds came about; recomputing from it gives the same pence."""

    measure: Code
    measure_title: str
    edition_hash: Sha256
    framework: Slug
    edition: Code
    proxy: Proxy | None
    inputs: LineInputs | None = None  # as stated; the steps begin with what they give
    target_group: Code | None = None  # as stated
    steps: list[ExplanationStep]


class ValuedLine(Contract):
    """One valued line: whole pence as pounds; low and high are null where the source gives no range."""

    ref: str
    measure: Code
    quantity: DecimalText
    counted_quantity: DecimalText  # after accumulation rules: what adds up in totals
    unit: Unit
    social_gbp: GbpText
    local_economic_gbp: GbpText
    total_gbp: GbpText
    low_gbp: GbpText | None
    high_gbp: GbpText | None
    fiscal_gbp: GbpText  # of which value_type fiscal
    initial_spend_gbp: GbpText | None = None  # local spend: the contract price, shown apart
    # The framework whose licence is needed to see these pounds; null when they may be passed on.
    licensed_framework: Slug | None = None
    explanation: Explanation | None = None


class Valuation(Contract):
    """The valued lines and their totals: sums of rounded lines."""

    edition_hash: Sha256
    method_version: str
    price_years: list[int] = []  # in whose prices the lines' pounds stand: a single one is one price level
    lines: list[ValuedLine]
    social_gbp: GbpText
    local_economic_gbp: GbpText
    total_gbp: GbpText


# ------------------------------------------------------------------ files of lines
class BulkLine(Contract):
    """A row of a file, valued: what `ValuedLine` says of it, without repeating its quantity."""

    record: Literal["line"]
    row: int  # from 1, the header not counted
    ref: str
    measure: Code
    unit: Unit
    counted_quantity: DecimalText
    social_gbp: GbpText
    local_economic_gbp: GbpText
    total_gbp: GbpText
    low_gbp: GbpText | None
    high_gbp: GbpText | None
    fiscal_gbp: GbpText
    initial_spend_gbp: GbpText | None


class BulkFault(Contract):
    """Why a row was not valued; the field is empty where the whole row cannot be read."""

    field: str
    code: str
    message: str


class BulkRefusal(Contract):
    """A row of a file that was not valued; the rest went on."""

    record: Literal["refused"]
    row: int
    ref: str | None
    errors: list[BulkFault]


class _BulkTotals(Contract):
    lines: int
    valued: int
    refused: int
    social_gbp: GbpText
    local_economic_gbp: GbpText
    total_gbp: GbpText
    fiscal_gbp: GbpText
    edition_hash: Sha256
    method_version: str


class BulkSummary(_BulkTotals):
    """The last record of a file that was read to its end; totals are sums of rounded lines."""

    record: Literal["summary"]


class BulkStop(_BulkTotals):
    """The last record of a file that could not be read to its end: what was counted up to there, and why."""

    record: Literal["stopped"]
    code: str
    message: str


BulkRecord: TypeAdapter[BulkLine | BulkRefusal | BulkSummary | BulkStop] = TypeAdapter(
    Annotated[BulkLine | BulkRefusal | BulkSummary | BulkStop, Field(discriminator="record")]
)
"""Parses one line of an answer in JSON Lines."""
