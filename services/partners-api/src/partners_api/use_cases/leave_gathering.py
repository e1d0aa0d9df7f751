"""Gives up a place at a gathering; who has waited longest has it then."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.events import record_event
from partners_api.domain.gatherings import with_one_less
from partners_api.storage.gatherings import (
    first_waiting,
    load_gathering,
    registration_of,
    update_gathering,
    update_registration,
)
from partners_api.use_cases.happenings_of_public import registration_event


async def leave_gathering(tx: AsyncConnection, contact_id: UUID, now: datetime) -> None:
    """Cancel the registration of that contact, if there is one and the gathering has not begun.

    Afterwards nothing moves: who was there was there, and nobody is moved up to what is over.
    """
    registration = await registration_of(tx, contact_id)
    if registration is None:
        return
    gathering = await load_gathering(tx, registration.gathering_id, for_change=True)
    # Read again: whoever held the lock may have moved this one up.
    registration = await registration_of(tx, contact_id)
    if gathering is None or registration is None or registration.state == "cancelled":
        return
    if now >= gathering.starts_at:
        return
    after, moves_up = with_one_less(gathering, registration.state, moves_up=gathering.state == "open")
    left = replace(registration, state="cancelled", attended=None, version=registration.version + 1)
    await update_registration(tx, left)
    await record_event(tx, registration_event("gathering_registration.cancelled", left, gathering), now)
    first = await first_waiting(tx, gathering.id) if moves_up else None
    if first is not None:
        moved = replace(first, state="registered", version=first.version + 1)
        await update_registration(tx, moved)
        await record_event(tx, registration_event("gathering_registration.moved_up", moved, gathering), now)
    await update_gathering(tx, after)
