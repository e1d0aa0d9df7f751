"""Records what a collective is made of from a day on: phases, programmes, roles, choices of partners."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts import collective as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_manager, require_manages_or_is
from partners_api.domain.dated_entries import (
    DatedEntry,
    EntryKind,
    ObjectiveNotRecorded,
    PhaseNotInProgramme,
    require_entry_days,
    require_within,
)
from partners_api.domain.memberships import Membership, MembershipUnknown
from partners_api.domain.places import Place, PlaceUnknown
from partners_api.storage.dated_entries import insert_entry
from partners_api.storage.memberships import load_membership
from partners_api.storage.organisations import load_organisations, records_of_same
from partners_api.storage.places import load_place, load_places
from partners_api.use_cases.collective_views import focus_view, phase_view, programme_view, role_view
from partners_api.use_cases.happenings_of_collective import entry_event


async def record_phase(
    database: Database, actor: Actor, place_id: UUID, draft: wire.PhaseDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the phase and its days."""
    async with database.begin() as tx:
        place = await _managed_place(tx, actor, place_id)
        if earlier := await once.replay(tx):
            return earlier
        titles = {item.code: item.title for item in place.phases}
        if draft.phase not in titles:
            error = FieldError("/phase", PhaseNotInProgramme.code, "not a phase of the place")
            raise PhaseNotInProgramme("The place has no such phase.", errors=[error])
        entry = _entry(draft, now, "phase", place_id, code=draft.phase, title=titles[draft.phase])
        return await _started(tx, actor, entry, phase_view, f"/v1/places/{place_id}/phases", once, now)


async def start_programme(
    database: Database, actor: Actor, place_id: UUID, draft: wire.ProgrammeDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the programme of work."""
    async with database.begin() as tx:
        place = await _managed_place(tx, actor, place_id)
        if earlier := await once.replay(tx):
            return earlier
        _require_objectives(place, {f"/objectives/{i}": code for i, code in enumerate(draft.objectives)})
        entry = _entry(
            draft,
            now,
            "programme",
            place_id,
            code=draft.code,
            title=draft.title,
            description=draft.description,
            objectives=tuple(draft.objectives),
            workstream=draft.workstream,
            organisation_id=draft.lead_organisation_id,
        )
        return await _started(tx, actor, entry, programme_view, f"/v1/programmes/{entry.id}", once, now)


async def give_partner_role(
    database: Database,
    actor: Actor,
    membership_id: UUID,
    draft: wire.PartnerRoleDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The answer with the role that a partner has in the collective."""
    async with database.begin() as tx:
        membership = await _membership(tx, membership_id)
        require_manager(actor, membership.place_id)
        if earlier := await once.replay(tx):
            return earlier
        require_within(membership, draft.valid_from, draft.valid_to)
        entry = _entry(
            draft,
            now,
            "role",
            membership.place_id,
            code=draft.role,
            title=draft.title,
            membership=membership,
        )
        path = f"/v1/places/{membership.place_id}/partner-roles"
        return await _started(tx, actor, entry, role_view, path, once, now)


async def choose_focus(
    database: Database, actor: Actor, membership_id: UUID, draft: wire.FocusDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the area, theme or objective that a partner chose; each chooses its own."""
    async with database.begin() as tx:
        membership = await _membership(tx, membership_id)
        records = await records_of_same(tx, [membership.organisation_id])
        require_manages_or_is(actor, membership.place_id, records)
        if earlier := await once.replay(tx):
            return earlier
        require_within(membership, draft.valid_from, draft.valid_to)
        if draft.kind == "objective":
            place = (await load_places(tx, [membership.place_id]))[membership.place_id]
            _require_objectives(place, {"/code": draft.code})
        entry = _entry(
            draft,
            now,
            draft.kind,
            membership.place_id,
            code=draft.code,
            title=draft.title,
            description=draft.reason,
            membership=membership,
        )
        names = await load_organisations(tx, [membership.organisation_id])
        name = names[membership.organisation_id].legal_name
        path = f"/v1/places/{membership.place_id}/focuses"
        return await _started(tx, actor, entry, lambda made: focus_view(made, name), path, once, now)


async def _started(
    tx: AsyncConnection,
    actor: Actor,
    entry: DatedEntry,
    view: Callable[[DatedEntry], BaseModel],
    location: str,
    once: Once,
    now: datetime,
) -> Answer:
    await insert_entry(tx, entry, client_id=actor.client_id)
    await record_event(tx, entry_event(entry, has_ended=False), now)
    return await once.keep(tx, 201, view(entry), headers={"Location": location}, now=now)


async def _managed_place(tx: AsyncConnection, actor: Actor, place_id: UUID) -> Place:
    place = await load_place(tx, place_id)
    if place is None:
        raise PlaceUnknown("There is no place of that id.")
    require_manager(actor, place_id)
    return place


async def _membership(tx: AsyncConnection, membership_id: UUID) -> Membership:
    """The membership, its row locked: its end cannot move while something is fitted into it."""
    membership = await load_membership(tx, membership_id, for_change=True)
    if membership is None:
        raise MembershipUnknown("There is no membership of that id.")
    return membership


def _require_objectives(place: Place, named: dict[str, str]) -> None:
    known = {item.code for item in place.objectives}
    errors = [
        FieldError(pointer, ObjectiveNotRecorded.code, "not an objective of the place")
        for pointer, code in named.items()
        if code not in known
    ]
    if errors:
        raise ObjectiveNotRecorded("The place has no such objective.", errors=errors)


def _entry(
    draft: wire.DatedDraft,
    now: datetime,
    kind: EntryKind,
    place_id: UUID,
    *,
    code: str,
    title: str,
    description: str | None = None,
    objectives: tuple[str, ...] = (),
    workstream: str | None = None,
    organisation_id: UUID | None = None,
    membership: Membership | None = None,
) -> DatedEntry:
    require_entry_days(draft.valid_from, draft.valid_to)
    return DatedEntry(
        id=new_id(),
        kind=kind,
        place_id=place_id,
        membership_id=membership.id if membership is not None else None,
        organisation_id=membership.organisation_id if membership is not None else organisation_id,
        code=code,
        title=title,
        description=description,
        objectives=objectives,
        workstream=workstream,
        valid_from=draft.valid_from,
        valid_to=draft.valid_to,
        assumed=draft.assumed,
        source=draft.source,
        end_source=None,
        version=1,
        recorded_at=now,
        data_status=draft.data_status,
    )
