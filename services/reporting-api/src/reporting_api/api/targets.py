"""Routes for a place's targets and how far they are reached."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Batch, Code, IdBatch, Moment, Page
from cdp_common.contracts.targets import (
    PlaceTarget,
    TargetChange,
    TargetDraft,
    TargetImport,
    TargetImported,
    TargetProgress,
)
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import MaybeCaller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import PUBLIC, Partners, Toms
from reporting_api.use_cases import read_targets, set_targets

router = APIRouter(tags=["targets"])

Manager = Annotated[Caller, Security(signed_caller, scopes=["publications:write"])]
AsOf = Annotated[Moment | None, Query(description="As known at this moment; now without it.")]


@router.post("/v1/places/{place_id}/targets", status_code=201, response_model=PlaceTarget)
async def set_target(
    place_id: UUID,
    draft: TargetDraft,
    caller: Manager,
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    now: Now,
) -> Response:
    """Set a number to be reached by a day; from then on everybody sees the target."""
    return answer_response(
        await set_targets.set_target(db, toms, partners, caller, place_id, draft, once, now)
    )


@router.post("/v1/places/{place_id}/targets/imports", status_code=201, response_model=TargetImported)
async def import_targets(
    place_id: UUID,
    request: TargetImport,
    caller: Manager,
    once: OnceHeader,
    db: ServiceDatabase,
    toms: Toms,
    partners: Partners,
    now: Now,
) -> Response:
    """Take over the numeric targets of a published edition's workstreams."""
    return answer_response(
        await set_targets.import_targets(db, toms, partners, caller, place_id, request, once, now)
    )


@router.get("/v1/places/{place_id}/targets", dependencies=PUBLIC)
async def list_targets(
    place_id: UUID,
    request: Request,
    db: ServiceDatabase,
    page: Paging,
    workstream: Annotated[Code | None, Query(description="Of this workstream only.")] = None,
) -> Page[PlaceTarget]:
    """The place's targets by code."""
    found = await read_targets.list_targets(
        db, place_id, workstream=workstream, cursor=page.cursor, limit=page.limit
    )
    items, following = cut_page(found, page.limit, lambda target: [target.code])
    return Page(items=items, next=page_links(request, following))


@router.get("/v1/targets/{target_id}", response_model=PlaceTarget, dependencies=PUBLIC)
async def get_target(target_id: UUID, request: Request, db: ServiceDatabase) -> Response:
    """One target with its earlier versions."""
    return respond_with_etag(request, await read_targets.get_target(db, target_id))


@router.post("/v1/targets/batch", dependencies=PUBLIC)
async def batch_targets(batch: IdBatch, db: ServiceDatabase) -> Batch[PlaceTarget]:
    """Several targets by their ids."""
    items, missing = await read_targets.batch_targets(db, batch.ids)
    return Batch(items=items, missing=missing)


@router.post("/v1/targets/{target_id}/changes", status_code=201, response_model=PlaceTarget)
async def change_target(
    target_id: UUID, change: TargetChange, caller: Manager, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """Change or withdraw a target with a reason; the versions before stay readable."""
    return answer_response(await set_targets.change_target(db, caller, target_id, change, once, now))


@router.get("/v1/targets/{target_id}/progress")
async def get_target_progress(
    target_id: UUID, caller: MaybeCaller, db: ServiceDatabase, now: Now, as_of: AsOf = None
) -> TargetProgress:
    """How far the target is reached: live with a role in the place, else as last published."""
    moment: datetime | None = as_of
    return await read_targets.get_target_progress(db, caller, target_id, moment, now)


@router.post("/v1/targets/progress/batch")
async def batch_target_progress(
    batch: IdBatch, caller: MaybeCaller, db: ServiceDatabase, now: Now, as_of: AsOf = None
) -> Batch[TargetProgress]:
    """How far several targets are reached; `missing` are those of which nothing is published."""
    moment: datetime | None = as_of
    items, missing = await read_targets.batch_target_progress(db, caller, batch.ids, moment, now)
    return Batch(items=items, missing=missing)
