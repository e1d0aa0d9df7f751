"""Contracts of partners-api: checklists of stages, and how far a place has come in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from cdp_common.contracts.base import Code, Contract, LongText, ShortText, Url

StageState = Literal["not_started", "under_way", "in_place"]


class Stage(Contract):
    """A stage of a checklist."""

    code: Code
    title: ShortText
    description: LongText | None = None


class ChecklistDraft(Contract):
    """A version of a checklist: stages in their order, with their source."""

    code: Code
    version: Code
    title: ShortText
    stages: Annotated[list[Stage], Field(min_length=1, max_length=50)]
    source: ShortText
    source_url: Url | None = None


class Checklist(ChecklistDraft):
    """A published version, which never changes."""

    id: UUID
    published_at: datetime


class StageEvidence(Contract):
    """What shows that a stage stands as it is said to: a title and, where there is one, an address."""

    title: ShortText
    url: Url | None = None


class StageRecordDraft(Contract):
    """How a stage of a checklist stands in a place from a day on, with its evidence."""

    checklist_id: UUID
    stage: Code
    state: StageState
    recorded_on: date  # the day from which it stands so
    note: LongText | None = None
    evidence: Annotated[list[StageEvidence], Field(max_length=20)] = []


class StageRecord(StageRecordDraft):
    """One entry of a place's history; a later one supersedes it and removes nothing."""

    id: UUID
    place_id: UUID
    recorded_at: datetime


class StageStanding(Contract):
    """A stage with how it stands on a day."""

    stage: Stage
    state: StageState
    since: date | None  # null where nothing is recorded
    note: str | None
    evidence: list[StageEvidence]


class PlaceChecklist(Contract):
    """How far a place has come in a checklist on a day."""

    checklist_id: UUID
    code: str
    version: str
    title: str
    source: str
    as_of: date
    stages: list[StageStanding]
    in_place_count: int


class StageRecorded(Contract):
    """Payload of `checklist.stage_recorded`."""

    record_id: UUID
    place_id: UUID
    checklist_id: UUID
    stage: Code
    state: StageState
    recorded_on: date


class ChecklistPublished(Contract):
    """Payload of `checklist.published`."""

    checklist_id: UUID
    code: Code
    version: Code
