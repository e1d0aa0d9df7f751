"""Gives up a place at a gathering; who has waited longest has it then."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.events import record_event, record_events
from partners_api.domain.gatherings import Gathering, with_one_less
from partners_api.storage.gatherings import (
    first_waiting,
    give_places,
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
    if moves_up:
        await move_up(tx, gathering, 1, now)
    await update_gathering(tx, after)


async def move_up(tx: AsyncConnection, gathering: Gathering, many: int, now: datetime) -> None:
    """Give places to so many of those who have waited longest, and tell the organiser of each."""
    waited = await first_waiting(tx, gathering.id, many)
    moved = [replace(each, state="registered", version=each.version + 1) for each in waited]
    if moved:
        await give_places(tx, moved)
        told = [registration_event("gathering_registration.moved_up", each, gathering) for each in moved]
        await record_events(tx, told, now)
