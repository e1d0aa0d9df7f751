"""Storing outlines of areas, and reading the newest of each with what its licence asks to be shown."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.copying import copy_rows
from toms_engine.domain.boundaries import Boundary
from toms_engine.storage.need_tables import need_areas, need_boundaries, need_boundary_files


@dataclass(frozen=True)
class Outline:
    """An area's outline as GeoJSON text, and the words that go with it."""

    geometry: str
    licence: str
    attribution: str


async def codes_of(tx: AsyncConnection, index: str) -> set[str]:
    """The codes of all areas of an index."""
    return set(await tx.scalars(select(need_areas.c.code).where(need_areas.c.index_slug == index)))


async def add_boundary_file(
    tx: AsyncConnection, row: Mapping[str, Any], boundaries: Iterable[Boundary]
) -> None:
    """Store a file of outlines."""
    await tx.execute(insert(need_boundary_files).values(dict(row)))
    index, file_id = row["index_slug"], row["id"]
    rows = ((index, one.code, file_id, one.geometry) for one in boundaries)
    await copy_rows(tx, need_boundaries, ("index_slug", "code", "file_id", "geometry"), rows)


async def outlines(tx: AsyncConnection, index: str, codes: Collection[str]) -> dict[str, Outline]:
    """The newest outline of each of the areas that has one, by code."""
    query = (
        select(
            need_boundaries.c.code,
            need_boundaries.c.geometry,
            need_boundary_files.c.licence,
            need_boundary_files.c.attribution,
        )
        .ext(distinct_on(need_boundaries.c.code))
        .join(need_boundary_files, need_boundary_files.c.id == need_boundaries.c.file_id)
        .where(need_boundaries.c.index_slug == index, need_boundaries.c.code.in_(codes))
        .order_by(need_boundaries.c.code, need_boundaries.c.file_id.desc())
    )
    return {row.code: Outline(row.geometry, row.licence, row.attribution) for row in await tx.execute(query)}


def file_row(
    file_id: UUID, index: str, facts: Mapping[str, Any], area_count: int, sha256: str, now: Any
) -> dict[str, Any]:
    """The row of a file of outlines."""
    return {
        **facts,
        "id": file_id,
        "index_slug": index,
        "area_count": area_count,
        "sha256": sha256,
        "attached_at": now,
    }
