"""Contracts of toms-engine's needs analysis: indices of deprivation, their areas, and bands of need."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, ShortText, Slug
from cdp_common.contracts.toms import Source

NeedBand = Literal["severe", "high", "mild", "low"]


class NeedArea(Contract):
    """One small area of an index: its rank (1 is most deprived)."""

    code: Code
    name: ShortText
    place: Slug
    rank: Annotated[int, Field(ge=1)]


class NeedBandCut(Contract):
    """A band and the highest decile that belongs to it."""

    band: NeedBand
    highest_decile: Annotated[int, Field(ge=1, le=10)]


class NeedIndexImport(Contract):
    """Part of an index of deprivation, with the banding that a place uses."""

    index: Slug  # e.g. imd-2019
    title: ShortText
    vintage: ShortText  # of the area codes, e.g. LSOA 2011
    area_count: Annotated[int, Field(ge=10)]  # N in decile = ceil(10 × rank / N)
    source: Source
    licence: ShortText
    # highest decile of each band; the last band takes the rest
    bands: list[NeedBandCut]
    areas: Annotated[list[NeedArea], Field(min_length=1, max_length=5000)]


class NeedIndexReceipt(Contract):
    """What an import stored."""

    index: Slug
    area_count_stored: int
    by_band: dict[NeedBand, int]


class AreaBatchRequest(Contract):
    """Area codes whose need band is wanted, under one index."""

    index: Slug
    codes: Annotated[list[Code], Field(min_length=1, max_length=1000)]


class AreaNeed(Contract):
    """An area's decile and band under an index."""

    code: Code
    name: str
    place: Slug
    index: Slug
    decile: int
    band: NeedBand
    banding_version: int = 1  # of the place's cuts; a new import may cut the deciles otherwise


class AreaBatch(Contract):
    """The areas found and the codes the index does not hold."""

    items: list[AreaNeed]
    missing: list[Code]
