"""The events of what a collective does together; partners-api tells them."""

from __future__ import annotations

from cdp_common.contracts.checklists import ChecklistPublished, StageRecorded
from cdp_common.contracts.collective import CollectiveEntryChanged
from cdp_common.contracts.event_types.declared import EventType
from cdp_common.contracts.working_group import WorkingGroupChanged

_EVERYBODY = "everybody"
_READERS_OF_MEETING = "everybody; the platform's services alone where the collective alone reads the meeting"


def _entry(name: str, about: str, means: str) -> EventType:
    return EventType(name, about, CollectiveEntryChanged, means, _EVERYBODY)


def _of_group(name: str, about: str, means: str, readers: str = _EVERYBODY) -> EventType:
    return EventType(name, about, WorkingGroupChanged, means, readers)


EVENT_TYPES = (
    _entry("phase.recorded", "phase", "A place entered a phase of its work."),
    _entry("phase.ended", "phase", "The end of a phase was set."),
    _entry("programme.started", "programme", "A programme of work began."),
    _entry("programme.ended", "programme", "The end of a programme was set."),
    _entry("partner_role.given", "partner_role", "A member took on a part in the collective."),
    _entry("partner_role.ended", "partner_role", "The end of a member's part was set."),
    _entry("focus.chosen", "focus", "A place or a member turned to an area, a theme or an objective."),
    _entry("focus.ended", "focus", "The end of a focus was set."),
    _of_group("meeting.recorded", "meeting", "A meeting was recorded.", _READERS_OF_MEETING),
    _of_group("meeting.changed", "meeting", "The record of a meeting changed.", _READERS_OF_MEETING),
    _of_group("action.agreed", "action", "Something was agreed that a member does."),
    _of_group("action.changed", "action", "What was agreed stands otherwise."),
    EventType(
        "checklist.published",
        "checklist",
        ChecklistPublished,
        "A version of a checklist was published.",
        _EVERYBODY,
    ),
    EventType(
        "checklist.stage_recorded",
        "stage_record",
        StageRecorded,
        "A stage of a checklist stands otherwise in a place.",
        _EVERYBODY,
    ),
)
