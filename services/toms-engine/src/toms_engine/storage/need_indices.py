"""Reading and writing indices of deprivation, their areas, and how places cut them into bands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, and_, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import cut_page, keyset
from toms_engine.domain.needs import Area, BandSpan, decile
from toms_engine.storage.tables import need_areas, need_bands, need_imports, need_indices


@dataclass(frozen=True)
class AreaFilter:
    """Which areas of an index a list holds."""

    index: str
    place: str | None = None
    band: str | None = None


async def lock_index(tx: AsyncConnection, index: str) -> None:
    """Let others that load parts of the index wait until the transaction ends."""
    key = func.hashtextextended(func.current_schema() + " need index " + index, 0)
    await tx.execute(select(func.pg_advisory_xact_lock(key)))


async def index_row(tx: AsyncConnection, index: str) -> RowMapping | None:
    """What holds for all areas of an index."""
    query = select(need_indices).where(need_indices.c.slug == index)
    return (await tx.execute(query)).mappings().one_or_none()


async def add_index(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Store a new index."""
    await tx.execute(insert(need_indices).values(dict(row)))


async def add_import(
    tx: AsyncConnection, import_id: UUID, index: str, area_count: int, now: datetime
) -> None:
    """Record that a part of an index was loaded."""
    row = {"id": import_id, "index_slug": index, "area_count": area_count, "imported_at": now}
    await tx.execute(insert(need_imports).values(row))


async def areas_by_code(tx: AsyncConnection, index: str, codes: Collection[str]) -> dict[str, Area]:
    """The areas of an index among these codes."""
    query = select(need_areas).where(need_areas.c.index_slug == index, need_areas.c.code.in_(codes))
    rows = (await tx.execute(query)).all()
    return {row.code: Area(row.code, row.name, row.place, row.rank) for row in rows}


async def add_areas(
    tx: AsyncConnection, index: str, area_count: int, areas: Sequence[Area], import_id: UUID
) -> None:
    """Store areas; those that are stored already stay as they are."""
    rows = [
        {
            "index_slug": index,
            "code": area.code,
            "name": area.name,
            "place": area.place,
            "rank": area.rank,
            "decile": decile(area.rank, area_count),
            "import_id": import_id,
        }
        for area in areas
    ]
    await tx.execute(upsert(need_areas).on_conflict_do_nothing(), rows)


async def current_bands(tx: AsyncConnection, index: str, place: str) -> tuple[int, list[BandSpan]]:
    """The version of a place's cuts that holds, with its bands from severe to low; version 0 without any."""
    newest = _newest_versions(index).where(need_bands.c.place == place).subquery()
    query = (
        select(need_bands)
        .join(newest, and_(need_bands.c.place == newest.c.place, need_bands.c.version == newest.c.version))
        .where(need_bands.c.index_slug == index)
        .order_by(need_bands.c.lowest_decile)
    )
    rows = (await tx.execute(query)).all()
    spans = [BandSpan(row.band, row.lowest_decile, row.highest_decile) for row in rows]
    return (rows[0].version if rows else 0), spans


async def add_bands(
    tx: AsyncConnection, index: str, place: str, version: int, spans: Sequence[BandSpan], import_id: UUID
) -> None:
    """Store a new version of a place's cuts."""
    rows = [
        {
            "index_slug": index,
            "place": place,
            "version": version,
            "band": span.band,
            "lowest_decile": span.lowest_decile,
            "highest_decile": span.highest_decile,
            "import_id": import_id,
        }
        for span in spans
    ]
    await tx.execute(insert(need_bands), rows)


async def areas_in_bands(tx: AsyncConnection, index: str, codes: Collection[str]) -> list[RowMapping]:
    """The areas among these codes, each with its band by its place's newest cuts, in code order."""
    query = _banded(index).where(need_areas.c.code.in_(codes)).order_by(need_areas.c.code)
    return list((await tx.execute(query)).mappings())


async def areas_page(
    tx: AsyncConnection, wanted: AreaFilter, cursor: str | None, limit: int
) -> tuple[list[RowMapping], str | None]:
    """Areas in the order of their codes, and the cursor of the next page."""
    query = _banded(wanted.index)
    if wanted.place is not None:
        query = query.where(need_areas.c.place == wanted.place)
    if wanted.band is not None:
        query = query.where(need_bands.c.band == wanted.band)
    rows = (await tx.execute(keyset(query, [need_areas.c.code], cursor, limit))).mappings().all()
    return cut_page(rows, limit, lambda row: (row["code"],))


def _banded(index: str) -> Select[Any]:
    """Areas of an index, each with the band into which its place's newest cuts put its decile."""
    newest = _newest_versions(index).subquery()
    return (
        select(
            need_areas.c.code,
            need_areas.c.name,
            need_areas.c.place,
            need_areas.c.index_slug,
            need_areas.c.decile,
            need_bands.c.band,
            need_bands.c.version.label("banding_version"),
        )
        .join(newest, newest.c.place == need_areas.c.place)
        .join(
            need_bands,
            and_(
                need_bands.c.index_slug == need_areas.c.index_slug,
                need_bands.c.place == need_areas.c.place,
                need_bands.c.version == newest.c.version,
                need_areas.c.decile.between(need_bands.c.lowest_decile, need_bands.c.highest_decile),
            ),
        )
        .where(need_areas.c.index_slug == index)
    )


def _newest_versions(index: str) -> Select[Any]:
    return (
        select(need_bands.c.place, func.max(need_bands.c.version).label("version"))
        .where(need_bands.c.index_slug == index)
        .group_by(need_bands.c.place)
    )
