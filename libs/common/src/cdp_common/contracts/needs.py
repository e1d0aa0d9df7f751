"""Contracts of toms-engine's needs analysis: indices of deprivation, their areas, and bands of need."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from cdp_common.contracts.base import Code, Contract, DecimalText, Sha256, ShortText, Slug, Url
from cdp_common.contracts.toms import NeedDomain, Source

MOST_AREAS = 10_000_000
"""More small areas than any country has; a rank is at most the number of areas."""

NeedBand = Literal["severe", "high", "mild", "low"]
NeedCoverage = Literal["complete", "extract"]
LookupKind = Literal["postcodes", "wards", "changes"]
AreaRelation = Literal["unchanged", "split", "merged", "irregular"]
Month = Annotated[str, StringConstraints(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]  # as 2024-11
NeedRankingKind = Literal["overall", "domain", "supplementary", "sub_domain"]


class NeedArea(Contract):
    """One small area of an index: its rank (1 is most deprived)."""

    code: Code
    name: ShortText
    place: Slug
    rank: Annotated[int, Field(ge=1, le=MOST_AREAS)]


class NeedBandCut(Contract):
    """A band and the highest decile that belongs to it."""

    band: NeedBand
    highest_decile: Annotated[int, Field(ge=1, le=10)]


class NeedIndexImport(Contract):
    """Part of an index of deprivation, with the banding that a place uses."""

    index: Slug  # e.g. imd-2019
    title: ShortText
    vintage: ShortText  # of the area codes, e.g. LSOA 2011
    area_count: Annotated[int, Field(ge=10, le=MOST_AREAS)]  # N in decile = ceil(10 × rank / N)
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


class NeedCheck(Contract):
    """One check on a file: what was expected, what was found, and why a check was not made."""

    code: Code
    title: str
    outcome: Literal["passed", "failed", "not_run"]
    expected: str
    found: str
    source: str | None = None


class NeedFileReceipt(Contract):
    """What the import of an index's official file found and stored."""

    index: Slug
    layout: Code
    layout_version: int
    coverage: NeedCoverage
    sha256: Sha256  # of the file as it was sent
    encoding: str  # of its lines: utf-8, windows-1252, or both
    areas_in_file: int
    areas_added: int
    areas_completed: int  # of which an extract had left values out
    areas_known: int  # stored before with the same values
    by_decile: list[int]  # areas of the file in the deciles 1 to 10 of the overall ranking
    checks: list[NeedCheck]
    imported_at: datetime


class NeedRanking(Contract):
    """One ranking of an index's areas, and the domain of need that it tells about."""

    code: Code
    title: str
    kind: NeedRankingKind
    need: NeedDomain | None = None
    weight_percent: DecimalText | None = None  # the publisher's weight of a domain in the whole
    part_of: Code | None = None  # the domain of a sub-domain or supplementary index


class NeedDenominator(Contract):
    """A count of people that an index's file gives for each area."""

    code: Code
    title: str


class NeedIndex(Contract):
    """An index of deprivation: what holds for all its areas, and what was loaded of it."""

    index: Slug
    title: str
    vintage: str
    area_count: int  # of the whole index
    areas_stored: int
    licence: str
    source: Source
    nation: str | None = None  # this and what follows is known once an official file was loaded
    layout: Code | None = None
    layout_version: int | None = None
    comparability: str | None = None  # what must not be compared with it
    rankings: list[NeedRanking] = []
    denominators: list[NeedDenominator] = []
    weights_source: Source | None = None
    files: list[NeedFileReceipt] = []  # the newest twenty imports, newest first


class NeedLayoutSummary(Contract):
    """A layout of an official file that this build reads."""

    layout: Code
    layout_version: int
    index: Slug
    nation: str
    title: str
    vintage: str
    area_count: int
    column_count: int
    source: Source


class NeedLayoutList(Contract):
    """The layouts that can be named when a file is sent."""

    items: list[NeedLayoutSummary]


class NeedBandSpan(Contract):
    """The deciles of one band, both ends included."""

    band: NeedBand
    lowest_decile: int
    highest_decile: int


class NeedBandingDraft(Contract):
    """How a place wants its areas cut into bands from now on, under one index."""

    index: Slug
    place: Slug
    place_id: UUID
    # authorities of the index whose areas make the place; those named before stay
    authorities: Annotated[list[Code], Field(max_length=100)] = []
    bands: Annotated[list[NeedBandCut], Field(min_length=1, max_length=4)]
    reason: ShortText


class NeedBanding(Contract):
    """One version of a place's bands; the highest version holds."""

    index: Slug
    place: str  # * stands for every place without bands of its own
    version: int
    bands: list[NeedBandSpan]
    authorities: list[Code] = []
    place_id: UUID | None = None  # this and what follows is null for bands that came with an import
    reason: str | None = None
    published_by: UUID | None = None
    published_at: datetime | None = None


class AreaBatchRequest(Contract):
    """Area codes whose need band is wanted, under one index."""

    index: Slug
    codes: Annotated[list[Code], Field(min_length=1, max_length=1000)]
    domains: bool = False  # with the areas' other rankings


class AreaRanking(Contract):
    """Where an area stands in one ranking of an index."""

    code: Code
    title: str
    kind: NeedRankingKind
    need: NeedDomain | None
    rank: int
    decile: int
    score: DecimalText | None


class PostcodeMatch(Contract):
    """How a postcode led to an area, and what else the lookups say of it."""

    postcode: str  # with its space
    is_terminated: bool
    terminated_in: Month | None
    introduced_in: Month | None
    lookup: Code  # the layout of the postcode lookup, and its edition
    lookup_edition: Month
    ward_code: Code | None
    ward_name: str | None
    # of the postcode itself, or of the area into most of which the ward reaches
    ward_basis: Literal["postcode", "area_best_fit"] | None
    # how the lookup's own area becomes this one, when the index has areas of another vintage
    relation: Literal["same_vintage", "unchanged", "split", "merged", "irregular"]
    is_only_candidate: bool  # false: the postcode lies in one of several areas, all of which are answered
    attribution: str


class AreaNeed(Contract):
    """An area's decile and band under an index."""

    code: Code
    name: str
    place: Slug  # an area that no place has taken in carries its authority's code, in lower case
    index: Slug
    decile: int
    band: NeedBand
    banding_version: int = 1  # of the cuts; others may be published later
    banding: Literal["place", "default"] = "place"  # whether the cuts are the place's own
    rank: int | None = None
    authority_code: Code | None = None  # this and what follows is known from an official file
    population: int | None = None
    domains: list[AreaRanking] = []  # when asked for, in the order of the index's rankings
    located_by: PostcodeMatch | None = None  # when asked for by postcode


class AreaBatch(Contract):
    """The areas found and the codes the index does not hold."""

    items: list[AreaNeed]
    missing: list[Code]


class PostcodeBatchRequest(Contract):
    """Postcodes whose areas under one index are wanted, in any spelling."""

    index: Slug
    postcodes: Annotated[list[Annotated[str, Field(max_length=16)]], Field(min_length=1, max_length=1000)]


class PostcodeArea(Contract):
    """An area of the index in which a postcode lies, or may lie."""

    code: Code
    place: Slug


class PostcodeAreas(Contract):
    """The areas of a postcode: several are candidates, none is an area that the index does not hold."""

    postcode: str  # as it was asked for
    areas: list[PostcodeArea]


class PostcodeBatch(Contract):
    """The postcodes that the newest lookup holds, and those that it does not."""

    items: list[PostcodeAreas]
    missing: list[str]
    lookup_edition: Month | None  # null: no lookup of postcodes is loaded


class WardBatchRequest(Contract):
    """Wards whose areas under one index are wanted."""

    index: Slug
    wards: Annotated[list[Code], Field(min_length=1, max_length=1000)]


class WardArea(Contract):
    """An area of the index, most of which falls into a ward."""

    code: Code
    place: Slug
    population: int | None  # null: the index's file did not state it


class WardAreas(Contract):
    """The areas of a ward, by best fit: every area belongs to one ward."""

    ward: Code
    name: str
    areas: list[WardArea]
    areas_missing: int  # areas of the ward that the index does not hold


class WardBatch(Contract):
    """The wards that the newest lookup of the index's vintage holds, and those that it does not."""

    items: list[WardAreas]
    missing: list[Code]
    lookup_edition: Month | None  # null: no lookup of wards is loaded for such areas


class LookupReceipt(Contract):
    """What the import of a lookup found and stored."""

    kind: LookupKind
    layout: Code
    layout_version: int
    edition: Month
    title: str
    sha256: Sha256  # of the file as it was sent
    encoding: str
    row_count: int
    terminated_count: int  # postcodes that are no longer in use
    without_area_count: int  # postcodes for which the file has no area
    vintages: list[str]  # of area codes
    by_relation: dict[AreaRelation, int]
    licence: str
    attribution: str
    imported_at: datetime


class LookupList(Contract):
    """The lookups that are loaded, newest first, at most a hundred."""

    items: list[LookupReceipt]


class AreaChange(Contract):
    """An area of one vintage and one of the next that share ground."""

    from_code: Code
    from_name: str
    from_vintage: str
    to_code: Code
    to_name: str
    to_vintage: str
    relation: AreaRelation
    lookup_edition: Month


class AreaChanges(Contract):
    """Every change that an area takes part in; several mean that none of them may be picked silently."""

    code: Code
    items: list[AreaChange]
    is_one_to_one: bool


class BoundaryReceipt(Contract):
    """What a file of outlines brought to an index."""

    index: Slug
    area_count: int  # of the file
    areas_of_index: int
    sha256: Sha256
    licence: str
    attribution: str
    source_url: Url
    attached_at: datetime


class AreaProperties(Contract):
    """What a map needs to colour an area and to name it."""

    code: Code
    name: str
    place: Slug
    index: Slug
    decile: int
    band: NeedBand
    banding_version: int


class AreaFeature(Contract):
    """An area as a GeoJSON feature; without outline its geometry is null."""

    type: Literal["Feature"] = "Feature"
    id: Code
    geometry: dict[str, Any] | None  # a Polygon or MultiPolygon in longitude and latitude
    properties: AreaProperties


class AreaMap(Contract):
    """A page of areas as a GeoJSON FeatureCollection (RFC 7946), with what must be shown beside the map."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[AreaFeature]
    index: Slug
    licences: list[str]
    attributions: list[str]
    next_after: Code | None  # send as `after` for the following page; null on the last
