"""Checklists of stages: published versions, and how far a place has come in them on any day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from cdp_common.kernel.errors import Conflict, FieldError, InvalidInput, NotFound

StageState = Literal["not_started", "under_way", "in_place"]


class ChecklistUnknown(NotFound):
    """There is no checklist of that id."""

    code = "checklist_not_found"
    title = "There is no such checklist"


class ChecklistNotRecorded(InvalidInput):
    """The input names a checklist that is not published."""

    code = "checklist_unknown"
    title = "The named checklist is not published"


class ChecklistVersionTaken(Conflict):
    """This version of the checklist is published."""

    code = "checklist_version_taken"
    title = "This version is published already"


class StageNotRecorded(InvalidInput):
    """The checklist has no stage of this code."""

    code = "stage_unknown"
    title = "The checklist has no such stage"


class StageRepeated(InvalidInput):
    """A checklist names each stage once."""

    code = "stage_repeated"
    title = "A stage's code is used twice"


class RecordedInFuture(InvalidInput):
    """How a stage stands is recorded for today or a day before."""

    code = "recorded_in_future"
    title = "The record is dated in the future"


@dataclass(frozen=True)
class Stage:
    """A stage of a checklist."""

    code: str
    title: str
    description: str | None


@dataclass(frozen=True)
class Checklist:
    """A published version with its stages in order."""

    id: UUID
    code: str
    version: str
    title: str
    stages: tuple[Stage, ...]
    source: str
    source_url: str | None
    published_at: datetime


@dataclass(frozen=True)
class Evidence:
    """What shows how a stage stands."""

    title: str
    url: str | None


@dataclass(frozen=True)
class StageRecord:
    """How a stage stands in a place from a day on."""

    id: UUID
    place_id: UUID
    checklist_id: UUID
    stage: str
    state: StageState
    recorded_on: date
    note: str | None
    evidence: tuple[Evidence, ...]
    recorded_at: datetime


def require_distinct_stages(codes: Sequence[str]) -> None:
    """Refuse a checklist that uses a code twice."""
    errors = [
        FieldError(f"/stages/{index}/code", StageRepeated.code, "this code is used before")
        for index, code in enumerate(codes)
        if code in codes[:index]
    ]
    if errors:
        raise StageRepeated("A code names one stage.", errors=errors)


def require_stage(checklist: Checklist, stage: str) -> None:
    """Refuse a stage that the checklist does not have."""
    if stage not in {each.code for each in checklist.stages}:
        error = FieldError("/stage", StageNotRecorded.code, "not a stage of this checklist")
        raise StageNotRecorded("The checklist has no such stage.", errors=[error])


def require_recorded_by(recorded_on: date, today: date) -> None:
    """Refuse a record of a day to come."""
    if recorded_on > today:
        error = FieldError("/recorded_on", RecordedInFuture.code, "this lies in the future")
        raise RecordedInFuture("A record is dated today or earlier.", errors=[error])


def standing(checklist: Checklist, latest: Iterable[StageRecord]) -> list[tuple[Stage, StageRecord | None]]:
    """Each stage in its order with the record that holds for it, none where nothing is recorded."""
    by_stage = {record.stage: record for record in latest}
    return [(stage, by_stage.get(stage.code)) for stage in checklist.stages]
