"""Stores and finds checklists and how places stand in them; neither is ever changed."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.constraints import constraint_errors
from cdp_common.db.paging import cut_page, keyset
from partners_api.domain.checklists import Checklist, ChecklistVersionTaken, Evidence, Stage, StageRecord
from partners_api.storage.collective_tables import checklists
from partners_api.storage.collective_tables import stage_records as records

_ERRORS = {
    "uq_checklists_code_version": lambda: ChecklistVersionTaken(
        "This version is published already; changed stages are a new version."
    )
}


async def insert_checklist(tx: AsyncConnection, checklist: Checklist) -> None:
    """Store a version; raises `ChecklistVersionTaken`."""
    row = {
        "id": checklist.id,
        "code": checklist.code,
        "version": checklist.version,
        "title": checklist.title,
        "stages": [
            {"code": each.code, "title": each.title, "description": each.description}
            for each in checklist.stages
        ],
        "source": checklist.source,
        "source_url": checklist.source_url,
        "published_at": checklist.published_at,
    }
    with constraint_errors(_ERRORS):
        await tx.execute(insert(checklists).values(row))


async def load_checklist(tx: AsyncConnection, checklist_id: UUID) -> Checklist | None:
    """The version of that id."""
    row = (await tx.execute(select(checklists).where(checklists.c.id == checklist_id))).one_or_none()
    return _checklist(row) if row is not None else None


async def page_checklists(
    tx: AsyncConnection, *, code: str | None, cursor: str | None, limit: int
) -> tuple[list[Checklist], str | None]:
    """One page of the checklists by code, of each the latest version first."""
    query = select(checklists) if code is None else select(checklists).where(checklists.c.code == code)
    columns = [checklists.c.code, checklists.c.published_at.desc(), checklists.c.id]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.code, row.published_at, row.id])
    return [_checklist(row) for row in cut], following


async def insert_stage_record(tx: AsyncConnection, record: StageRecord, *, client_id: str) -> None:
    """Store how a stage stands from a day on."""
    row = {
        "id": record.id,
        "place_id": record.place_id,
        "checklist_id": record.checklist_id,
        "stage": record.stage,
        "state": record.state,
        "recorded_on": record.recorded_on,
        "note": record.note,
        "evidence": [{"title": each.title, "url": each.url} for each in record.evidence],
        "client_id": client_id,
        "recorded_at": record.recorded_at,
    }
    await tx.execute(insert(records).values(row))


async def page_checklists_of_place(
    tx: AsyncConnection, place_id: UUID, *, as_of: date, cursor: str | None, limit: int
) -> tuple[list[tuple[Checklist, list[StageRecord]]], str | None]:
    """One page of the checklists in which the place has a record by a day, with those that hold then."""
    used = select(records.c.id).where(
        records.c.checklist_id == checklists.c.id,
        records.c.place_id == place_id,
        records.c.recorded_on <= as_of,
    )
    query = select(checklists).where(used.exists())
    columns = [checklists.c.code, checklists.c.version, checklists.c.id]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.code, row.version, row.id])
    latest = await _latest(tx, place_id, [row.id for row in cut], as_of)
    return [(_checklist(row), latest.get(row.id, [])) for row in cut], following


async def _latest(
    tx: AsyncConnection, place_id: UUID, ids: list[UUID], as_of: date
) -> dict[UUID, list[StageRecord]]:
    """Of each stage the record of the latest day up to `as_of`; of one day, the one recorded last."""
    query = (
        select(records)
        .ext(distinct_on(records.c.checklist_id, records.c.stage))
        .where(
            records.c.place_id == place_id,
            records.c.checklist_id.in_(ids),
            records.c.recorded_on <= as_of,
        )
        .order_by(
            records.c.checklist_id,
            records.c.stage,
            records.c.recorded_on.desc(),
            records.c.recorded_at.desc(),
            records.c.id.desc(),
        )
    )
    latest: dict[UUID, list[StageRecord]] = {}
    for row in (await tx.execute(query)).all() if ids else []:
        latest.setdefault(row.checklist_id, []).append(_record(row))
    return latest


async def page_stage_records(
    tx: AsyncConnection,
    place_id: UUID,
    *,
    checklist_id: UUID | None,
    stage: str | None,
    cursor: str | None,
    limit: int,
) -> tuple[list[StageRecord], str | None]:
    """One page of a place's history in its checklists, the latest day first."""
    query = select(records).where(records.c.place_id == place_id)
    if checklist_id is not None:
        query = query.where(records.c.checklist_id == checklist_id)
    if stage is not None:
        query = query.where(records.c.stage == stage)
    columns = [records.c.recorded_on.desc(), records.c.recorded_at.desc(), records.c.id.desc()]
    rows = (await tx.execute(keyset(query, columns, cursor, limit))).all()
    cut, following = cut_page(rows, limit, lambda row: [row.recorded_on, row.recorded_at, row.id])
    return [_record(row) for row in cut], following


def _checklist(row: Row[Any]) -> Checklist:
    return Checklist(
        id=row.id,
        code=row.code,
        version=row.version,
        title=row.title,
        stages=tuple(Stage(each["code"], each["title"], each["description"]) for each in row.stages),
        source=row.source,
        source_url=row.source_url,
        published_at=row.published_at,
    )


def _record(row: Row[Any]) -> StageRecord:
    return StageRecord(
        id=row.id,
        place_id=row.place_id,
        checklist_id=row.checklist_id,
        stage=row.stage,
        state=row.state,
        recorded_on=row.recorded_on,
        note=row.note,
        evidence=tuple(Evidence(each["title"], each["url"]) for each in row.evidence),
        recorded_at=row.recorded_at,
    )
