"""Sets the last day of a phase, a programme, a role or a choice."""

from datetime import datetime
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
from partners_api.storage.organisations import load_organisations, records_of_same
from partners_api.use_cases.collective_views import focus_view, phase_view, programme_view, role_view
from partners_api.use_cases.happenings_of_collective import entry_event


async def end_phase(
    database: Database, actor: Actor, phase_id: UUID, end: wire.DatedEnd, now: datetime
) -> wire.Phase:
    """The phase with its last day."""
    entry, _ = await _ended(database, actor, phase_id, ("phase",), end, now)
    return phase_view(entry)


async def end_programme(
    database: Database, actor: Actor, programme_id: UUID, end: wire.DatedEnd, now: datetime
) -> wire.Programme:
    """The programme with its last day."""
    entry, _ = await _ended(database, actor, programme_id, ("programme",), end, now)
    return programme_view(entry)


async def end_partner_role(
    database: Database, actor: Actor, role_id: UUID, end: wire.DatedEnd, now: datetime
) -> wire.PartnerRole:
    """The role with its last day."""
    entry, _ = await _ended(database, actor, role_id, ("role",), end, now)
    return role_view(entry)


async def end_focus(
    database: Database, actor: Actor, focus_id: UUID, end: wire.DatedEnd, now: datetime
) -> wire.Focus:
    """The choice with its last day."""
    entry, name = await _ended(database, actor, focus_id, FOCUS_KINDS, end, now)
    return focus_view(entry, name)


async def _ended(
    database: Database,
    actor: Actor,
    entry_id: UUID,
    kinds: tuple[EntryKind, ...],
    end: wire.DatedEnd,
    now: datetime,
) -> tuple[DatedEntry, str]:
    """The entry with its end and the name of its organisation; the same end again changes nothing."""
    async with database.begin() as tx:
        before = await load_entry(tx, entry_id, kinds, for_change=True)
        if before is None:
            raise NOT_FOUND[kinds[0]]("There is nothing of that id.")
        if kinds == FOCUS_KINDS and before.organisation_id is not None:
            records = await records_of_same(tx, [before.organisation_id])
            require_manages_or_is(actor, before.place_id, records)
        else:
            require_manager(actor, before.place_id)
        after = entry_ended(before, end.valid_to, end.source)
        if before.membership_id is not None:
            membership = await load_membership(tx, before.membership_id)
            if membership is not None:
                require_within(membership, after.valid_from, after.valid_to)
        if after != before:
            await update_entry_end(tx, after)
            await record_event(tx, entry_event(after, has_ended=True), now)
        name = ""
        if after.organisation_id is not None:
            found = await load_organisations(tx, [after.organisation_id])
            name = found[after.organisation_id].legal_name
    return after, name
