"""Keeps what the working group of a place meets about and agrees on; who came is said by organisation."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from cdp_common.contracts import working_group as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_manager, require_manages_or_is
from partners_api.domain.places import PlaceUnknown
from partners_api.domain.working_group import (
    Action,
    ActionChange,
    ActionState,
    ActionUnknown,
    Meeting,
    MeetingNotRecorded,
    MeetingUnknown,
    require_change_in_order,
    require_meeting_may_be,
)
from partners_api.storage.organisations import records_of_same
from partners_api.storage.places import load_place
from partners_api.storage.working_group import (
    insert_action,
    insert_action_change,
    insert_meeting,
    load_action,
    load_meeting,
    page_actions,
    page_meetings,
    update_meeting,
)
from partners_api.use_cases.happenings_of_collective import action_event, meeting_event
from partners_api.use_cases.keepable import require_keepable


# ------------------------------------------------------------------ meetings
async def record_meeting(
    database: Database, actor: Actor, place_id: UUID, draft: wire.MeetingDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the meeting."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        require_manager(actor, place_id)
        if earlier := await once.replay(tx):
            return earlier
        meeting = _meeting_from(draft, new_id(), place_id, now, 1)
        require_meeting_may_be(meeting.state, meeting.held_on, now.date())
        view = meeting_view(meeting)
        require_keepable(view)
        await insert_meeting(tx, meeting, client_id=actor.client_id)
        await record_event(tx, meeting_event("meeting.recorded", meeting), now)
        location = {"Location": f"/v1/meetings/{meeting.id}"}
        return await once.keep(tx, 201, view, headers=location, now=now)


async def change_meeting(
    database: Database,
    actor: Actor,
    meeting_id: UUID,
    draft: wire.MeetingDraft,
    require_match: Callable[[wire.Meeting], None],
    now: datetime,
) -> wire.Meeting:
    """The meeting as it is put; `require_match` refuses when the caller read an older one."""
    async with database.begin() as tx:
        before = await load_meeting(tx, meeting_id, for_change=True)
        if before is None or not _may_read(actor, before):
            raise MeetingUnknown("There is no meeting of that id.")
        require_manager(actor, before.place_id)
        require_match(meeting_view(before))
        meeting = _meeting_from(draft, before.id, before.place_id, before.recorded_at, before.version + 1)
        require_meeting_may_be(meeting.state, meeting.held_on, now.date())
        await update_meeting(tx, meeting)
        await record_event(tx, meeting_event("meeting.changed", meeting), now)
    return meeting_view(meeting)


async def get_meeting(database: Database, actor: Actor | None, meeting_id: UUID) -> wire.Meeting:
    """The meeting, to those who may know of it."""
    async with database.begin() as tx:
        meeting = await load_meeting(tx, meeting_id)
    if meeting is None or not _may_read(actor, meeting):
        raise MeetingUnknown("There is no meeting of that id.")
    return meeting_view(meeting)


async def list_meetings(
    database: Database, actor: Actor | None, place_id: UUID, *, cursor: str | None, limit: int
) -> tuple[list[wire.Meeting], str | None]:
    """One page of the meetings that the caller may know of, the latest day first."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        belongs = actor is not None and actor.has_role_in(place_id)
        found, following = await page_meetings(
            tx, place_id, public_only=not belongs, cursor=cursor, limit=limit
        )
    return [meeting_view(meeting) for meeting in found], following


def _may_read(actor: Actor | None, meeting: Meeting) -> bool:
    return meeting.readers == "public" or (actor is not None and actor.has_role_in(meeting.place_id))


def _meeting_from(
    draft: wire.MeetingDraft, meeting_id: UUID, place_id: UUID, recorded_at: datetime, version: int
) -> Meeting:
    return Meeting(
        id=meeting_id,
        place_id=place_id,
        held_on=draft.held_on,
        title=draft.title,
        state=draft.state,
        venue=draft.venue,
        minutes=draft.minutes,
        minutes_url=draft.minutes_url,
        readers=draft.readers,
        attended_by=tuple(sorted(set(draft.attended_by))),
        version=version,
        recorded_at=recorded_at,
    )


def meeting_view(meeting: Meeting) -> wire.Meeting:
    """The meeting as the contract tells it."""
    return wire.Meeting(
        id=meeting.id,
        place_id=meeting.place_id,
        held_on=meeting.held_on,
        title=meeting.title,
        state=meeting.state,
        venue=meeting.venue,
        minutes=meeting.minutes,
        minutes_url=meeting.minutes_url,
        readers=meeting.readers,
        attended_by=list(meeting.attended_by),
        recorded_at=meeting.recorded_at,
    )


# ------------------------------------------------------------------ actions
async def agree_action(
    database: Database, actor: Actor, place_id: UUID, draft: wire.ActionDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the action."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        require_manager(actor, place_id)
        if earlier := await once.replay(tx):
            return earlier
        if draft.meeting_id is not None:
            meeting = await load_meeting(tx, draft.meeting_id)
            if meeting is None or meeting.place_id != place_id:
                error = FieldError("/meeting_id", MeetingNotRecorded.code, "the place had no such meeting")
                raise MeetingNotRecorded("The place had no meeting of that id.", errors=[error])
        action = Action(
            id=new_id(),
            place_id=place_id,
            meeting_id=draft.meeting_id,
            title=draft.title,
            owner_organisation_id=draft.owner_organisation_id,
            agreed_on=draft.agreed_on,
            due_on=draft.due_on,
            recorded_at=now,
        )
        await insert_action(tx, action, client_id=actor.client_id)
        await record_event(tx, action_event("action.agreed", action, "open"), now)
        location = {"Location": f"/v1/actions/{action.id}"}
        return await once.keep(tx, 201, action_view(action, now.date()), headers=location, now=now)


async def change_action(
    database: Database,
    actor: Actor,
    action_id: UUID,
    draft: wire.ActionChangeDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The answer with the action and its history; its owner or a programme manager changes it."""
    async with database.begin() as tx:
        action = await load_action(tx, action_id)
        if action is None:
            raise ActionUnknown("There is no action of that id.")
        records = await records_of_same(tx, [action.owner_organisation_id])
        require_manages_or_is(actor, action.place_id, records)
        if earlier := await once.replay(tx):
            return earlier
        require_change_in_order(action, draft.changed_on, now.date())
        change = ActionChange(draft.state, draft.changed_on, draft.note, now)
        changed = replace(action, history=(*action.history, change))
        view = action_view(changed, now.date())
        require_keepable(view)
        number = len(changed.history)
        await insert_action_change(tx, action_id, number, change, client_id=actor.client_id)
        await record_event(tx, action_event("action.changed", changed, change.state), now)
        return await once.keep(tx, 201, view, now=now)


async def get_action(database: Database, action_id: UUID, as_of: date) -> wire.Action:
    """The action as it stood on a day."""
    async with database.begin() as tx:
        action = await load_action(tx, action_id)
    if action is None:
        raise ActionUnknown("There is no action of that id.")
    return action_view(action, as_of)


async def list_actions(
    database: Database,
    place_id: UUID,
    *,
    as_of: date,
    state: ActionState | None,
    organisation_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[wire.Action], str | None]:
    """One page of what was agreed by a day, as it stood on that day, the latest first."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        found, following = await page_actions(
            tx,
            place_id,
            as_of=as_of,
            state=state,
            organisation_id=organisation_id,
            cursor=cursor,
            limit=limit,
        )
    return [action_view(action, as_of) for action in found], following


def action_view(action: Action, day: date) -> wire.Action:
    """The action as it stood on a day, with what was known of it by then."""
    return wire.Action(
        id=action.id,
        place_id=action.place_id,
        meeting_id=action.meeting_id,
        title=action.title,
        owner_organisation_id=action.owner_organisation_id,
        agreed_on=action.agreed_on,
        due_on=action.due_on,
        state=action.state_on(day),
        is_overdue=action.is_overdue_on(day),
        history=[
            wire.ActionChange(
                state=each.state, changed_on=each.changed_on, note=each.note, recorded_at=each.recorded_at
            )
            for each in action.history
            if each.changed_on <= day
        ],
    )
