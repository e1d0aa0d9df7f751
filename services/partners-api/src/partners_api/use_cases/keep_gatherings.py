"""Announces and cancels gatherings, shows them, and records who came."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from cdp_common.contracts import gatherings as wire
from cdp_common.contracts.base import Batch
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor
from partners_api.domain.dated_entries import ObjectiveNotRecorded
from partners_api.domain.gatherings import (
    Gathering,
    GatheringCancelled,
    GatheringKind,
    GatheringNotYet,
    GatheringUnknown,
    RegistrationNotRecorded,
    require_times,
)
from partners_api.domain.hub_pages import require_editor
from partners_api.domain.places import Place, PlaceUnknown
from partners_api.storage.gatherings import (
    count_attended,
    gatherings_by_id,
    insert_gathering,
    load_gathering,
    page_gatherings,
    registrations_by_id,
    update_gathering,
    update_registration,
)
from partners_api.storage.hub_search import Entry, keep_entry, remove_entry
from partners_api.storage.places import load_place
from partners_api.use_cases.happenings_of_public import gathering_event
from partners_api.use_cases.keepable import require_keepable
from partners_api.use_cases.markdown_html import html_of, plain_text_of


async def announce_gathering(
    database: Database, actor: Actor, place_id: UUID, draft: wire.GatheringDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the gathering, to which people can register from now on."""
    async with database.begin() as tx:
        place = await load_place(tx, place_id)
        if place is None:
            raise PlaceUnknown("There is no place of that id.")
        require_editor(actor, place_id)
        if earlier := await once.replay(tx):
            return earlier
        require_objectives(place, draft.objectives)
        gathering = _gathering_from(draft, place_id)
        require_times(gathering)
        view = gathering_view(gathering)
        require_keepable(view)
        await insert_gathering(tx, gathering)
        await keep_entry(tx, found_as(gathering, now))
        await record_event(tx, gathering_event("gathering.announced", gathering), now)
        location = {"Location": f"/v1/gatherings/{gathering.id}"}
        return await once.keep(tx, 201, view, headers=location, now=now)


async def cancel_gathering(
    database: Database,
    actor: Actor,
    gathering_id: UUID,
    cancellation: wire.GatheringCancellation,
    once: Once,
    now: datetime,
) -> Answer:
    """The answer with the gathering, which does not take place; nobody is moved up any more."""
    async with database.begin() as tx:
        before = await load_gathering(tx, gathering_id, for_change=True)
        if before is None:
            raise GatheringUnknown("There is no gathering of that id.")
        require_editor(actor, before.place_id)
        if earlier := await once.replay(tx):
            return earlier
        if before.state == "cancelled":
            raise GatheringCancelled("It was cancelled already.")
        gathering = replace(
            before, state="cancelled", cancelled_because=cancellation.reason, version=before.version + 1
        )
        await update_gathering(tx, gathering)
        await remove_entry(tx, gathering_id)
        await record_event(tx, gathering_event("gathering.cancelled", gathering), now)
        return await once.keep(tx, 201, gathering_view(gathering), now=now)


async def record_attendance(
    database: Database, actor: Actor, gathering_id: UUID, attendance: wire.Attendance, now: datetime
) -> wire.Gathering:
    """The gathering after it was recorded who came, or did not; the same again changes nothing."""
    async with database.begin() as tx:
        gathering = await load_gathering(tx, gathering_id, for_change=True)
        if gathering is None:
            raise GatheringUnknown("There is no gathering of that id.")
        require_editor(actor, gathering.place_id)
        if now < gathering.starts_at or gathering.state == "cancelled":
            raise GatheringNotYet("Nobody has attended what has not begun.")
        found = await registrations_by_id(tx, gathering_id, attendance.registration_ids)
        there = {each.id: each for each in found if each.state == "registered"}
        errors = [
            FieldError(f"/registration_ids/{index}", RegistrationNotRecorded.code, "not registered for this")
            for index, each in enumerate(attendance.registration_ids)
            if each not in there
        ]
        if errors:
            raise RegistrationNotRecorded("Only those registered can attend.", errors=errors)
        for registration in there.values():
            await update_registration(tx, replace(registration, attended=attendance.attended))
        came = replace(gathering, attended_count=await count_attended(tx, gathering_id))
        await update_gathering(tx, came)
    return gathering_view(came)


async def get_gathering(database: Database, gathering_id: UUID) -> wire.Gathering:
    """The gathering of that id."""
    async with database.begin() as tx:
        gathering = await load_gathering(tx, gathering_id)
    if gathering is None:
        raise GatheringUnknown("There is no gathering of that id.")
    return gathering_view(gathering)


async def batch_gatherings(database: Database, ids: Sequence[UUID]) -> Batch[wire.Gathering]:
    """Gatherings by their ids."""
    async with database.begin() as tx:
        found = await gatherings_by_id(tx, ids)
    there = {each.id for each in found}
    missing = [each for each in dict.fromkeys(ids) if each not in there]
    return Batch[wire.Gathering](items=[gathering_view(each) for each in found], missing=missing)


async def list_gatherings(
    database: Database,
    place_id: UUID,
    *,
    kind: GatheringKind | None,
    ends_after: datetime | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[wire.Gathering], str | None]:
    """One page of a place's gatherings in the order in which they start."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        found, following = await page_gatherings(
            tx, place_id, kind=kind, ends_after=ends_after, cursor=cursor, limit=limit
        )
    return [gathering_view(gathering) for gathering in found], following


def found_as(gathering: Gathering, now: datetime) -> Entry:
    """What the search finds of a gathering."""
    plain = plain_text_of(gathering.description or "")
    said = (gathering.title, gathering.summary, plain, now, gathering.data_status)
    return Entry(gathering.id, gathering.place_id, "gathering", *said)


def gathering_view(gathering: Gathering) -> wire.Gathering:
    """The gathering with how full it is."""
    return wire.Gathering(
        id=gathering.id,
        place_id=gathering.place_id,
        kind=gathering.kind,
        title=gathering.title,
        summary=gathering.summary,
        description=gathering.description,
        description_html=None if gathering.description is None else html_of(gathering.description),
        starts_at=gathering.starts_at,
        ends_at=gathering.ends_at,
        venue=gathering.venue,
        online_url=gathering.online_url,
        capacity=gathering.capacity,
        registration_closes_at=gathering.registration_closes_at,
        organiser_organisation_id=gathering.organiser_organisation_id,
        objectives=list(gathering.objectives),
        data_status=gathering.data_status,
        state=gathering.state,
        cancelled_because=gathering.cancelled_because,
        registered_count=gathering.registered_count,
        waiting_count=gathering.waiting_count,
        attended_count=gathering.attended_count,
    )


def _gathering_from(draft: wire.GatheringDraft, place_id: UUID) -> Gathering:
    return Gathering(
        id=new_id(),
        place_id=place_id,
        kind=draft.kind,
        title=draft.title,
        summary=draft.summary,
        description=draft.description,
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        venue=draft.venue,
        online_url=draft.online_url,
        capacity=draft.capacity,
        registration_closes_at=draft.registration_closes_at,
        organiser_organisation_id=draft.organiser_organisation_id,
        objectives=tuple(dict.fromkeys(draft.objectives)),
        data_status=draft.data_status,
        state="open",
        cancelled_because=None,
        registered_count=0,
        waiting_count=0,
        attended_count=0,
        last_number=0,
        version=1,
    )


def require_objectives(place: Place, objectives: Sequence[str]) -> None:
    """Refuse objectives that the place does not have."""
    known = {item.code for item in place.objectives}
    errors = [
        FieldError(f"/objectives/{index}", ObjectiveNotRecorded.code, "not an objective of the place")
        for index, code in enumerate(objectives)
        if code not in known
    ]
    if errors:
        raise ObjectiveNotRecorded("The place has no such objective.", errors=errors)
