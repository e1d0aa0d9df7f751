"""Routes of places."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Security
from starlette.responses import Response

from cdp_common.contracts import partners as wire
from cdp_common.contracts.base import Batch, IdBatch, Page, Slug
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import Caller, maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from partners_api.api.callers import actor_of
from partners_api.use_cases import read_places
from partners_api.use_cases.create_place import create_place as do_create_place

router = APIRouter(tags=["places"])
public = [Depends(maybe_caller)]
Writer = Annotated[Caller, Security(signed_caller, scopes=["places:write"])]


@router.post("/v1/places", status_code=201, response_model=wire.Place)
async def create_place(
    body: wire.PlaceDraft, caller: Writer, database: ServiceDatabase, once: OnceHeader, now: Now
) -> Response:
    """Records a place with its programme; the operator alone does so."""
    return answer_response(await do_create_place(database, actor_of(caller), body, once, now))


@router.get("/v1/places", dependencies=public)
async def list_places(
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    slug: Annotated[Slug | None, Query(description="The place of this slug.")] = None,
) -> Page[wire.Place]:
    """Places in the order of their slugs."""
    items, following = await read_places.list_places(
        database, slug=slug, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.Place](items=items, next=page_links(request, following))


@router.post("/v1/places/batch", dependencies=public)
async def batch_places(body: IdBatch, database: ServiceDatabase) -> Batch[wire.Place]:
    """Places by their ids, at most 200 in one call."""
    return await read_places.batch_places(database, body.ids)


@router.get("/v1/places/{place_id}", response_model=wire.Place, dependencies=public)
async def get_place(place_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One place."""
    return respond_with_etag(request, await read_places.get_place(database, place_id))
