"""An edition of a measurement framework as data.

The fields mirror the framework pack, so that the canonical JSON of an edition is that of its pack.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

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
Valuing = Literal["proxy", "local_multiplier", "none"]
ValueType = Literal["wellbeing", "fiscal", "economic", "resource_cost", "environmental"]
DiscountRate = Literal["standard", "health"]
"""Which of the Green Book's rates a value of later years is discounted at, where discounting is asked for."""

DataStatus = Literal["actual", "synthetic_sample"]
Aim = Literal["at_least", "at_most"]
Origin = Literal["inherited", "tailored", "added"]
"""Of a part of a tailored edition: the parent's as it was, the parent's with changes, or its own."""

MONEY_UNITS: frozenset[str] = frozenset({"gbp_invested", "gbp_spent"})
"""Units that are pounds already, in the money of the day on which they were spent."""

UNPRICED_UNITS: frozenset[str] = frozenset({"percentage", "text"})
"""Units that can never carry a £ value."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from, exactly enough to check it again."""

    publisher: str
    title: str
    edition: str
    locator: str
    url: str
    published_on: date | None = None


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """The value of a proxy in one calendar year of delivery."""

    year: int
    central_gbp: Decimal
    low_gbp: Decimal | None = None
    high_gbp: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Proxy:
    """£ per unit of a measure, with the derivation and sources that let anybody check it."""

    code: str
    title: str
    component: Component
    value_type: ValueType
    price_year: int
    derivation: str
    sources: tuple[Source, ...]
    licence: str
    valid_from: date
    valid_to: date | None = None
    redistributable: bool = True
    discount_rate: DiscountRate = "standard"
    central_gbp: Decimal | None = None
    low_gbp: Decimal | None = None
    high_gbp: Decimal | None = None
    series: tuple[SeriesPoint, ...] = ()
    origin: Origin | None = None
    licence_framework: str | None = None
    """The framework whose licence shows the figures of an inherited proxy; none: the edition's own."""


@dataclass(frozen=True, slots=True)
class Additionality:
    """Shares taken off gross value, in the order of HM Treasury's guidance; an absent one is not applied."""

    source: str
    deadweight: Decimal | None = None
    displacement: Decimal | None = None
    leakage: Decimal | None = None
    substitution: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted, in which unit, how it adds up and how it is valued."""

    code: str
    outcome: str
    title: str
    guidance: str
    unit: Unit
    accumulation: Accumulation
    valuation: Valuing
    valid_from: date
    valid_to: date | None = None
    decimals: int = 2
    year_rule: YearRule = "once"
    proxy: str | None = None
    additionality: Additionality | None = None
    drop_off: Decimal | None = None
    lasts_years: int = 1
    negative_allowed: bool = False
    maximum_per_line: Decimal | None = None
    excludes: tuple[str, ...] = ()
    target_groups: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    origin: Origin | None = None
    changed: tuple[str, ...] = ()
    """Of a tailored measure: the fields that differ from the parent's."""
    revalued_because: str | None = None
    """Why a tailored measure is valued otherwise than in the parent; none: it is not."""


@dataclass(frozen=True, slots=True)
class Tag:
    """What a tag of measures stands for."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme of the framework; themes stand in display order."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome under a theme."""

    code: str
    theme: str
    title: str


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """One measure's share in one category of another system."""

    measure: str
    category: str
    share: Decimal


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """A mapping of measures to another system's categories."""

    scheme: str
    title: str
    categories: Mapping[str, str]
    rows: tuple[CrosswalkRow, ...]
    additive: bool | None = None
    """What the pack promises: true, that the shares sum to 1; false, that they need not."""
    source: Source | None = None
    note: str | None = None
    origin: Origin | None = None

    @property
    def adds_up(self) -> bool:
        """Whether the shares of every measure that it maps sum to exactly 1."""
        shares: dict[str, Decimal] = {}
        for row in self.rows:
            shares[row.measure] = shares.get(row.measure, Decimal(0)) + row.share
        return all(total == 1 for total in shares.values())


@dataclass(frozen=True, slots=True)
class Multiplier:
    """£ of local output per £ spent with one industry in one place."""

    place: str
    industry: str
    multiplier: Decimal
    source: Source
    derivation: str
    component: Component = "local_economic"
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Workstream:
    """A programme of work, and the measures in which its progress is read."""

    code: str
    title: str
    description: str | None = None
    measures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    """Where a measure stood before the work that a target is set for."""

    value: Decimal
    taken_on: date


@dataclass(frozen=True, slots=True)
class Target:
    """A number to be reached by a day, in the unit of its measure; it carries no pounds."""

    code: str
    title: str
    measure: str
    value: Decimal
    unit: Unit
    due: date
    source: Source
    workstream: str | None = None
    aim: Aim = "at_least"
    counted_from: date | None = None
    baseline: Baseline | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class EditionContent:
    """Everything an edition says; what its hash is taken over."""

    framework: str
    edition: str
    title: str
    publisher: str
    licence: str
    description: str
    effective_from: date
    themes: tuple[Theme, ...]
    outcomes: tuple[Outcome, ...]
    measures: tuple[Measure, ...]
    proxies: tuple[Proxy, ...]
    effective_to: date | None = None
    data_status: DataStatus = "actual"
    derived_from: str | None = None
    parent_framework: str | None = None
    parent_edition: str | None = None
    counts_initial_spend: bool = False
    multipliers: tuple[Multiplier, ...] = ()
    crosswalks: tuple[Crosswalk, ...] = ()
    tags: tuple[Tag, ...] = ()
    workstreams: tuple[Workstream, ...] = ()
    targets: tuple[Target, ...] = ()
