"""Storing an index's official file: areas with their rankings, and the receipt of the import."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.copying import copy_rows
from toms_engine.domain.need_file import RankedArea
from toms_engine.storage.need_tables import need_area_facts, need_areas, need_files, need_index_layouts

_VALUES = ("scores", "ranks", "deciles", "people")
_FACTS = ("authority_code", "authority_name", *_VALUES)
_AREA_COLUMNS = ("index_slug", "code", "name", "place", "rank", "decile", "import_id")


async def layout_row(tx: AsyncConnection, index: str) -> RowMapping | None:
    """With which layout an index was read, and its rankings; None when no official file was loaded."""
    query = select(need_index_layouts).where(need_index_layouts.c.index_slug == index)
    return (await tx.execute(query)).mappings().one_or_none()


async def add_layout(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Store with which layout an index is read."""
    await tx.execute(insert(need_index_layouts).values(dict(row)))


async def ranks_by_code(tx: AsyncConnection, index: str) -> dict[str, tuple[str, int]]:
    """Name and rank of every area stored."""
    query = select(need_areas.c.code, need_areas.c.name, need_areas.c.rank)
    rows = (await tx.execute(query.where(need_areas.c.index_slug == index))).all()
    return {row.code: (row.name, row.rank) for row in rows}


async def facts_by_code(tx: AsyncConnection, index: str) -> dict[str, RankedArea]:
    """What is stored of every area beyond its rank, as the file had it; the areas' names are left empty."""
    columns = [need_area_facts.c.code, *(need_area_facts.c[name] for name in _FACTS)]
    rows = (await tx.execute(select(*columns).where(need_area_facts.c.index_slug == index))).all()
    return {row[0]: RankedArea(row[0], "", row[1], row[2], *map(tuple, row[3:])) for row in rows}


async def copy_areas(tx: AsyncConnection, index: str, areas: Sequence[RankedArea], import_id: UUID) -> None:
    """Store new areas; until a place takes their authority in, the place of each is its authority's code."""
    rows = (
        (index, area.code, area.name, area.authority_code.lower(), area.ranks[0], area.deciles[0], import_id)
        for area in areas
    )
    await copy_rows(tx, need_areas, _AREA_COLUMNS, rows)


async def copy_facts(tx: AsyncConnection, index: str, areas: Sequence[RankedArea], import_id: UUID) -> None:
    """Store the rankings of areas."""
    await copy_rows(
        tx, need_area_facts, ("index_slug", "code", *_FACTS, "import_id"), _fact_rows(index, areas, import_id)
    )


def _fact_rows(index: str, areas: Sequence[RankedArea], import_id: UUID) -> Iterator[tuple[Any, ...]]:
    for area in areas:
        yield index, area.code, *(getattr(area, name) for name in _FACTS), import_id


async def complete_facts(tx: AsyncConnection, index: str, areas: Sequence[RankedArea]) -> None:
    """Fill in values that were not known; the database refuses to change one that was."""
    if not areas:
        return
    change = (
        update(need_area_facts)
        .where(need_area_facts.c.index_slug == index, need_area_facts.c.code == bindparam("area_code"))
        .values({name: bindparam(f"new_{name}") for name in _VALUES})
    )
    rows = [
        {"area_code": area.code, **{f"new_{name}": list(getattr(area, name)) for name in _VALUES}}
        for area in areas
    ]
    await tx.execute(change, rows)


async def add_file(tx: AsyncConnection, import_id: UUID, index: str, receipt: Mapping[str, Any]) -> None:
    """Store what an import answered."""
    row = {"import_id": import_id, "index_slug": index, "receipt": dict(receipt)}
    await tx.execute(insert(need_files).values(row))


async def receipts(tx: AsyncConnection, index: str, limit: int) -> list[dict[str, Any]]:
    """What the newest imports of an index's files answered, newest first."""
    query = select(need_files.c.receipt).where(need_files.c.index_slug == index)
    return list(await tx.scalars(query.order_by(need_files.c.import_id.desc()).limit(limit)))
