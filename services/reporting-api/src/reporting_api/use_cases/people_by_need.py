"""Who lives in a place's areas, by decile of deprivation and by band of need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.contracts.need_figures import HeadsAbsent
from cdp_common.contracts.needs import AreaNeed

MOST_AREAS = 10_000
"""Areas of one place that are looked at; the largest authority of England has some 700."""
_PAGE = 100


@dataclass(frozen=True, slots=True)
class People:
    """Who lives in the place's areas by decile and by band, or why that cannot be said."""

    absent: HeadsAbsent | None = None
    by_decile: Mapping[int, int] = field(default_factory=dict)
    by_band: Mapping[str, int] = field(default_factory=dict)
    by_part: Mapping[tuple[int, str], int] = field(default_factory=dict)
    """By decile and band together."""
    by_area: Mapping[str, int] = field(default_factory=dict)
    """By area's code, as far as it is known, also where `absent` says that it is not known of all."""

    @property
    def total(self) -> int | None:
        """Who lives in the place."""
        return None if self.absent else sum(self.by_decile.values())


async def people_of(toms: TomsClient, need_index: str | None, slug: str) -> People:
    """Who lives in the areas of the place with this short name, as the index says now."""
    if need_index is None:
        return People("no_need_index")
    try:
        areas = await _areas(toms, need_index, slug)
    except UpstreamProblem as problem:
        if problem.status != 404:
            raise
        return People("need_index_not_loaded")
    by_decile: dict[int, int] = {}
    by_band: dict[str, int] = {}
    by_part: dict[tuple[int, str], int] = {}
    by_area = {area.code: area.population for area in areas if area.population is not None}
    for area in areas:
        if area.population is None:
            return People("population_unknown", by_area=by_area)
        by_decile[area.decile] = by_decile.get(area.decile, 0) + area.population
        by_band[area.band] = by_band.get(area.band, 0) + area.population
        part = area.decile, area.band
        by_part[part] = by_part.get(part, 0) + area.population
    absent: HeadsAbsent | None = None if sum(by_decile.values()) else "population_unknown"
    return People(absent, by_decile, by_band, by_part, by_area)


async def _areas(toms: TomsClient, need_index: str, slug: str) -> list[AreaNeed]:
    """The place's areas in the index; none where there are more than are looked at."""
    areas: list[AreaNeed] = []
    cursor: str | None = None
    for _ in range(MOST_AREAS // _PAGE):
        page = await toms.list_areas(index=need_index, place=slug, limit=_PAGE, cursor=cursor)
        areas += page.items
        if page.next is None:
            return areas
        [cursor] = parse_qs(urlsplit(page.next).query)["cursor"]
    return []
