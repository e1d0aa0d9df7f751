"""Contracts of partners-api: the working group of a place, its meetings and what it agreed to do."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Contract, LongText, ShortText, Url

MeetingState = Literal["planned", "held", "cancelled"]
MeetingReaders = Literal["public", "collective"]
ActionState = Literal["open", "under_way", "done", "dropped"]


class MeetingDraft(Contract):
    """A meeting of the working group; who came is said by organisation, never by person."""

    held_on: date
    title: ShortText
    state: MeetingState = "planned"
    venue: ShortText | None = None
    minutes: LongText | None = None  # Markdown; names of people do not belong here
    minutes_url: Url | None = None
    readers: MeetingReaders = "collective"  # `collective`: those with a role in the place
    attended_by: Annotated[list[UUID], Field(max_length=200)] = []  # organisations


class Meeting(MeetingDraft):
    """A meeting as it stands now."""

    id: UUID
    place_id: UUID
    recorded_at: datetime


class ActionDraft(Contract):
    """Something that was agreed: what, by which partner, until when."""

    title: ShortText
    owner_organisation_id: UUID
    agreed_on: date
    due_on: date | None = None
    meeting_id: UUID | None = None  # where it was agreed


class ActionChangeDraft(Contract):
    """How an action stands from a day on."""

    state: ActionState
    changed_on: date
    note: LongText | None = None


class ActionChange(ActionChangeDraft):
    """One step of an action's history."""

    recorded_at: datetime


class Action(ActionDraft):
    """An action with its history; `state` is the one of the day that was asked for."""

    id: UUID
    place_id: UUID
    state: ActionState
    is_overdue: bool
    history: list[ActionChange]


class WorkingGroupChanged(Contract):
    """Payload of `meeting.recorded`, `meeting.changed`, `action.agreed` and `action.changed`."""

    place_id: UUID
    meeting_id: UUID | None = None
    action_id: UUID | None = None
    owner_organisation_id: UUID | None = None
    state: MeetingState | ActionState
