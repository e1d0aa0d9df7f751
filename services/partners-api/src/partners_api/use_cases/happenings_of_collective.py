"""The events of what a collective does: what happened, and who may read that it did."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from cdp_common.contracts.checklists import ChecklistPublished, StageRecorded
from cdp_common.contracts.collective import CollectiveEntryChanged
from cdp_common.contracts.working_group import WorkingGroupChanged
from cdp_common.db.events import INTERNAL, PUBLIC, NewEvent
from partners_api.domain.checklists import Checklist, StageRecord
from partners_api.domain.dated_entries import DatedEntry, EntryKind
from partners_api.domain.working_group import Action, ActionState, Meeting

_TYPES: Mapping[EntryKind, tuple[str, str, str]] = MappingProxyType(
    {
        "phase": ("phase", "phase.recorded", "phase.ended"),
        "programme": ("programme", "programme.started", "programme.ended"),
        "role": ("partner_role", "partner_role.given", "partner_role.ended"),
        "area": ("focus", "focus.chosen", "focus.ended"),
        "theme": ("focus", "focus.chosen", "focus.ended"),
        "objective": ("focus", "focus.chosen", "focus.ended"),
    }
)
"""By kind: the aggregate, and the events of its beginning and of its end."""


def entry_event(entry: DatedEntry, *, has_ended: bool) -> NewEvent:
    """Something dated began, or its end was set; it takes effect on its own day."""
    aggregate, started, ended = _TYPES[entry.kind]
    payload = CollectiveEntryChanged(
        entry_id=entry.id,
        kind=entry.kind,
        place_id=entry.place_id,
        membership_id=entry.membership_id,
        organisation_id=entry.organisation_id,
        code=entry.code,
        valid_from=entry.valid_from,
        valid_to=entry.valid_to,
    )
    return NewEvent(
        type=ended if has_ended else started,
        aggregate_type=aggregate,
        aggregate_id=entry.id,
        aggregate_version=entry.version,
        place_id=entry.place_id,
        audience=(PUBLIC,),
        data=payload.model_dump(mode="json"),
        effective_on=entry.valid_to if has_ended else entry.valid_from,
    )


def meeting_event(kind: Literal["meeting.recorded", "meeting.changed"], meeting: Meeting) -> NewEvent:
    """A meeting was recorded or changed; of one that the collective alone reads, the services alone hear."""
    payload = WorkingGroupChanged(place_id=meeting.place_id, meeting_id=meeting.id, state=meeting.state)
    return NewEvent(
        type=kind,
        aggregate_type="meeting",
        aggregate_id=meeting.id,
        aggregate_version=meeting.version,
        place_id=meeting.place_id,
        audience=(PUBLIC,) if meeting.readers == "public" else (INTERNAL,),
        data=payload.model_dump(mode="json"),
        effective_on=meeting.held_on,
    )


def action_event(
    kind: Literal["action.agreed", "action.changed"], action: Action, state: ActionState
) -> NewEvent:
    """Something was agreed, or stands otherwise since a day."""
    payload = WorkingGroupChanged(
        place_id=action.place_id,
        action_id=action.id,
        meeting_id=action.meeting_id,
        owner_organisation_id=action.owner_organisation_id,
        state=state,
    )
    return NewEvent(
        type=kind,
        aggregate_type="action",
        aggregate_id=action.id,
        aggregate_version=len(action.history) + 1,
        place_id=action.place_id,
        audience=(PUBLIC,),
        data=payload.model_dump(mode="json"),
        effective_on=action.history[-1].changed_on if action.history else action.agreed_on,
    )


def checklist_published(checklist: Checklist) -> NewEvent:
    """A version of a checklist was published."""
    payload = ChecklistPublished(checklist_id=checklist.id, code=checklist.code, version=checklist.version)
    return NewEvent(
        type="checklist.published",
        aggregate_type="checklist",
        aggregate_id=checklist.id,
        aggregate_version=1,
        place_id=None,
        audience=(PUBLIC,),
        data=payload.model_dump(mode="json"),
    )


def stage_recorded(record: StageRecord) -> NewEvent:
    """A stage of a checklist stands otherwise in a place since a day."""
    payload = StageRecorded(
        record_id=record.id,
        place_id=record.place_id,
        checklist_id=record.checklist_id,
        stage=record.stage,
        state=record.state,
        recorded_on=record.recorded_on,
    )
    return NewEvent(
        type="checklist.stage_recorded",
        aggregate_type="stage_record",
        aggregate_id=record.id,
        aggregate_version=1,
        place_id=record.place_id,
        audience=(PUBLIC,),
        data=payload.model_dump(mode="json"),
        effective_on=record.recorded_on,
    )
