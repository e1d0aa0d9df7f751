"""Needs analysis: indices of deprivation, their areas, bands and changes, and the lookups that are loaded."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, cast

import strawberry

from cdp_common.contracts import needs as contract
from gateway.context import Context, Info
from gateway.errors import UpstreamFault, VariablesInvalid
from gateway.schema.areas import Area, RankingKind
from gateway.schema.enums import NeedBand, NeedDomain, described_value
from gateway.schema.fields import calls_each
from gateway.schema.nodes import DEFAULT_PAGE_SIZE, After, Connection, First
from gateway.schema.proxies import Source
from gateway.schema.records import as_shown, maybe_shown, page_of, said, shows
from gateway.texts import as_code

IndexArgument = Annotated[str, strawberry.argument(description="The index, for example imd-2019.")]


@strawberry.enum(description="How much of an index was loaded.")
class NeedCoverage(Enum):
    """How much was loaded."""

    COMPLETE = described_value("complete", "All of its areas.")
    EXTRACT = described_value("extract", "Some of them.")


@strawberry.enum(description="How an area of one vintage and one of the next share ground.")
class AreaRelation(Enum):
    """How areas of two vintages share ground."""

    UNCHANGED = described_value("unchanged", "They are the same.")
    SPLIT = described_value("split", "One became several.")
    MERGED = described_value("merged", "Several became one.")
    IRREGULAR = described_value("irregular", "Neither: boundaries were moved.")


@strawberry.enum(description="What a lookup leads from and to.")
class LookupKind(Enum):
    """What a lookup is of."""

    POSTCODES = described_value("postcodes", "From postcodes to areas.")
    WARDS = described_value("wards", "From areas to wards.")
    CHANGES = described_value("changes", "From areas of one vintage to those of the next.")


# ------------------------------------------------------------------ indices
@shows(contract.NeedRanking, "One ranking of an index's areas.")
class NeedRanking:
    """A ranking."""

    code: str = said("The ranking's code.")
    title: str = said("The title.")
    kind: RankingKind = said("What it ranks.")
    need: NeedDomain | None = said("The domain of need that it tells about; null for none.")
    weight_percent: Decimal | None = said("The domain's weight in the whole, in per cent; null for others.")
    part_of: str | None = said("The domain that it is a part of; null for none.")


@shows(contract.NeedDenominator, "A count of people that an index's file gives for each area.")
class NeedDenominator:
    """A count of people."""

    code: str = said("Its code.")
    title: str = said("The title.")


@shows(
    contract.NeedFileReceipt,
    "An import of an index's official file.",
    without={"checks": "what the importer is told"},
)
class NeedFile:
    """An import."""

    index: str = said("The index.")
    layout: str = said("The layout by which the file was read.")
    layout_version: int = said("The layout's version.")
    coverage: NeedCoverage = said("How much of the index the file holds.")
    sha256: str = said("The SHA-256 of the file.")
    encoding: str = said("How its lines were written.")
    areas_in_file: int = said("How many areas the file holds.")
    areas_added: int = said("How many were new.")
    areas_completed: int = said("How many gained values that an extract had left out.")
    areas_known: int = said("How many were there with the same values.")
    by_decile: list[int] = said("How many areas are in each of the ten deciles.")
    imported_at: datetime = said("When it was imported.")


@shows(contract.NeedIndex, "An index of deprivation: what holds for all its areas.")
class NeedIndex:
    """An index."""

    index: str = said("The index's name, for example imd-2019.")
    title: str = said("The title.")
    vintage: str = said("The vintage of its areas.")
    area_count: int = said("How many areas the whole index has.")
    areas_stored: int = said("How many of them are loaded.")
    licence: str = said("Its licence.")
    source: Source = said("Where it comes from.")
    nation: str | None = said(
        "The nation that it is of; known once an official file was loaded; null before."
    )
    layout: str | None = said("The layout of its official file; null until one was loaded.")
    layout_version: int | None = said("The layout's version; null until a file was loaded.")
    comparability: str | None = said("What must not be compared with it; null until a file was loaded.")
    rankings: list[NeedRanking] = said("Its rankings.")
    denominators: list[NeedDenominator] = said("Counts of people that it gives.")
    weights_source: Source | None = said(
        "Where the weights of its domains come from; null before an official file was loaded."
    )
    files: list[NeedFile] = said("The newest twenty imports, the newest first.")


@shows(contract.NeedBandSpan, "The deciles of one band of need, both ends included.")
class NeedBandSpan:
    """A band's deciles."""

    band: NeedBand = said("The band.")
    lowest_decile: int = said("Its lowest decile; 1 is most deprived.")
    highest_decile: int = said("Its highest decile.")


@shows(
    contract.NeedBanding,
    "One version of a place's bands of need; the highest version holds.",
    without={"place_id": "the place's slug says it", "published_by": "an organisation's client"},
)
class NeedBanding:
    """A version of bands."""

    index: str = said("The index.")
    place: str = said("The place's short name; * for every place without bands of its own.")
    version: int = said("The version.")
    bands: list[NeedBandSpan] = said("The bands.")
    authorities: list[str] = said("Codes of the authorities whose areas make the place.")
    reason: str | None = said("Why it was published; null for bands that came with an import.")
    published_at: datetime | None = said("When; null for bands that came with an import.")


@shows(
    contract.LookupReceipt, "A lookup that is loaded.", without={"by_relation": "what the importer is told"}
)
class Lookup:
    """A lookup."""

    kind: LookupKind = said("What it leads from and to.")
    layout: str = said("The layout by which it was read.")
    layout_version: int = said("The layout's version.")
    edition: str = said("Its edition, as 2024-11.")
    title: str = said("The title.")
    sha256: str = said("The SHA-256 of the file.")
    encoding: str = said("How its lines were written.")
    row_count: int = said("How many rows it has.")
    terminated_count: int = said("How many postcodes are no longer in use.")
    without_area_count: int = said("How many postcodes have no area.")
    vintages: list[str] = said("The vintages of its area codes.")
    licence: str = said("Its licence.")
    attribution: str = said("Whom to name where it is used.")
    imported_at: datetime = said("When it was imported.")


@shows(contract.AreaChange, "An area of one vintage and one of the next that share ground.")
class AreaChange:
    """A change."""

    from_code: str = said("The earlier area's code.")
    from_name: str = said("The earlier area's name.")
    from_vintage: str = said("The earlier vintage.")
    to_code: str = said("The later area's code.")
    to_name: str = said("The later area's name.")
    to_vintage: str = said("The later vintage.")
    relation: AreaRelation = said("How they share ground.")
    lookup_edition: str = said("The edition of the lookup that says so.")


@shows(contract.AreaChanges, "Every change that an area takes part in.")
class AreaChanges:
    """An area's changes."""

    code: str = said("The area's code.")
    items: list[AreaChange] = said("The changes; of several, none may be picked silently.")
    is_one_to_one: bool = said("Whether the area leads to exactly one other, which leads to it alone.")


# ------------------------------------------------------------------ what can be asked
@strawberry.type
class NeedsQueries:
    """What can be asked of needs at the root."""

    @calls_each("An index of deprivation; null when it is not loaded.")
    async def need_index(self, info: Info, index: IndexArgument) -> NeedIndex | None:
        """An index."""
        known = as_code(index)
        return None if known is None else maybe_shown(NeedIndex, await _index(info.context, known))

    @calls_each("Areas of an index by code, or the areas of a postcode.")
    async def areas(
        self,
        info: Info,
        index: Annotated[
            str | None, strawberry.argument(description="The index; needed unless asked by postcode.")
        ] = None,
        place: Annotated[
            str | None, strawberry.argument(description="Only of this place, by its slug.")
        ] = None,
        band: Annotated[NeedBand | None, strawberry.argument(description="Only in this band.")] = None,
        decile: Annotated[
            int | None, strawberry.argument(description="Only in this decile, 1 to 10.")
        ] = None,
        domain: Annotated[
            str | None, strawberry.argument(description="The ranking whose decile is meant.")
        ] = None,
        postcode: Annotated[
            str | None, strawberry.argument(description="Only those of this postcode.")
        ] = None,
        domains: Annotated[bool, strawberry.argument(description="With their other rankings.")] = False,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[Area] | None:
        """A page of areas."""
        return await page_of(
            Area,
            info.context.upstreams.toms,
            lambda api, page: api.list_areas(
                index=index,
                place=place,
                band=None if band is None else cast("contract.NeedBand", band.value),
                decile=decile,
                domain=domain,
                postcode=postcode,
                domains=True if domains else None,
                **page,
            ),
            first,
            after,
        )

    @calls_each("Every change of vintage that an area takes part in.")
    async def area_changes(
        self, info: Info, code: Annotated[str, strawberry.argument(description="The area's code.")]
    ) -> AreaChanges | None:
        """The changes."""
        known = as_code(code)
        if known is None:
            raise VariablesInvalid("`code` is no area's code.")
        record = await info.context.upstreams.toms.ask(lambda api: api.get_area_changes(known))
        return as_shown(AreaChanges, record)

    @calls_each("Versions of places' bands of need, by place and version.")
    async def need_bandings(
        self,
        info: Info,
        index: IndexArgument,
        place: Annotated[
            str | None, strawberry.argument(description="Only of this place, by its slug.")
        ] = None,
        first: First = DEFAULT_PAGE_SIZE,
        after: After = None,
    ) -> Connection[NeedBanding] | None:
        """A page of versions."""
        return await page_of(
            NeedBanding,
            info.context.upstreams.toms,
            lambda api, page: api.list_need_bandings(index=index, place=place, **page),
            first,
            after,
        )

    @calls_each("The lookups that are loaded, the newest first.")
    async def lookups(self, info: Info) -> list[Lookup] | None:
        """The lookups."""
        found = await info.context.upstreams.toms.ask(lambda api: api.list_lookups())
        return [as_shown(Lookup, record) for record in found.items]


async def areas_of_place(
    parent: strawberry.Parent[Any],
    info: Info,
    band: Annotated[NeedBand | None, strawberry.argument(description="Only in this band.")] = None,
    domains: Annotated[bool, strawberry.argument(description="With their other rankings.")] = False,
    first: First = DEFAULT_PAGE_SIZE,
    after: After = None,
) -> Connection[Area] | None:
    """A page of the place's areas under the index that it uses."""
    wanted = None if band is None else cast("contract.NeedBand", band.value)
    return await page_of(
        Area,
        info.context.upstreams.toms,
        lambda api, page: api.list_areas(
            index=parent.need_index, place=parent.slug, band=wanted, domains=True if domains else None, **page
        ),
        first,
        after,
    )


async def _index(context: Context, index: str) -> contract.NeedIndex | None:
    try:
        return await context.upstreams.toms.ask(lambda api: api.get_need_index(index))
    except UpstreamFault as fault:
        if fault.is_not_found:
            return None
        raise
