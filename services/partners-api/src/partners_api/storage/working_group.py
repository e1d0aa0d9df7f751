"""Stores and finds meetings of the working group, and the actions that were agreed."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, case, delete, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import cut_page, keyset
from cdp_common.kernel.errors import FieldError
from partners_api.domain.organisations import OrganisationNotRecorded
from partners_api.domain.working_group import (
    Action,
    ActionChange,
    ActionChanged,
    ActionState,
    Meeting,
    MeetingNotRecorded,
)
from partners_api.storage.collective_tables import action_changes, actions, meeting_attendance, meetings


def _unknown_organisation(pointer: str) -> OrganisationNotRecorded:
    error = FieldError(pointer, OrganisationNotRecorded.code, "there is no such organisation")
    return OrganisationNotRecorded("There is no organisation of that id.", errors=[error])


def _unknown_meeting() -> MeetingNotRecorded:
    error = FieldError("/meeting_id", MeetingNotRecorded.code, "the place had no such meeting")
    return MeetingNotRecorded("There is no meeting of that id.", errors=[error])


_ERRORS = {
    "fk_meeting_attendance_organisation_id": lambda: _unknown_organisation("/attended_by"),
    "fk_actions_owner_organisation_id": lambda: _unknown_organisation("/owner_organisation_id"),
    "fk_actions_meeting_id": _unknown_meeting,
    "pk_action_changes": lambda: ActionChanged("Somebody else has just changed it; read it again."),
}


# ------------------------------------------------------------------ meetings
async def insert_meeting(tx: AsyncConnection, meeting: Meeting, *, client_id: str) -> None:
    """Store a new meeting; raises `OrganisationNotRecorded`."""
    row = {**_meeting_row(meeting), "id": meeting.id, "place_id": meeting.place_id}
    await tx.execute(
        insert(meetings).values({**row, "client_id": client_id, "recorded_at": meeting.recorded_at})
    )
    await _insert_attendance(tx, meeting)


async def update_meeting(tx: AsyncConnection, meeting: Meeting) -> None:
    """Store the meeting anew, its row locked; raises `OrganisationNotRecorded`."""
    await tx.execute(update(meetings).where(meetings.c.id == meeting.id).values(_meeting_row(meeting)))
    await tx.execute(delete(meeting_attendance).where(meeting_attendance.c.meeting_id == meeting.id))
    await _insert_attendance(tx, meeting)


def _meeting_row(meeting: Meeting) -> dict[str, Any]:
    return {
        "held_on": meeting.held_on,
        "title": meeting.title,
        "state": meeting.state,
        "venue": meeting.venue,
        "minutes": meeting.minutes,
        "minutes_url": meeting.minutes_url,
        "readers": meeting.readers,
        "version": meeting.version,
    }


async def _insert_attendance(tx: AsyncConnection, meeting: Meeting) -> None:
    rows = [
        {"meeting_id": meeting.id, "organisation_id": each} for each in dict.fromkeys(meeting.attended_by)
    ]
    if rows:
        with constraint_errors(_ERRORS):
            await tx.execute(insert(meeting_attendance), rows)


async def load_meeting(tx: AsyncConnection, meeting_id: UUID, *, for_change: bool = False) -> Meeting | None:
    """The meeting, its row locked if it is about to change."""
    query = select(meetings).where(meetings.c.id == meeting_id)
    row = (await tx.execute(query.with_for_update() if for_change else query)).one_or_none()
    return (await _with_attendance(tx, [row]))[0] if row is not None else None


async def page_meetings(
    tx: AsyncConnection, place_id: UUID, *, public_only: bool, cursor: str | None, limit: int
) -> tuple[list[Meeting], str | None]:
    """One page of a place's meetings, the latest day first."""
    query = select(meetings).where(meetings.c.place_id == place_id)
    if public_only:
        query = query.where(meetings.c.readers == "public")
    columns = [meetings.c.held_on.desc(), meetings.c.id.desc()]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.held_on, row.id])
    return await _with_attendance(tx, cut), following


async def _with_attendance(tx: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Meeting]:
    """The meetings of these rows, in their order; one query for all who came."""
    query = select(meeting_attendance).where(meeting_attendance.c.meeting_id.in_([row.id for row in rows]))
    came: dict[UUID, list[UUID]] = {}
    ordered = query.order_by(meeting_attendance.c.meeting_id, meeting_attendance.c.organisation_id)
    for found in (await tx.execute(ordered)).all() if rows else []:
        came.setdefault(found.meeting_id, []).append(found.organisation_id)
    return [_meeting(row, came.get(row.id, [])) for row in rows]


def _meeting(row: Row[Any], came: Sequence[UUID]) -> Meeting:
    return Meeting(
        id=row.id,
        place_id=row.place_id,
        held_on=row.held_on,
        title=row.title,
        state=row.state,
        venue=row.venue,
        minutes=row.minutes,
        minutes_url=row.minutes_url,
        readers=row.readers,
        attended_by=tuple(came),
        version=row.version,
        recorded_at=row.recorded_at,
    )


# ------------------------------------------------------------------ actions
async def insert_action(tx: AsyncConnection, action: Action, *, client_id: str) -> None:
    """Store what was agreed; raises `OrganisationNotRecorded` or `MeetingNotRecorded`."""
    row = {
        "id": action.id,
        "place_id": action.place_id,
        "meeting_id": action.meeting_id,
        "title": action.title,
        "owner_organisation_id": action.owner_organisation_id,
        "agreed_on": action.agreed_on,
        "due_on": action.due_on,
        "client_id": client_id,
        "recorded_at": action.recorded_at,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(actions).values(row))


async def insert_action_change(
    tx: AsyncConnection, action_id: UUID, number: int, change: ActionChange, *, client_id: str
) -> None:
    """Store the action's change of that number; raises `ActionChanged` if another one has it."""
    row = {
        "action_id": action_id,
        "number": number,
        "state": change.state,
        "changed_on": change.changed_on,
        "note": change.note,
        "client_id": client_id,
        "recorded_at": change.recorded_at,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(action_changes).values(row))


async def load_action(tx: AsyncConnection, action_id: UUID) -> Action | None:
    """The action with its history."""
    row = (await tx.execute(select(actions).where(actions.c.id == action_id))).one_or_none()
    return (await _with_history(tx, [row]))[0] if row is not None else None


async def page_actions(
    tx: AsyncConnection,
    place_id: UUID,
    *,
    as_of: date,
    state: ActionState | None,
    organisation_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[Action], str | None]:
    """One page of what was agreed by a day, the latest first; `state` is the one of that day."""
    query = select(actions).where(actions.c.place_id == place_id, actions.c.agreed_on <= as_of)
    if organisation_id is not None:
        query = query.where(actions.c.owner_organisation_id == organisation_id)
    if state is not None:
        last = (
            select(action_changes.c.state)
            .where(action_changes.c.action_id == actions.c.id, action_changes.c.changed_on <= as_of)
            .order_by(action_changes.c.number.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = query.where(case((last.is_(None), literal("open")), else_=last) == state)
    columns = [actions.c.agreed_on.desc(), actions.c.id.desc()]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.agreed_on, row.id])
    return await _with_history(tx, cut), following


async def _with_history(tx: AsyncConnection, rows: Sequence[Row[Any]]) -> list[Action]:
    """The actions of these rows, in their order; one query for all their changes."""
    query = select(action_changes).where(action_changes.c.action_id.in_([row.id for row in rows]))
    history: dict[UUID, list[ActionChange]] = {}
    ordered = query.order_by(action_changes.c.action_id, action_changes.c.number)
    for found in (await tx.execute(ordered)).all() if rows else []:
        change = ActionChange(found.state, found.changed_on, found.note, found.recorded_at)
        history.setdefault(found.action_id, []).append(change)
    return [_action(row, history.get(row.id, [])) for row in rows]


def _action(row: Row[Any], history: Sequence[ActionChange]) -> Action:
    return Action(
        id=row.id,
        place_id=row.place_id,
        meeting_id=row.meeting_id,
        title=row.title,
        owner_organisation_id=row.owner_organisation_id,
        agreed_on=row.agreed_on,
        due_on=row.due_on,
        recorded_at=row.recorded_at,
        history=tuple(history),
    )
