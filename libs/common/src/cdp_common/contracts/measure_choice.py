"""Contracts of toms-engine for choosing measures: ranked by need, and recommended for a tender."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from cdp_common.contracts.base import (
    Code,
    Contract,
    DecimalText,
    GbpPositive,
    Sha256,
    ShareText,
    Slug,
)
from cdp_common.contracts.needs import NeedBand
from cdp_common.contracts.toms import NeedDomain, PackTheme, Unit

CpvCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2}([0-9]{6}(-[0-9])?)?$")]


class MeasureRankingRequest(Contract):
    """Which measures, and whose needs: those of a place, or of the areas named, one of the two."""

    edition_hash: Sha256
    index: Slug
    place: Slug | None = None
    areas: Annotated[list[Code], Field(max_length=1000)] = []
    on: date | None = None  # measures valid on this day; null means today


class MeasureChoiceRequest(MeasureRankingRequest):
    """The same for a contract that is to be tendered."""

    contract_value_gbp: GbpPositive
    duration_months: Annotated[int, Field(ge=1, le=600)]
    cpv: CpvCode | None = None  # a division (45) or a whole code (45000000-7)
    industry: Code | None = None  # asked when there is no CPV code


class DomainStanding(Contract):
    """Where the areas stand in one domain of the index."""

    domain: Code
    title: str
    need: NeedDomain
    weight_percent: DecimalText | None
    share_by_band: dict[NeedBand, ShareText]  # of the people, or of the areas where people are not known
    score: ShareText  # 0: nobody in need; 1: everybody in the most severe


class RankedMeasure(Contract):
    """A measure and the share of the areas' weighted need that it answers."""

    position: int
    code: Code
    title: str
    theme: PackTheme
    outcome: Code
    unit: Unit
    needs: list[NeedDomain]
    share_of_need: ShareText


class NeedsOfAreas(Contract):
    """Whose needs were looked at, and with which cuts and rules."""

    index: Slug
    place: Slug | None
    area_count: int
    areas_without_ranks: int  # left out: the index has no domain ranks of them
    areas_missing: list[Code]  # named, and not in the index
    counted_by: Literal["people", "areas"]
    banding_versions: dict[str, int]  # by place; * stands for the default
    standings: list[DomainStanding]  # the greatest weighted need first
    method: str
    rules_version: int
    comparability: str


class MeasureRanking(Contract):
    """The measures of an edition by need."""

    edition_hash: Sha256
    needs: NeedsOfAreas
    measures: list[RankedMeasure]


class Reason(Contract):
    """One reason for recommending a measure."""

    kind: Literal["need", "category", "proportion", "duration"]
    domain: Code | None = None
    text: str


class RecommendedMeasure(Contract):
    """A measure to ask for, and why."""

    measure: RankedMeasure
    fit: ShareText
    score: ShareText  # share of need × fit
    reasons: list[Reason]


class MeasureLeftOut(Contract):
    """A measure that was not recommended, and what stands in its way."""

    code: Code
    title: str
    why: Literal["no_need", "does_not_suit", "contract_too_short", "outcome_answered", "excluded", "enough"]
    by: Code | None = None


class MeasureChoice(Contract):
    """A proportionate set of measures for a tender: a proposal, the buyer decides."""

    edition_hash: Sha256
    needs: NeedsOfAreas
    category: Code
    category_title: str
    measure_count: int  # in proportion to the contract's value
    proportion: list[str]
    recommended: list[RecommendedMeasure]
    left_out: list[MeasureLeftOut]
