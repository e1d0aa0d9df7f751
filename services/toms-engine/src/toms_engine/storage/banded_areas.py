"""Reading areas of an index with the bands of need into which their places cut them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, Select, and_, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import cut_page, keyset
from toms_engine.storage.need_indices import EVERY_PLACE, newest_versions
from toms_engine.storage.need_tables import need_area_facts, need_areas, need_bands, need_place_authorities


@dataclass(frozen=True)
class AreaFilter:
    """Which areas of an index a list holds.

    `decile` is that of the ranking at `position` in the index's rankings, counted from 0; None is the
    overall one. `after` is the code after which the list begins.
    """

    index: str
    place: str | None = None
    band: str | None = None
    decile: int | None = None
    position: int | None = None
    after: str | None = None


async def areas_in_bands(tx: AsyncConnection, index: str, codes: Collection[str]) -> list[RowMapping]:
    """The areas among these codes, each with its band by its place's newest cuts, in code order."""
    query = _banded(index).where(need_areas.c.code.in_(codes)).order_by(need_areas.c.code)
    return list((await tx.execute(query)).mappings())


async def areas_page(
    tx: AsyncConnection, wanted: AreaFilter, cursor: str | None, limit: int
) -> tuple[list[RowMapping], str | None]:
    """Areas in the order of their codes, and the cursor of the next page."""
    query = keyset(filtered(_banded(wanted.index), wanted), [need_areas.c.code], cursor, limit)
    rows = (await tx.execute(query)).mappings().all()
    return cut_page(rows, limit, lambda row: (row["code"],))


async def all_areas(tx: AsyncConnection, wanted: AreaFilter, limit: int) -> list[RowMapping]:
    """The areas in the order of their codes, at most one more than the limit."""
    query = filtered(_banded(wanted.index), wanted).order_by(need_areas.c.code).limit(limit + 1)
    return list((await tx.execute(query)).mappings())


def filtered(query: Select[Any], wanted: AreaFilter) -> Select[Any]:
    """A query of banded areas, cut to those that are wanted."""
    if wanted.place is not None:
        query = query.where(_place() == wanted.place)
    if wanted.after is not None:
        query = query.where(need_areas.c.code > wanted.after)
    if wanted.band is not None:
        query = query.where(need_bands.c.band == wanted.band)
    if wanted.decile is not None:
        of_ranking = need_area_facts.c.deciles[wanted.position + 1] if wanted.position is not None else None
        query = query.where((need_areas.c.decile if of_ranking is None else of_ranking) == wanted.decile)
    return query


def _place() -> Any:
    """The place that an area's authority belongs to; else what was loaded with the area."""
    return func.coalesce(need_place_authorities.c.place, need_areas.c.place)


def _banded(index: str) -> Select[Any]:
    """Areas of an index, each with the band into which the newest cuts put its decile.

    The cuts are those of its place, and where the place has none, those for every place.
    """
    newest = newest_versions(index).subquery()
    own = newest.alias()
    general = newest.alias()
    return (
        select(
            need_areas.c.code,
            need_areas.c.name,
            _place().label("place"),
            need_areas.c.index_slug,
            need_areas.c.rank,
            need_areas.c.decile,
            need_bands.c.band,
            need_bands.c.version.label("banding_version"),
            (need_bands.c.place != EVERY_PLACE).label("banding_of_place"),
            need_area_facts.c.authority_code,
            need_area_facts.c.scores,
            need_area_facts.c.ranks,
            need_area_facts.c.deciles,
            need_area_facts.c.people,
        )
        .select_from(need_areas)
        .outerjoin(
            need_area_facts,
            and_(
                need_area_facts.c.index_slug == need_areas.c.index_slug,
                need_area_facts.c.code == need_areas.c.code,
            ),
        )
        .outerjoin(
            need_place_authorities,
            and_(
                need_place_authorities.c.index_slug == need_areas.c.index_slug,
                need_place_authorities.c.authority_code == need_area_facts.c.authority_code,
            ),
        )
        .outerjoin(own, own.c.place == _place())
        .outerjoin(general, general.c.place == literal(EVERY_PLACE))
        .join(
            need_bands,
            and_(
                need_bands.c.index_slug == need_areas.c.index_slug,
                or_(
                    and_(need_bands.c.place == own.c.place, need_bands.c.version == own.c.version),
                    and_(
                        own.c.place.is_(None),
                        need_bands.c.place == general.c.place,
                        need_bands.c.version == general.c.version,
                    ),
                ),
                need_areas.c.decile.between(need_bands.c.lowest_decile, need_bands.c.highest_decile),
            ),
        )
        .where(need_areas.c.index_slug == index)
    )
