"""Framework packs: an edition of a measurement framework as data, whole or tailored from a parent edition.

The same document is what an author writes (in one file or a folder), what the published JSON Schema describes
and what the API imports. What several parts share may be written once under a name and then referred to.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from cdp_common.contracts.base import (
    Code,
    Contract,
    DataStatus,
    DecimalText,
    LongText,
    Sha256,
    ShareText,
    ShortText,
    Slug,
)
from cdp_common.contracts.toms import (
    Accumulation,
    Additionality,
    Component,
    CrosswalkRow,
    DiscountRate,
    NeedDomain,
    PackOutcome,
    PackTheme,
    SeriesPoint,
    Source,
    Unit,
    ValueType,
    YearRule,
)


# Which form of a field was written is told by its kind, so that a fault concerns that form alone.
def _name_or_part(value: Any) -> str:
    return "named" if isinstance(value, str) else "written_out"


def _word_or_list(value: Any) -> str:
    return "all" if isinstance(value, str) else "listed"


def _table_or_list(value: Any) -> str:
    return "table" if isinstance(value, Mapping) else "listed"


_NO_OTHER_NAMES: dict[str, Any] = {"additionalProperties": False}

NamedSource = Annotated[
    Annotated[Source, Tag("written_out")] | Annotated[Code, Tag("named")], Discriminator(_name_or_part)
]
"""A source, or the name under which the pack's `sources` hold it."""

NamedAdditionality = Annotated[
    Annotated[Additionality, Tag("written_out")] | Annotated[Code, Tag("named")], Discriminator(_name_or_part)
]
"""Additionality factors, or the name under which the pack's `additionality` holds them."""

Chosen = Annotated[
    Annotated[Literal["all"], Tag("all")] | Annotated[list[Code], Field(max_length=1000), Tag("listed")],
    Discriminator(_word_or_list),
]
"""Everything of the parent, or the codes of what is taken over."""


ShareTable = Annotated[
    dict[Code, Annotated[dict[Code, ShareText], Field(max_length=300, json_schema_extra=_NO_OTHER_NAMES)]],
    Field(max_length=1000, json_schema_extra=_NO_OTHER_NAMES),
]
"""Shares by measure and category."""


class PackProxy(Contract):
    """£ per unit of a measure, with the derivation and source that let anybody check it."""

    code: Code
    title: ShortText
    component: Component
    value_type: ValueType
    central_gbp: DecimalText | None = None  # null when `series` gives a value by year of delivery
    low_gbp: DecimalText | None = None
    high_gbp: DecimalText | None = None
    series: Annotated[list[SeriesPoint], Field(max_length=200)] = []
    price_year: Annotated[int, Field(ge=1990, le=2150)]
    derivation: LongText  # formula and inputs in words, so that a reader can redo it
    sources: Annotated[list[NamedSource], Field(min_length=1, max_length=10)]
    licence: ShortText
    redistributable: bool = True
    discount_rate: DiscountRate = "standard"  # the Green Book's, where a valuation asks for discounting
    valid_from: date
    valid_to: date | None = None


class PackMeasure(Contract):
    """One measure: what is counted, in which unit, how it is valued and what evidence is asked for."""

    code: Code
    outcome: Code
    title: ShortText
    guidance: LongText
    unit: Unit
    decimals: Annotated[int, Field(ge=0, le=6)] = 2
    accumulation: Accumulation
    year_rule: YearRule = "once"
    valuation: Literal["proxy", "local_multiplier", "none"]
    proxy: Code | None = None  # required when valuation is "proxy"
    additionality: NamedAdditionality | None = None
    drop_off: ShareText | None = None  # share lost in each year after the first, for outcomes that last
    lasts_years: Annotated[int, Field(ge=1, le=60)] = 1
    negative_allowed: bool = False
    maximum_per_line: DecimalText | None = None
    excludes: Annotated[list[Code], Field(max_length=50)] = []
    # groups of people of whom a line names one, if the measure is about such; one group for each person
    target_groups: Annotated[list[Code], Field(max_length=50)] = []
    evidence: Annotated[list[ShortText], Field(max_length=20)] = []
    needs: Annotated[list[NeedDomain], Field(max_length=7)] = []
    objectives: Annotated[list[Code], Field(max_length=50)] = []  # of the place programme, that it serves
    tags: Annotated[list[Code], Field(max_length=30)] = []  # each is declared in the pack's `tags`
    valid_from: date
    valid_to: date | None = None


class PackCrosswalk(Contract):
    """A mapping of measures to another system's categories (objectives, pillars, goals, missions)."""

    scheme: Code
    title: ShortText
    categories: Annotated[
        dict[Code, ShortText], Field(min_length=1, max_length=300, json_schema_extra=_NO_OTHER_NAMES)
    ]
    # a list of rows, or a table of measure: {category: share}
    rows: Annotated[
        Annotated[list[CrosswalkRow], Field(max_length=5000), Tag("listed")]
        | Annotated[ShareTable, Tag("table")],
        Discriminator(_table_or_list),
    ]
    # true: every mapped measure's shares sum to 1; false: they need not, so its categories have no total
    additive: bool | None = None
    source: NamedSource | None = None
    note: LongText | None = None


class LocalMultiplier(Contract):
    """The output multiplier of one industry in one place: £ of local output per £ spent there."""

    place: Slug
    industry: Code
    multiplier: DecimalText
    source: NamedSource
    derivation: LongText
    component: Component = "local_economic"


class Workstream(Contract):
    """A programme of work of the edition and the measures in which its progress is read."""

    code: Code
    title: ShortText
    description: LongText | None = None
    measures: Annotated[list[Code], Field(max_length=300)] = []


class Baseline(Contract):
    """Where a measure stood before the work that a target is set for."""

    value: DecimalText
    taken_on: date


class PackTarget(Contract):
    """A number to be reached by a day, in the unit of its measure; it carries no pounds."""

    code: Code
    title: ShortText
    measure: Code
    workstream: Code | None = None
    value: DecimalText
    unit: Unit
    aim: Literal["at_least", "at_most"] = "at_least"
    counted_from: date | None = None  # null: since the programme began
    due: date  # the last day that counts
    baseline: Baseline | None = None
    source: NamedSource
    note: LongText | None = None


class Tailoring(Contract):
    """Which parent edition a pack tailors, and what of it is taken over."""

    framework: Slug
    edition: Code
    edition_hash: Sha256 | None = None  # pins the parent's content as well as its name
    measures: Chosen = "all"
    without: Annotated[list[Code], Field(max_length=1000)] = []  # with measures: all, what is left out
    crosswalks: Chosen = "all"


class Revaluation(Contract):
    """An inherited measure valued otherwise than by its parent: said openly, with the reason."""

    reason: LongText
    proxy: Code | None = None
    year_rule: YearRule | None = None
    additionality: NamedAdditionality | None = None


class MeasureChange(Contract):
    """What a tailoring changes in one inherited measure; a field that is left out stays as it was."""

    measure: Code
    guidance: LongText | None = None
    evidence: Annotated[list[ShortText], Field(max_length=20)] | None = None
    needs: Annotated[list[NeedDomain], Field(max_length=7)] | None = None
    objectives: Annotated[list[Code], Field(max_length=50)] | None = None
    tags: Annotated[list[Code], Field(max_length=30)] | None = None
    also_excludes: Annotated[list[Code], Field(max_length=50)] = []
    revalued: Revaluation | None = None


class FrameworkPack(Contract):
    """A whole edition of a measurement framework as data, or what tailors a published one."""

    framework: Slug
    edition: Code
    title: ShortText
    publisher: ShortText
    licence: ShortText
    data_status: DataStatus = "actual"
    description: LongText
    effective_from: date
    effective_to: date | None = None
    counts_initial_spend: bool = False
    tailors: Tailoring | None = None
    changes: Annotated[list[MeasureChange], Field(max_length=1000)] = []
    tags: Annotated[dict[Code, ShortText], Field(max_length=200, json_schema_extra=_NO_OTHER_NAMES)] = {}
    themes: Annotated[list[PackTheme], Field(max_length=50)] = []
    outcomes: Annotated[list[PackOutcome], Field(max_length=300)] = []
    measures: Annotated[list[PackMeasure], Field(max_length=1000)] = []
    proxies: Annotated[list[PackProxy], Field(max_length=1000)] = []
    multipliers: Annotated[list[LocalMultiplier], Field(max_length=5000)] = []
    crosswalks: Annotated[list[PackCrosswalk], Field(max_length=50)] = []
    workstreams: Annotated[list[Workstream], Field(max_length=50)] = []
    targets: Annotated[list[PackTarget], Field(max_length=500)] = []
    sources: Annotated[dict[Code, Source], Field(max_length=500, json_schema_extra=_NO_OTHER_NAMES)] = {}
    additionality: Annotated[
        dict[Code, Additionality], Field(max_length=100, json_schema_extra=_NO_OTHER_NAMES)
    ] = {}
