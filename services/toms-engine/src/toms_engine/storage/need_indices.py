"""Reading and writing indices of deprivation, their parts, and how places cut them into bands."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Select, and_, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from toms_engine.domain.needs import Area, BandSpan, decile
from toms_engine.storage.need_tables import need_areas, need_bands, need_imports, need_indices

MAX_INDICES = 100
EVERY_PLACE = "*"
"""Stands for all places without bands of their own; no place can have this name."""


async def lock_index(tx: AsyncConnection, index: str) -> None:
    """Let others that load parts of the index wait until the transaction ends."""
    key = func.hashtextextended(func.current_schema() + " need index " + index, 0)
    await tx.execute(select(func.pg_advisory_xact_lock(key)))


async def index_row(tx: AsyncConnection, index: str) -> RowMapping | None:
    """What holds for all areas of an index."""
    query = select(need_indices).where(need_indices.c.slug == index)
    return (await tx.execute(query)).mappings().one_or_none()


async def all_indices(tx: AsyncConnection) -> list[RowMapping]:
    """Every index that is stored, by name."""
    query = select(need_indices).order_by(need_indices.c.slug).limit(MAX_INDICES)
    return list((await tx.execute(query)).mappings())


async def area_count(tx: AsyncConnection, index: str) -> int:
    """How many areas of an index are stored."""
    query = select(func.count()).select_from(need_areas).where(need_areas.c.index_slug == index)
    return int(await tx.scalar(query) or 0)


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
    newest = newest_versions(index).where(need_bands.c.place == place).subquery()
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
    tx: AsyncConnection,
    index: str,
    place: str,
    version: int,
    spans: Sequence[BandSpan],
    import_id: UUID | None,
) -> None:
    """Store a new version of a place's cuts; without an import it was published by itself."""
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


def newest_versions(index: str) -> Select[Any]:
    """The version that holds of each place's cuts."""
    return (
        select(need_bands.c.place, func.max(need_bands.c.version).label("version"))
        .where(need_bands.c.index_slug == index)
        .group_by(need_bands.c.place)
    )
