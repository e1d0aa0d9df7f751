"""The events of reporting-api about counts of people; none of them holds a count."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cdp_common.contracts.base import Contract, DataStatus
from cdp_common.contracts.event_types.declared import EventType


class CohortCounted(Contract):
    """Who counted people of which programme and quarter."""

    cohort_id: UUID
    place_id: UUID
    organisation_id: UUID
    programme: str
    period_start: date
    period_end: date
    supersedes: UUID | None
    data_status: DataStatus


class PeoplePublished(Contract):
    """Which published table of a programme's people it is."""

    people_publication_id: UUID
    place_id: UUID
    number: int
    programme: str
    period_start: date
    period_end: date
    restates: int | None
    content_sha256: str
    data_status: DataStatus


PEOPLE_EVENT_TYPES = (
    EventType(
        "cohort.counted",
        "cohort",
        CohortCounted,
        "An organisation counted people of a programme, or corrected what it had counted.",
        "the organisation that counted, and the platform's services",
    ),
    EventType(
        "people.published",
        "people_publication",
        PeoplePublished,
        "A place published a table of a programme's people.",
        "everybody",
    ),
)
