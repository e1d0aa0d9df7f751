"""The events of gatherings, ideas and supporters: none names anybody."""

from typing import Literal
from uuid import UUID

from cdp_common.contracts.gatherings import GatheringChanged, RegistrationChanged
from cdp_common.contracts.public_voice import IdeaChanged, SupporterChanged
from cdp_common.db.events import INTERNAL, PUBLIC, NewEvent, org_audience
from partners_api.domain.gatherings import Gathering, Registration
from partners_api.domain.public_voice import Idea


def gathering_event(
    kind: Literal["gathering.announced", "gathering.changed", "gathering.cancelled"], gathering: Gathering
) -> NewEvent:
    """A gathering was announced, changed or cancelled."""
    payload = GatheringChanged(
        gathering_id=gathering.id,
        place_id=gathering.place_id,
        kind=gathering.kind,
        starts_at=gathering.starts_at,
    )
    return NewEvent(
        type=kind,
        aggregate_type="gathering",
        aggregate_id=gathering.id,
        aggregate_version=gathering.version,
        place_id=gathering.place_id,
        audience=(PUBLIC,),
        data=payload.model_dump(mode="json"),
    )


def registration_event(
    kind: Literal[
        "gathering_registration.made", "gathering_registration.moved_up", "gathering_registration.cancelled"
    ],
    registration: Registration,
    gathering: Gathering,
) -> NewEvent:
    """A registration was made, moved up or cancelled; the organiser hears of it."""
    payload = RegistrationChanged(
        registration_id=registration.id, gathering_id=gathering.id, state=registration.state
    )
    return NewEvent(
        type=kind,
        aggregate_type="gathering_registration",
        aggregate_id=registration.id,
        aggregate_version=registration.version,
        place_id=gathering.place_id,
        audience=(org_audience(gathering.organiser_organisation_id),),
        data=payload.model_dump(mode="json"),
    )


def idea_event(
    kind: Literal["idea.received", "idea.shown", "idea.declined", "idea.removed"], idea: Idea
) -> NewEvent:
    """An idea came, was moderated or was removed; what is shown, everybody hears of."""
    removed = kind == "idea.removed"
    payload = IdeaChanged(
        idea_id=idea.id,
        place_id=idea.place_id,
        kind=idea.kind,
        state="removed" if removed else idea.state,
    )
    return NewEvent(
        type=kind,
        aggregate_type="idea",
        aggregate_id=idea.id,
        aggregate_version=idea.version + 1 if removed else idea.version,
        place_id=idea.place_id,
        audience=(PUBLIC,) if idea.state == "shown" else (INTERNAL,),
        data=payload.model_dump(mode="json"),
    )


def supporter_event(
    kind: Literal["supporter.registered", "supporter.withdrawn"], supporter_id: UUID, place_id: UUID
) -> NewEvent:
    """Somebody began or ceased to support the programme."""
    return NewEvent(
        type=kind,
        aggregate_type="supporter",
        aggregate_id=supporter_id,
        aggregate_version=1 if kind == "supporter.registered" else 2,
        place_id=place_id,
        audience=(INTERNAL,),
        data=SupporterChanged(supporter_id=supporter_id, place_id=place_id).model_dump(mode="json"),
    )
