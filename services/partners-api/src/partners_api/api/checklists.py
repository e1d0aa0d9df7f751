"""Routes of checklists of stages, and of how far a place has come in them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Security
from starlette.responses import Response

from cdp_common.contracts import checklists as wire
from cdp_common.contracts.base import Code, Day, Page
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import Caller, maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from partners_api.api.callers import actor_of
from partners_api.use_cases import keep_checklists as keeping

router = APIRouter(tags=["checklists"])
public = [Depends(maybe_caller)]
Manager = Annotated[Caller, Security(signed_caller, scopes=["places:write"])]


@router.post("/v1/checklists", status_code=201, response_model=wire.Checklist)
async def publish_checklist(
    body: wire.ChecklistDraft, caller: Manager, database: ServiceDatabase, once: OnceHeader, now: Now
) -> Response:
    """Publishes a version of a checklist, for good; the operator alone does so."""
    return answer_response(await keeping.publish_checklist(database, actor_of(caller), body, once, now))


@router.get("/v1/checklists", dependencies=public)
async def list_checklists(
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    code: Annotated[Code | None, Query(description="The versions of this checklist alone.")] = None,
) -> Page[wire.Checklist]:
    """Checklists by code, of each the latest version first."""
    items, following = await keeping.list_checklists(
        database, code=code, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.Checklist](items=items, next=page_links(request, following))


@router.get("/v1/checklists/{checklist_id}", response_model=wire.Checklist, dependencies=public)
async def get_checklist(checklist_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One version of a checklist."""
    return respond_with_etag(request, await keeping.get_checklist(database, checklist_id))


@router.post("/v1/places/{place_id}/stage-records", status_code=201, response_model=wire.StageRecord)
async def record_stage(
    place_id: UUID,
    body: wire.StageRecordDraft,
    caller: Manager,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Records how a stage of a checklist stands in the place from a day on, with evidence."""
    return answer_response(await keeping.record_stage(database, actor_of(caller), place_id, body, once, now))


@router.get("/v1/places/{place_id}/stage-records", dependencies=public)
async def list_stage_records(
    place_id: UUID,
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    checklist_id: Annotated[UUID | None, Query(description="Of this checklist alone.")] = None,
    stage: Annotated[Code | None, Query(description="Of this stage alone.")] = None,
) -> Page[wire.StageRecord]:
    """The place's history in its checklists, the latest day first."""
    items, following = await keeping.list_stage_records(
        database,
        place_id,
        checklist_id=checklist_id,
        stage=stage,
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return Page[wire.StageRecord](items=items, next=page_links(request, following))


@router.get("/v1/places/{place_id}/checklists", dependencies=public)
async def list_place_checklists(
    place_id: UUID,
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    now: Now,
    as_of: Annotated[Day | None, Query(description="As it stood on this day; absent: today.")] = None,
) -> Page[wire.PlaceChecklist]:
    """How far the place has come in each checklist that it keeps."""
    items, following = await keeping.list_place_checklists(
        database, place_id, as_of=as_of or now.date(), cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.PlaceChecklist](items=items, next=page_links(request, following))
