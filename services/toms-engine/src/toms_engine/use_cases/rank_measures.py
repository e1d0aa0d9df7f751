"""Ranks the measures of an edition by the needs of areas, and recommends some for a tender."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import measure_choice as wire
from cdp_common.contracts.toms import PackTheme
from cdp_common.db.database import Database
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.errors import (
    AreaQueryUnclear,
    AreasTooMany,
    DomainRanksMissing,
    EditionUnknown,
    NeedIndexUnknown,
    NoAreasFound,
)
from toms_engine.domain.need_ranking import (
    RANKING_METHOD,
    Domain,
    NeedyArea,
    RankedMeasure,
    Standing,
    decimal_share,
    ranked_measures,
    standings,
)
from toms_engine.domain.needs import BandSpan
from toms_engine.domain.recommendation import (
    ChoiceRules,
    Contract,
    LeftOut,
    Recommended,
    proportion,
    recommended,
)
from toms_engine.storage import banded_areas, need_indices
from toms_engine.storage.need_files import layout_row
from toms_engine.use_cases.published_editions import PublishedEditions
from toms_engine.use_cases.read_areas import population_position

MAX_AREAS = 40_000
"""Of a place; all of England has 33,755."""


@dataclass(frozen=True)
class _Needs:
    """The standings of the areas asked for, and the ranked measures that answer them."""

    shown: wire.NeedsOfAreas
    ranked: list[RankedMeasure]


async def rank_measures(
    db: Database,
    editions: PublishedEditions,
    rules: ChoiceRules,
    request: wire.MeasureRankingRequest,
    today: date,
) -> wire.MeasureRanking:
    """The measures of an edition that are valid on the day, those that answer most need first."""
    book = await _book(editions, request.edition_hash)
    needs = await _needs(db, book, rules, request, today)
    return wire.MeasureRanking(
        edition_hash=request.edition_hash,
        needs=needs.shown,
        measures=[_measure_view(book, one, at) for at, one in enumerate(needs.ranked, start=1)],
    )


async def recommend_measures(
    db: Database,
    editions: PublishedEditions,
    rules: ChoiceRules,
    request: wire.MeasureChoiceRequest,
    today: date,
) -> wire.MeasureChoice:
    """A proportionate set of measures for a contract, with the reason for each and for those left out."""
    book = await _book(editions, request.edition_hash)
    needs = await _needs(db, book, rules, request, today)
    category = rules.category(request.cpv, request.industry)
    contract = Contract(request.contract_value_gbp, request.duration_months, category)
    allowed = proportion(rules, contract)
    taken, left = recommended(rules, contract, needs.ranked, book.excludes, allowed.count)
    positions = {one.measure.code: at for at, one in enumerate(needs.ranked, start=1)}
    return wire.MeasureChoice(
        edition_hash=request.edition_hash,
        needs=needs.shown,
        category=category.code,
        category_title=category.title,
        measure_count=allowed.count,
        proportion=[*allowed.reasons, rules.most_per_outcome_source],
        recommended=[
            wire.RecommendedMeasure(
                measure=_measure_view(book, one.ranked, positions[one.ranked.measure.code]),
                fit=one.fit,
                score=decimal_share(one.score),
                reasons=_reasons(rules, contract, one),
            )
            for one in taken
        ],
        left_out=[_left_out_view(one) for one in left],
    )


async def _book(editions: PublishedEditions, edition_hash: str) -> Catalogue:
    book = await editions.by_hash(edition_hash)
    if book is None:
        raise EditionUnknown("No published edition has this hash.")
    return book


async def _needs(
    db: Database,
    book: Catalogue,
    rules: ChoiceRules,
    request: wire.MeasureRankingRequest,
    today: date,
) -> _Needs:
    if (request.place is None) == (not request.areas):
        raise AreaQueryUnclear("Name a place, or areas.")
    async with db.begin() as tx:
        if await need_indices.index_row(tx, request.index) is None:
            raise NeedIndexUnknown("No index is stored under this name.")
        layout = await layout_row(tx, request.index)
        rows = await _rows(tx, request)
        spans = await _spans(tx, request.index, rows)
    if layout is None:
        raise DomainRanksMissing("Load the official file of the index: only its overall ranks are stored.")
    domains, positions = _domains(layout["rankings"])
    ranked_rows = [row for row in rows if row["deciles"] is not None]
    if not ranked_rows:
        raise DomainRanksMissing("Load the official file of the index: these areas have overall ranks only.")
    people_at = population_position(layout)
    has_people = people_at is not None and all(row["people"][people_at] for row in ranked_rows)
    areas = [
        NeedyArea(
            people=row["people"][people_at] if has_people else 1,
            deciles=tuple(row["deciles"][position] for position in positions),
            spans=spans[_banding_place(row)],
        )
        for row in ranked_rows
    ]
    found = standings(domains, areas, rules.points_by_band)
    on = request.on or today
    valid = [one for one in book.content.measures if _is_valid(one.valid_from, one.valid_to, on)]
    codes = {row["code"] for row in rows}
    shown = wire.NeedsOfAreas(
        index=request.index,
        place=request.place,
        area_count=len(ranked_rows),
        areas_without_ranks=len(rows) - len(ranked_rows),
        areas_missing=sorted(set(request.areas) - codes),
        counted_by="people" if has_people else "areas",
        banding_versions={_banding_place(row): row["banding_version"] for row in ranked_rows},
        standings=[_standing_view(one) for one in _greatest_first(found)],
        method=RANKING_METHOD,
        rules_version=rules.version,
        comparability=layout["comparability"],
    )
    return _Needs(shown, ranked_measures(valid, found))


async def _rows(tx: AsyncConnection, request: wire.MeasureRankingRequest) -> list[RowMapping]:
    if request.place is None:
        rows = await banded_areas.areas_in_bands(tx, request.index, list(dict.fromkeys(request.areas)))
    else:
        wanted = banded_areas.AreaFilter(index=request.index, place=request.place)
        rows = await banded_areas.all_areas(tx, wanted, MAX_AREAS)
    if not rows:
        raise NoAreasFound("The index has no area of this place, or none of those named.")
    if len(rows) > MAX_AREAS:
        raise AreasTooMany(f"At most {MAX_AREAS} areas are looked at together.")
    return rows


async def _spans(
    tx: AsyncConnection, index: str, rows: Sequence[RowMapping]
) -> dict[str, tuple[BandSpan, ...]]:
    """The bands that hold, by the place whose cuts they are."""
    places = {_banding_place(row) for row in rows}
    found = {}
    for place in sorted(places):
        _, spans = await need_indices.current_bands(tx, index, place)
        found[place] = tuple(spans)
    return found


def _banding_place(row: RowMapping) -> str:
    place: str = row["place"] if row["banding_of_place"] else need_indices.EVERY_PLACE
    return place


def _domains(rankings: Sequence[Mapping[str, Any]]) -> tuple[list[Domain], list[int]]:
    """The domains of an index and where they stand among its rankings; without weights all weigh the same."""
    chosen = [
        (position, one)
        for position, one in enumerate(rankings)
        if one["kind"] == "domain" and one["need"] is not None
    ]
    domains = [
        Domain(one["code"], one["title"], one["need"], Decimal(one["weight_percent"] or 1))
        for _, one in chosen
    ]
    return domains, [position for position, _ in chosen]


def _is_valid(valid_from: date, valid_to: date | None, on: date) -> bool:
    return valid_from <= on and (valid_to is None or on <= valid_to)


def _greatest_first(found: Sequence[Standing]) -> list[Standing]:
    return sorted(found, key=lambda one: (-one.weighted, one.domain.code))


def _standing_view(standing: Standing) -> wire.DomainStanding:
    return wire.DomainStanding(
        domain=standing.domain.code,
        title=standing.domain.title,
        need=standing.domain.need,
        weight_percent=standing.domain.weight,
        share_by_band={band: decimal_share(share) for band, share in standing.shares.items()},
        score=decimal_share(standing.score),
    )


def _measure_view(book: Catalogue, ranked: RankedMeasure, position: int) -> wire.RankedMeasure:
    measure = ranked.measure
    theme = book.theme_of(measure)
    return wire.RankedMeasure(
        position=position,
        code=measure.code,
        title=measure.title,
        theme=PackTheme(code=theme.code, title=theme.title),
        outcome=measure.outcome,
        unit=measure.unit,
        needs=list(measure.needs),
        share_of_need=decimal_share(ranked.share),
    )


def _left_out_view(one: LeftOut) -> wire.MeasureLeftOut:
    return wire.MeasureLeftOut(
        code=one.ranked.measure.code, title=one.ranked.measure.title, why=one.why, by=one.by
    )


def _reasons(rules: ChoiceRules, contract: Contract, one: Recommended) -> list[wire.Reason]:
    """Which needs a measure answers and where they stand, how it suits the contract, and for how long."""
    reasons = [
        wire.Reason(
            kind="need",
            domain=standing.domain.code,
            text=f"{standing.domain.title}: {_percent(standing)} live where need is severe or high.",
        )
        for standing in one.ranked.answered
    ]
    title = contract.category.title
    reasons.append(
        wire.Reason(kind="category", text=f"{title}: fit {one.fit} for this unit. {rules.categories_source}")
    )
    least = rules.least_months.get(one.ranked.measure.unit)
    if least is not None:
        words = f"The contract lasts {contract.duration_months} months, at least {least} are needed."
        reasons.append(wire.Reason(kind="duration", text=f"{words} {rules.least_months_source}"))
    return reasons


def _percent(standing: Standing) -> str:
    share = standing.shares["severe"] + standing.shares["high"]
    return f"{decimal_share(share * 100):.1f}%"
