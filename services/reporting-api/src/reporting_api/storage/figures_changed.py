"""Telling that a place's figures may be others, to everybody and without a word of what changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.events import NewEvent, record_event
from cdp_common.kernel.identifiers import new_id
from reporting_api.storage.copy_tables import places
from reporting_api.storage.rollup_tables import ledger_cells

MAX_PLACES = 1_000


async def tell_figures_changed(tx: AsyncConnection, place_id: UUID, now: datetime) -> None:
    """Record that whoever shows the place's live figures may ask for them again."""
    event = NewEvent(
        type="collective_value.changed",
        aggregate_type="collective_value",
        aggregate_id=new_id(),  # of nothing that could be looked up: each event stands alone
        aggregate_version=1,
        place_id=place_id,
        audience=("public",),
        data={"place_id": str(place_id)},
    )
    await record_event(tx, event, now)


async def tell_figures_of_organisation(tx: AsyncConnection, organisation_id: UUID, now: datetime) -> None:
    """The same of every place in whose roll-ups the organisation delivers or commissions."""
    columns = ledger_cells.c
    query = select(columns.place_id).where(
        columns.marginal.in_(("deliverer", "commissioner")), columns.code == str(organisation_id)
    )
    await _tell_each(tx, query, now)


async def tell_figures_by_need(
    tx: AsyncConnection, need_index: str, place_slug: str | None, now: datetime
) -> None:
    """The same of the place, or of every place, that uses an index of need."""
    query = select(places.c.id).where(places.c.need_index == need_index)
    await _tell_each(tx, query if place_slug is None else query.where(places.c.slug == place_slug), now)


async def _tell_each(tx: AsyncConnection, places_of: Select[Any], now: datetime) -> None:
    for place_id in sorted(set((await tx.scalars(places_of.limit(MAX_PLACES))).all())):
        await tell_figures_changed(tx, place_id, now)
