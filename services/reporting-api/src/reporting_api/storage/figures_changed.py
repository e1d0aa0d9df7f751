"""Telling that a place's figures may be others, to everybody and without a word of what changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.events import NewEvent, record_event
from cdp_common.kernel.identifiers import new_id


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
