"""Reads areas with their deciles, rankings and bands of need."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.needs import AreaBatch, AreaNeed, AreaRanking
from cdp_common.db.database import Database
from toms_engine.domain.errors import DomainUnknown, NeedIndexNotFound
from toms_engine.storage import banded_areas as store
from toms_engine.storage.need_files import layout_row
from toms_engine.storage.need_indices import index_row


async def batch_areas(db: Database, index: str, codes: Sequence[str], *, domains: bool = False) -> AreaBatch:
    """The areas of an index that the codes name, and the codes that it does not hold."""
    wanted = list(dict.fromkeys(codes))
    async with db.begin() as tx:
        await require_index(tx, index)
        layout = await layout_row(tx, index)
        rows = await store.areas_in_bands(tx, index, wanted)
    found = {row["code"]: area_view(row, layout, domains=domains) for row in rows}
    return AreaBatch(
        items=[found[code] for code in wanted if code in found],
        missing=[code for code in wanted if code not in found],
    )


async def list_areas(
    db: Database,
    wanted: store.AreaFilter,
    cursor: str | None,
    limit: int,
    *,
    domain: str | None = None,
    domains: bool = False,
) -> tuple[list[AreaNeed], str | None]:
    """One page of an index's areas in the order of their codes, and the cursor of the next.

    With `domain` the decile that is wanted is the decile in that ranking.
    """
    async with db.begin() as tx:
        await require_index(tx, wanted.index)
        layout = await layout_row(tx, wanted.index)
        if domain is not None:
            wanted = replace(wanted, position=_position(layout, domain))
        rows, next_cursor = await store.areas_page(tx, wanted, cursor, limit)
    shown = domains or domain is not None
    return [area_view(row, layout, domains=shown) for row in rows], next_cursor


async def require_index(tx: AsyncConnection, index: str) -> None:
    """Refuse to go on unless the index is stored."""
    if await index_row(tx, index) is None:
        raise NeedIndexNotFound("No index is stored under this name.")


def area_view(row: RowMapping, layout: RowMapping | None, *, domains: bool = False) -> AreaNeed:
    """An area as it is shown; `layout` says which ranking stands where in the row's arrays."""
    return AreaNeed(
        code=row["code"],
        name=row["name"],
        place=row["place"],
        index=row["index_slug"],
        decile=row["decile"],
        band=row["band"],
        banding_version=row["banding_version"],
        banding="place" if row["banding_of_place"] else "default",
        rank=row["rank"],
        authority_code=row["authority_code"],
        population=_population(row, layout),
        domains=_rankings(row, layout) if domains else [],
    )


def population_position(layout: RowMapping | None) -> int | None:
    """Where the count of all people stands among an index's counts; None when it has none."""
    if layout is None or layout["population"] is None:
        return None
    return next(
        position for position, one in enumerate(layout["denominators"]) if one["code"] == layout["population"]
    )


def _population(row: RowMapping, layout: RowMapping | None) -> int | None:
    position = population_position(layout)
    people: int | None = row["people"][position] if position is not None and row["people"] else None
    return people


def _rankings(row: RowMapping, layout: RowMapping | None) -> list[AreaRanking]:
    if layout is None or row["ranks"] is None:
        return []
    return [
        _ranking(ranking, row, position)
        for position, ranking in enumerate(layout["rankings"])
        if row["ranks"][position] is not None
    ]


def _ranking(ranking: dict[str, Any], row: RowMapping, position: int) -> AreaRanking:
    return AreaRanking(
        code=ranking["code"],
        title=ranking["title"],
        kind=ranking["kind"],
        need=ranking["need"],
        rank=row["ranks"][position],
        decile=row["deciles"][position],
        score=row["scores"][position],
    )


def _position(layout: RowMapping | None, domain: str) -> int:
    codes = [] if layout is None else [ranking["code"] for ranking in layout["rankings"]]
    if domain not in codes:
        raise DomainUnknown(f"Rankings of this index: {', '.join(codes) or 'none beside the overall one'}.")
    return codes.index(domain)
