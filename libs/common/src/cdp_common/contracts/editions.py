"""Contracts of toms-engine for reading an edition in parts and for comparing two editions."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import JsonValue

from cdp_common.contracts.base import Code, Contract, DecimalText, LongText, Sha256, ShortText, Slug
from cdp_common.contracts.framework_packs import Baseline, Workstream
from cdp_common.contracts.toms import Component, Origin, Source, Unit

EditionPart = Literal[
    "edition",
    "tag",
    "theme",
    "outcome",
    "measure",
    "proxy",
    "multiplier",
    "crosswalk",
    "crosswalk_category",
    "crosswalk_row",
    "workstream",
    "target",
]
ChangeKind = Literal["added", "removed", "changed", "withheld"]


class Multiplier(Contract):
    """The output multiplier of one industry in one place: £ of local output per £ spent there."""

    place: Slug
    industry: Code
    multiplier: DecimalText
    source: Source
    derivation: LongText
    component: Component
    origin: Origin | None = None


class Target(Contract):
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
    source: Source
    note: LongText | None = None


class Workstreams(Contract):
    """The programmes of work of an edition and their numeric targets, in the order of its pack."""

    edition_hash: Sha256
    workstreams: list[Workstream]
    targets: list[Target]


class FieldChange(Contract):
    """One field that differs; of numbers also by how much, new less old, and in percent of the old."""

    field: str
    old: JsonValue = None
    new: JsonValue = None
    difference: DecimalText | None = None
    percent: DecimalText | None = None  # to two decimals; null where the old number is zero


class PartChange(Contract):
    """One part of an edition that is there in one of the two only, or differs."""

    part: EditionPart
    code: str  # of crosswalk rows: scheme/measure/category; of multipliers: place/industry
    title: str
    # withheld: a proxy with licensed figures; whether they differ is not told without the licence
    change: ChangeKind
    fields: list[FieldChange] = []
