"""Stores and finds places with their programmes."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import cut_page, keyset
from partners_api.domain.places import Place, PriorTotal, ProgrammeItem, SlugTaken
from partners_api.storage.tables import places, prior_totals

_ERRORS = {"uq_places_slug": lambda: SlugTaken("Another place has this slug.")}


async def insert_place(tx: AsyncConnection, place: Place) -> None:
    """Store a new place; raises `SlugTaken` when another has its slug."""
    row = {
        "id": place.id,
        "slug": place.slug,
        "name": place.name,
        "gss_code": place.gss_code,
        "objectives": [asdict(item) for item in place.objectives],
        "commitments": [asdict(item) for item in place.commitments],
        "phases": [asdict(item) for item in place.phases],
        "need_index": place.need_index,
        "source": place.source,
        "created_at": place.created_at,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(places).values(row))
    totals = [
        {"place_id": place.id, "ordinal": ordinal, **asdict(total)}
        for ordinal, total in enumerate(place.prior_totals, 1)
    ]
    if totals:
        await tx.execute(insert(prior_totals), totals)


async def load_place(tx: AsyncConnection, place_id: UUID) -> Place | None:
    """The place of that id."""
    return (await load_places(tx, [place_id])).get(place_id)


async def load_places(tx: AsyncConnection, ids: Iterable[UUID]) -> dict[UUID, Place]:
    """The places found among these ids."""
    rows = (await tx.execute(select(places).where(places.c.id.in_(set(ids))))).all()
    return {place.id: place for place in await _with_totals(tx, rows)}


async def page_places(
    tx: AsyncConnection, *, slug: str | None, cursor: str | None, limit: int
) -> tuple[list[Place], str | None]:
    """One page of the places in the order of their slugs, and the cursor of the next."""
    query = select(places)
    if slug is not None:
        query = query.where(places.c.slug == slug)
    rows = (await tx.execute(keyset(query, [places.c.slug], cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.slug])
    return await _with_totals(tx, cut), following


async def _with_totals(tx: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Place]:
    """The places of these rows, in their order; one query for all their prior totals."""
    query = (
        select(prior_totals)
        .where(prior_totals.c.place_id.in_([row.id for row in rows]))
        .order_by(prior_totals.c.place_id, prior_totals.c.ordinal)
    )
    by_place: dict[UUID, list[PriorTotal]] = {}
    for found in (await tx.execute(query)).all() if rows else []:
        by_place.setdefault(found.place_id, []).append(_prior_total(found))
    return [_place(row, by_place.get(row.id, [])) for row in rows]


def _prior_total(row: Row[Any]) -> PriorTotal:
    return PriorTotal(
        label=row.label,
        amount_pence=row.amount_pence,
        period_text=row.period_text,
        publisher=row.publisher,
        method_text=row.method_text,
        validated_by=row.validated_by,
        url=row.url,
        note=row.note,
    )


def _place(row: Row[Any], totals: Sequence[PriorTotal]) -> Place:
    return Place(
        id=row.id,
        slug=row.slug,
        name=row.name,
        gss_code=row.gss_code,
        objectives=_items(row.objectives),
        commitments=_items(row.commitments),
        phases=_items(row.phases),
        prior_totals=tuple(totals),
        need_index=row.need_index,
        source=row.source,
        created_at=row.created_at,
    )


def _items(stored: Sequence[dict[str, Any]]) -> tuple[ProgrammeItem, ...]:
    return tuple(ProgrammeItem(item["code"], item["title"], item["description"]) for item in stored)
