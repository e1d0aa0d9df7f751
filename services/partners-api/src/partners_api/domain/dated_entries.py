"""What a collective is made of from day to day: phases, programmes, roles of partners, their choices."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound
from cdp_common.kernel.periods import LAST_YEAR, Period
from partners_api.domain.memberships import Membership

EntryKind = Literal["phase", "programme", "role", "area", "theme", "objective"]
FOCUS_KINDS: tuple[EntryKind, ...] = ("area", "theme", "objective")


class PhaseUnknown(NotFound):
    """No phase is recorded under that id."""

    code = "phase_not_found"
    title = "There is no such phase"


class ProgrammeUnknown(NotFound):
    """There is no programme of work of that id."""

    code = "programme_not_found"
    title = "There is no such programme"


class PartnerRoleUnknown(NotFound):
    """There is no role within a membership of that id."""

    code = "partner_role_not_found"
    title = "There is no such role within a membership"


class FocusUnknown(NotFound):
    """There is no choice of that id."""

    code = "focus_not_found"
    title = "There is no such focus"


class PhaseNotInProgramme(InvalidInput):
    """The place's programme has no phase of this code."""

    code = "phase_unknown"
    title = "The place has no such phase"


class ObjectiveNotRecorded(InvalidInput):
    """The place's programme has no objective of this code."""

    code = "objective_unknown"
    title = "The place has no such objective"


class EntryOverlaps(Conflict):
    """The same thing is there on some of these days already."""

    code = "entry_overlaps"
    title = "It is there on some of these days already"


class EntryEnded(Conflict):
    """It ends earlier than that already: what was over stays over."""

    code = "entry_ended"
    title = "It has ended already"


class EntryEndsBeforeStart(InvalidInput):
    """The last day would lie before the first."""

    code = "entry_ends_before_start"
    title = "It would end before it starts"


class OutsideMembership(InvalidInput):
    """What a partner does or chose lies within the days of its membership."""

    code = "outside_membership"
    title = "These days lie outside the membership"


NOT_FOUND: dict[EntryKind, type[NotFound]] = {
    "phase": PhaseUnknown,
    "programme": ProgrammeUnknown,
    "role": PartnerRoleUnknown,
    "area": FocusUnknown,
    "theme": FocusUnknown,
    "objective": FocusUnknown,
}
"""What is said of an id under which nothing of that kind is recorded."""


@dataclass(frozen=True)
class DatedEntry:
    """One thing of one kind, from its first to its last day; of a place, or of a membership in it.

    `valid_to` is None while it lasts. An entry of a membership ends with it at the latest.
    """

    id: UUID
    kind: EntryKind
    place_id: UUID
    membership_id: UUID | None
    organisation_id: UUID | None
    code: str
    title: str
    description: str | None
    objectives: tuple[str, ...]
    workstream: str | None
    valid_from: date
    valid_to: date | None
    assumed: bool
    source: str
    end_source: str | None
    version: int
    recorded_at: datetime
    data_status: str


def require_entry_days(valid_from: date, valid_to: date | None) -> None:
    """Refuse days out of order, or outside the years that the platform holds."""
    if valid_to is not None and valid_to < valid_from:
        error = FieldError("/valid_to", EntryEndsBeforeStart.code, "this is before the first day")
        raise EntryEndsBeforeStart("The last day lies before the first.", errors=[error])
    Period(valid_from, valid_to or date(LAST_YEAR, 12, 31))


def require_within(membership: Membership, valid_from: date, valid_to: date | None) -> None:
    """Refuse days before the membership begins or after it ends; an open end is the membership's own."""
    last = membership.valid_to
    if valid_from < membership.valid_from or (last is not None and valid_from > last):
        error = FieldError("/valid_from", OutsideMembership.code, "no member on this day")
        raise OutsideMembership("The organisation is not a member on the first day.", errors=[error])
    if valid_to is not None and last is not None and valid_to > last:
        error = FieldError("/valid_to", OutsideMembership.code, "no member on this day")
        raise OutsideMembership("The membership ends before the last day.", errors=[error])


def entry_ended(entry: DatedEntry, valid_to: date, source: str) -> DatedEntry:
    """The entry with `valid_to` as its last day; the same day again changes nothing.

    An end can be set or brought forward. To go on later is a new entry: what was over stays over.
    """
    require_entry_days(entry.valid_from, valid_to)
    if entry.valid_to == valid_to:
        return entry
    if entry.valid_to is not None and valid_to > entry.valid_to:
        raise EntryEnded(f"It ends on {entry.valid_to} already; start a new one to go on.")
    return replace(entry, valid_to=valid_to, end_source=source, version=entry.version + 1)
