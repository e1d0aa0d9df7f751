"""Changes a gathering that has not begun; more places move up those who wait."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from cdp_common.contracts import gatherings as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from partners_api.domain.authority import Actor
from partners_api.domain.gatherings import (
    Gathering,
    GatheringUnknown,
    require_change_holds,
    require_changeable,
    with_places_filled,
)
from partners_api.domain.hub_pages import require_editor
from partners_api.domain.places import PlaceUnknown
from partners_api.domain.removals import require_kept
from partners_api.storage.gatherings import load_gathering, rewrite_gathering
from partners_api.storage.hub_search import keep_entry
from partners_api.storage.places import load_place
from partners_api.use_cases.happenings_of_public import gathering_event
from partners_api.use_cases.keep_gatherings import found_as, gathering_view, require_objectives
from partners_api.use_cases.keepable import require_keepable
from partners_api.use_cases.leave_gathering import move_up

_NEVER_NULL = ("title", "summary", "starts_at", "ends_at", "capacity", "objectives")


async def change_gathering(
    database: Database,
    actor: Actor,
    gathering_id: UUID,
    change: wire.GatheringChange,
    require_match: Callable[[wire.Gathering], None],
    now: datetime,
) -> wire.Gathering:
    """The gathering after the change; `require_match` refuses when the caller read an older one.

    The gathering's row is locked, so that places are given out in order.
    """
    async with database.begin() as tx:
        before = await load_gathering(tx, gathering_id, for_change=True)
        if before is None:
            raise GatheringUnknown("There is no gathering of that id.")
        require_editor(actor, before.place_id)
        require_match(gathering_view(before))
        require_changeable(before, now)
        after = _changed(before, change)
        if after == before:
            return gathering_view(before)
        require_change_holds(after, now)
        place = await load_place(tx, before.place_id)
        if place is None:
            raise PlaceUnknown("There is no place of that id.")
        require_objectives(place, after.objectives)
        filled, moved = with_places_filled(replace(after, version=before.version + 1))
        view = gathering_view(filled)
        require_keepable(view)
        await rewrite_gathering(tx, filled)
        await keep_entry(tx, found_as(filled, now))
        await record_event(tx, gathering_event("gathering.changed", filled), now)
        await move_up(tx, filled, moved, now)
    return view


def _changed(before: Gathering, change: wire.GatheringChange) -> Gathering:
    """The gathering with the fields that the change states, null ones included."""
    stated: dict[str, Any] = {name: getattr(change, name) for name in change.model_fields_set}
    require_kept(stated, _NEVER_NULL)
    if "objectives" in stated:
        stated["objectives"] = tuple(dict.fromkeys(stated["objectives"]))
    return replace(before, **stated)
