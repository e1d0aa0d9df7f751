"""What a collective is made of, as the contracts tell it."""

from typing import Any

from cdp_common.contracts import collective as wire
from partners_api.domain.dated_entries import DatedEntry


def phase_view(entry: DatedEntry) -> wire.Phase:
    """The phase with its days."""
    return wire.Phase(phase=entry.code, title=entry.title, **_shared(entry))


def programme_view(entry: DatedEntry) -> wire.Programme:
    """The programme of work."""
    return wire.Programme(
        code=entry.code,
        title=entry.title,
        description=entry.description,
        objectives=list(entry.objectives),
        lead_organisation_id=entry.organisation_id,
        workstream=entry.workstream,
        **_shared(entry),
    )


def role_view(entry: DatedEntry) -> wire.PartnerRole:
    """The role within a membership."""
    return wire.PartnerRole(
        role=entry.code,
        title=entry.title,
        membership_id=entry.membership_id,
        organisation_id=entry.organisation_id,
        **_shared(entry),
    )


def focus_view(entry: DatedEntry, organisation_name: str) -> wire.Focus:
    """What a partner chose."""
    return wire.Focus(
        kind=entry.kind,
        code=entry.code,
        title=entry.title,
        reason=entry.description,
        membership_id=entry.membership_id,
        organisation_id=entry.organisation_id,
        organisation_name=organisation_name,
        **_shared(entry),
    )


def _shared(entry: DatedEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "place_id": entry.place_id,
        "valid_from": entry.valid_from,
        "valid_to": entry.valid_to,
        "assumed": entry.assumed,
        "source": entry.source,
        "end_source": entry.end_source,
        "recorded_at": entry.recorded_at,
        "data_status": entry.data_status,
    }
