"""The working group of a place: meetings by organisation, and actions whose state is known for every day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound

MeetingState = Literal["planned", "held", "cancelled"]
MeetingReaders = Literal["public", "collective"]
ActionState = Literal["open", "under_way", "done", "dropped"]


class MeetingUnknown(NotFound):
    """There is no meeting of that id that the caller may know of."""

    code = "meeting_not_found"
    title = "There is no such meeting"


class MeetingNotRecorded(InvalidInput):
    """The input names a meeting that this place did not have."""

    code = "meeting_unknown"
    title = "The place had no such meeting"


class MeetingNotYet(InvalidInput):
    """A meeting of a day to come cannot have been held."""

    code = "meeting_not_yet"
    title = "The meeting lies in the future"


class ActionUnknown(NotFound):
    """There is no action of that id."""

    code = "action_not_found"
    title = "There is no such action"


class ActionChangeMisdated(InvalidInput):
    """A change is dated between the one before it and today."""

    code = "action_change_misdated"
    title = "The change is dated before the last one, or in the future"


class ActionChanged(Conflict):
    """Somebody else changed the action at the same moment."""

    code = "action_changed"
    title = "The action has just been changed"


@dataclass(frozen=True)
class Meeting:
    """A meeting with the organisations that came."""

    id: UUID
    place_id: UUID
    held_on: date
    title: str
    state: MeetingState
    venue: str | None
    minutes: str | None
    minutes_url: str | None
    readers: MeetingReaders
    attended_by: tuple[UUID, ...]
    version: int
    recorded_at: datetime


@dataclass(frozen=True)
class ActionChange:
    """How an action stands from a day on."""

    state: ActionState
    changed_on: date
    note: str | None
    recorded_at: datetime


@dataclass(frozen=True)
class Action:
    """An action with every change of its state, in the order in which they were recorded."""

    id: UUID
    place_id: UUID
    meeting_id: UUID | None
    title: str
    owner_organisation_id: UUID
    agreed_on: date
    due_on: date | None
    recorded_at: datetime
    history: tuple[ActionChange, ...] = ()

    def state_on(self, day: date) -> ActionState:
        """Its state on a day: open until something else is recorded for that day or one before."""
        return state_on(self.history, day)

    def is_overdue_on(self, day: date) -> bool:
        """Whether its day is past and it is neither done nor dropped."""
        return self.due_on is not None and day > self.due_on and self.state_on(day) in ("open", "under_way")


def state_on(history: Sequence[ActionChange], day: date) -> ActionState:
    """The state of the last change that is dated on the day or before; `open` before the first."""
    known = [change.state for change in history if change.changed_on <= day]
    return known[-1] if known else "open"


def require_meeting_may_be(state: MeetingState, held_on: date, today: date) -> None:
    """Refuse a meeting that was held on a day to come."""
    if state == "held" and held_on > today:
        error = FieldError("/held_on", MeetingNotYet.code, "this lies in the future")
        raise MeetingNotYet("A meeting of a day to come is planned or cancelled.", errors=[error])


def require_change_in_order(action: Action, changed_on: date, today: date) -> None:
    """Refuse a change dated before the last one, before the action was agreed, or in the future."""
    earliest = action.history[-1].changed_on if action.history else action.agreed_on
    if not earliest <= changed_on <= today:
        error = FieldError("/changed_on", ActionChangeMisdated.code, f"from {earliest} to {today}")
        raise ActionChangeMisdated("A change follows the one before it, and is not to come.", errors=[error])
