"""Sets the last day of a phase, a programme, a role or a choice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from cdp_common.contracts import collective as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from partners_api.domain.authority import Actor, require_manager, require_manages_or_is
from partners_api.domain.dated_entries import (
    FOCUS_KINDS,
    NOT_FOUND,
    DatedEntry,
    EntryKind,
    entry_ended,
    require_within,
)
from partners_api.storage.dated_entries import load_entry, update_entry_end
from partners_api.storage.memberships import load_membership
from partners_api.storage.organisations import records_of_same
from partners_api.use_cases.collective_views import focus_view, phase_view, programme_view, role_view
from partners_api.use_cases.happenings_of_collective import entry_event
from partners_api.use_cases.read_dated_entries import organisation_name

View = TypeVar("View")


async def end_phase(
    database: Database,
    actor: Actor,
    phase_id: UUID,
    end: wire.DatedEnd,
    require_match: Callable[[wire.Phase], None],
    now: datetime,
) -> wire.Phase:
    """The phase with its last day."""
    ending = _Ending(end, lambda entry, _: phase_view(entry), require_match)
    return await _ended(database, actor, phase_id, ("phase",), ending, now)


async def end_programme(
    database: Database,
    actor: Actor,
    programme_id: UUID,
    end: wire.DatedEnd,
    require_match: Callable[[wire.Programme], None],
    now: datetime,
) -> wire.Programme:
    """The programme with its last day."""
    ending = _Ending(end, lambda entry, _: programme_view(entry), require_match)
    return await _ended(database, actor, programme_id, ("programme",), ending, now)


async def end_partner_role(
    database: Database,
    actor: Actor,
    role_id: UUID,
    end: wire.DatedEnd,
    require_match: Callable[[wire.PartnerRole], None],
    now: datetime,
) -> wire.PartnerRole:
    """The role with its last day."""
    ending = _Ending(end, lambda entry, _: role_view(entry), require_match)
    return await _ended(database, actor, role_id, ("role",), ending, now)


async def end_focus(
    database: Database,
    actor: Actor,
    focus_id: UUID,
    end: wire.DatedEnd,
    require_match: Callable[[wire.Focus], None],
    now: datetime,
) -> wire.Focus:
    """The choice with its last day."""
    return await _ended(database, actor, focus_id, FOCUS_KINDS, _Ending(end, focus_view, require_match), now)


@dataclass(frozen=True)
class _Ending(Generic[View]):
    """How an entry ends, how it is shown with its organisation's name, and what refuses an older version."""

    end: wire.DatedEnd
    view: Callable[[DatedEntry, str], View]
    require_match: Callable[[View], None]


async def _ended(
    database: Database,
    actor: Actor,
    entry_id: UUID,
    kinds: tuple[EntryKind, ...],
    ending: _Ending[View],
    now: datetime,
) -> View:
    """The entry with its end."""
    async with database.begin() as tx:
        before = await load_entry(tx, entry_id, kinds, for_change=True)
        if before is None:
            raise NOT_FOUND[kinds[0]]("There is nothing of that id.")
        if kinds == FOCUS_KINDS and before.organisation_id is not None:
            records = await records_of_same(tx, [before.organisation_id])
            require_manages_or_is(actor, before.place_id, records)
        else:
            require_manager(actor, before.place_id)
        name = await organisation_name(tx, before)
        ending.require_match(ending.view(before, name))
        after = entry_ended(before, ending.end.valid_to, ending.end.source)
        if before.membership_id is not None:
            membership = await load_membership(tx, before.membership_id)
            if membership is not None:
                require_within(membership, after.valid_from, after.valid_to)
        if after != before:
            await update_entry_end(tx, after)
            await record_event(tx, entry_event(after, has_ended=True), now)
    return ending.view(after, name)
