"""Contracts of partners-api: what a collective is made of besides its members, each from day to day.

Phases and programmes of a place; roles within a membership; the areas and themes that a partner chose.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, DataStatus, LongText, ShortText

FocusKind = Literal["area", "theme", "objective"]
EntryKind = Literal["phase", "programme", "role", "area", "theme", "objective"]


class DatedDraft(Contract):
    """What lasts from a first day to a last one, both included."""

    valid_from: date
    valid_to: date | None = None  # null while it lasts
    assumed: bool = False  # the days are assumed, not from a record
    source: ShortText
    data_status: DataStatus = "actual"


class DatedEnd(Contract):
    """The last day of something dated, and where it is known from."""

    valid_to: date
    source: ShortText


# ------------------------------------------------------------------ of a place
class PhaseDraft(DatedDraft):
    """When a phase of the place's programme was, is or will be."""

    phase: Code  # one of the place's `phases`


class Phase(PhaseDraft):
    """A phase with its days."""

    id: UUID
    place_id: UUID
    title: str
    end_source: str | None
    recorded_at: datetime


class ProgrammeDraft(DatedDraft):
    """A programme of work: what some or all partners do together towards objectives of the place."""

    code: Code
    title: ShortText
    description: LongText | None = None
    objectives: Annotated[list[Code], Field(max_length=50)] = []  # of the place
    lead_organisation_id: UUID | None = None
    workstream: Code | None = None  # of a measurement framework, which may set it targets


class Programme(ProgrammeDraft):
    """A programme of work of a place."""

    id: UUID
    place_id: UUID
    end_source: str | None
    recorded_at: datetime


# ------------------------------------------------------------------ of a membership
class PartnerRoleDraft(DatedDraft):
    """What a partner does for the collective, for example the chair of its working group."""

    role: Code
    title: ShortText


class PartnerRole(PartnerRoleDraft):
    """A role within a membership; it lasts no longer than the membership."""

    id: UUID
    place_id: UUID
    membership_id: UUID
    organisation_id: UUID
    end_source: str | None
    recorded_at: datetime


class FocusDraft(DatedDraft):
    """An area, a theme or an objective that a partner chose to work on; each chooses its own."""

    kind: FocusKind
    code: Code  # of an area: its official code; of a theme: that of the measurement framework
    title: ShortText
    reason: LongText | None = None


class Focus(FocusDraft):
    """A partner's choice; it lasts no longer than the membership."""

    id: UUID
    place_id: UUID
    membership_id: UUID
    organisation_id: UUID
    organisation_name: str
    end_source: str | None
    recorded_at: datetime


# ------------------------------------------------------------------ event payloads
class CollectiveEntryChanged(Contract):
    """Payload of `phase.*`, `programme.*`, `partner_role.*` and `focus.*`."""

    entry_id: UUID
    kind: EntryKind
    place_id: UUID
    membership_id: UUID | None
    organisation_id: UUID | None
    code: Code
    valid_from: date
    valid_to: date | None
