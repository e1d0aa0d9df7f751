"""Storing and reading the versions of a place's bands, and the authorities whose areas make a place."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, exists, func, insert, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.paging import cut_page, keyset
from toms_engine.storage.need_tables import (
    need_area_facts,
    need_areas,
    need_bandings,
    need_bands,
    need_place_authorities,
)


async def add_banding(tx: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Store who published a version of a place's bands, and why."""
    await tx.execute(insert(need_bandings).values(dict(row)))


async def place_ids(tx: AsyncConnection, index: str, place: str) -> set[UUID]:
    """The places for which bands or authorities were published under this name: one, or none yet."""
    published = select(need_bandings.c.place_id).where(
        need_bandings.c.index_slug == index, need_bandings.c.place == place
    )
    taken = select(need_place_authorities.c.place_id).where(
        need_place_authorities.c.index_slug == index, need_place_authorities.c.place == place
    )
    return set(await tx.scalars(union(published, taken)))


async def authorities_of_areas(tx: AsyncConnection, index: str, codes: Collection[str]) -> set[str]:
    """Those of the authorities that have areas in the index."""
    query = select(need_area_facts.c.authority_code).distinct()
    found = need_area_facts.c.authority_code.in_(codes)
    return set(await tx.scalars(query.where(need_area_facts.c.index_slug == index, found)))


async def places_of_authorities(tx: AsyncConnection, index: str, codes: Collection[str]) -> dict[str, str]:
    """The places that have taken authorities in, by the authorities' codes."""
    query = select(need_place_authorities.c.authority_code, need_place_authorities.c.place)
    found = need_place_authorities.c.authority_code.in_(codes)
    rows = await tx.execute(query.where(need_place_authorities.c.index_slug == index, found))
    return {row.authority_code: row.place for row in rows}


async def authorities_of(tx: AsyncConnection, index: str, places: Collection[str]) -> dict[str, list[str]]:
    """The authorities whose areas make each place, in the order of their codes."""
    query = (
        select(need_place_authorities.c.place, need_place_authorities.c.authority_code)
        .where(need_place_authorities.c.index_slug == index, need_place_authorities.c.place.in_(places))
        .order_by(need_place_authorities.c.authority_code)
    )
    found: dict[str, list[str]] = {}
    for row in await tx.execute(query):
        found.setdefault(row.place, []).append(row.authority_code)
    return found


async def add_authorities(
    tx: AsyncConnection, index: str, place: str, place_id: UUID, codes: Collection[str], now: datetime
) -> None:
    """Let the areas of authorities belong to a place."""
    facts = {"index_slug": index, "place": place, "place_id": place_id, "added_at": now}
    await tx.execute(insert(need_place_authorities), [{**facts, "authority_code": code} for code in codes])


async def has_areas(tx: AsyncConnection, index: str, place: str) -> bool:
    """Whether areas were loaded with this place, or belong to it by their authority."""
    loaded = exists().where(need_areas.c.index_slug == index, need_areas.c.place == place)
    taken = exists().where(
        need_place_authorities.c.index_slug == index, need_place_authorities.c.place == place
    )
    return bool(await tx.scalar(select(loaded | taken)))


async def bandings_page(
    tx: AsyncConnection, index: str, place: str | None, cursor: str | None, limit: int
) -> tuple[list[RowMapping], str | None]:
    """Versions of bands in the order of place and version, each with its bands; and the next cursor."""
    spans = func.jsonb_agg(
        func.jsonb_build_object(
            "band", need_bands.c.band,
            "lowest_decile", need_bands.c.lowest_decile,
            "highest_decile", need_bands.c.highest_decile,
        )
    )  # fmt: skip
    query = (
        select(
            need_bands.c.place,
            need_bands.c.version,
            spans.label("bands"),
            need_bandings.c.place_id,
            need_bandings.c.reason,
            need_bandings.c.published_by,
            need_bandings.c.published_at,
        )
        .outerjoin(
            need_bandings,
            and_(
                need_bandings.c.index_slug == need_bands.c.index_slug,
                need_bandings.c.place == need_bands.c.place,
                need_bandings.c.version == need_bands.c.version,
            ),
        )
        .where(need_bands.c.index_slug == index)
        .group_by(need_bands.c.place, need_bands.c.version, need_bandings.c.id)
    )
    if place is not None:
        query = query.where(need_bands.c.place == place)
    rows = (
        (await tx.execute(keyset(query, [need_bands.c.place, need_bands.c.version], cursor, limit)))
        .mappings()
        .all()
    )
    return cut_page(rows, limit, lambda row: (row["place"], row["version"]))
