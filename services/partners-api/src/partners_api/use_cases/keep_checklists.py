"""Publishes checklists of stages, and records how far a place has come in them."""

from datetime import date, datetime
from uuid import UUID

from cdp_common.contracts import checklists as wire
from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.identifiers import new_id
from partners_api.domain.authority import Actor, require_manager, require_operator
from partners_api.domain.checklists import (
    Checklist,
    ChecklistNotRecorded,
    ChecklistUnknown,
    Evidence,
    Stage,
    StageRecord,
    require_distinct_stages,
    require_recorded_by,
    require_stage,
    standing,
)
from partners_api.domain.places import PlaceUnknown
from partners_api.storage.checklists import (
    insert_checklist,
    insert_stage_record,
    load_checklist,
    page_checklists,
    page_checklists_of_place,
    page_stage_records,
)
from partners_api.storage.places import load_place
from partners_api.use_cases.happenings_of_collective import checklist_published, stage_recorded
from partners_api.use_cases.keepable import require_keepable


async def publish_checklist(
    database: Database, actor: Actor, draft: wire.ChecklistDraft, once: Once, now: datetime
) -> Answer:
    """The answer with the published version; the operator publishes checklists."""
    require_operator(actor)
    async with database.begin() as tx:
        if earlier := await once.replay(tx):
            return earlier
        require_distinct_stages([stage.code for stage in draft.stages])
        checklist = Checklist(
            id=new_id(),
            code=draft.code,
            version=draft.version,
            title=draft.title,
            stages=tuple(Stage(each.code, each.title, each.description) for each in draft.stages),
            source=draft.source,
            source_url=draft.source_url,
            published_at=now,
        )
        view = _checklist_view(checklist)
        require_keepable(view)
        await insert_checklist(tx, checklist)
        await record_event(tx, checklist_published(checklist), now)
        location = {"Location": f"/v1/checklists/{checklist.id}"}
        return await once.keep(tx, 201, view, headers=location, now=now)


async def get_checklist(database: Database, checklist_id: UUID) -> wire.Checklist:
    """The version of that id."""
    async with database.begin() as tx:
        checklist = await load_checklist(tx, checklist_id)
    if checklist is None:
        raise ChecklistUnknown("There is no checklist of that id.")
    return _checklist_view(checklist)


async def list_checklists(
    database: Database, *, code: str | None, cursor: str | None, limit: int
) -> tuple[list[wire.Checklist], str | None]:
    """One page of the checklists by code, of each the latest version first."""
    async with database.begin() as tx:
        found, following = await page_checklists(tx, code=code, cursor=cursor, limit=limit)
    return [_checklist_view(checklist) for checklist in found], following


async def record_stage(
    database: Database,
    actor: Actor,
    place_id: UUID,
    draft: wire.StageRecordDraft,
    once: Once,
    now: datetime,
) -> Answer:
    """The answer with the record; what was recorded before stays readable."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        require_manager(actor, place_id)
        if earlier := await once.replay(tx):
            return earlier
        checklist = await load_checklist(tx, draft.checklist_id)
        if checklist is None:
            error = FieldError("/checklist_id", ChecklistNotRecorded.code, "not published")
            raise ChecklistNotRecorded("There is no checklist of that id.", errors=[error])
        require_stage(checklist, draft.stage)
        require_recorded_by(draft.recorded_on, now.date())
        record = StageRecord(
            id=new_id(),
            place_id=place_id,
            checklist_id=draft.checklist_id,
            stage=draft.stage,
            state=draft.state,
            recorded_on=draft.recorded_on,
            note=draft.note,
            evidence=tuple(Evidence(each.title, each.url) for each in draft.evidence),
            recorded_at=now,
        )
        view = _record_view(record)
        require_keepable(view)
        await insert_stage_record(tx, record, client_id=actor.client_id)
        await record_event(tx, stage_recorded(record), now)
        return await once.keep(tx, 201, view, now=now)


async def list_place_checklists(
    database: Database, place_id: UUID, *, as_of: date, cursor: str | None, limit: int
) -> tuple[list[wire.PlaceChecklist], str | None]:
    """One page of the checklists in which a place has come somewhere, as it stood on a day."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        found, following = await page_checklists_of_place(
            tx, place_id, as_of=as_of, cursor=cursor, limit=limit
        )
    return [_standing_view(checklist, latest, as_of) for checklist, latest in found], following


async def list_stage_records(
    database: Database,
    place_id: UUID,
    *,
    checklist_id: UUID | None,
    stage: str | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[wire.StageRecord], str | None]:
    """One page of a place's history in its checklists, the latest day first."""
    async with database.begin() as tx:
        if await load_place(tx, place_id) is None:
            raise PlaceUnknown("There is no place of that id.")
        found, following = await page_stage_records(
            tx, place_id, checklist_id=checklist_id, stage=stage, cursor=cursor, limit=limit
        )
    return [_record_view(record) for record in found], following


def _checklist_view(checklist: Checklist) -> wire.Checklist:
    return wire.Checklist(
        id=checklist.id,
        code=checklist.code,
        version=checklist.version,
        title=checklist.title,
        stages=[_stage_view(stage) for stage in checklist.stages],
        source=checklist.source,
        source_url=checklist.source_url,
        published_at=checklist.published_at,
    )


def _stage_view(stage: Stage) -> wire.Stage:
    return wire.Stage(code=stage.code, title=stage.title, description=stage.description)


def _evidence_view(evidence: tuple[Evidence, ...]) -> list[wire.StageEvidence]:
    return [wire.StageEvidence(title=each.title, url=each.url) for each in evidence]


def _record_view(record: StageRecord) -> wire.StageRecord:
    return wire.StageRecord(
        id=record.id,
        place_id=record.place_id,
        checklist_id=record.checklist_id,
        stage=record.stage,
        state=record.state,
        recorded_on=record.recorded_on,
        note=record.note,
        evidence=_evidence_view(record.evidence),
        recorded_at=record.recorded_at,
    )


def _standing_view(checklist: Checklist, latest: list[StageRecord], as_of: date) -> wire.PlaceChecklist:
    stages = [
        wire.StageStanding(
            stage=_stage_view(stage),
            state="not_started" if record is None else record.state,
            since=None if record is None else record.recorded_on,
            note=None if record is None else record.note,
            evidence=[] if record is None else _evidence_view(record.evidence),
        )
        for stage, record in standing(checklist, latest)
    ]
    return wire.PlaceChecklist(
        checklist_id=checklist.id,
        code=checklist.code,
        version=checklist.version,
        title=checklist.title,
        source=checklist.source,
        as_of=as_of,
        stages=stages,
        in_place_count=sum(each.state == "in_place" for each in stages),
    )
