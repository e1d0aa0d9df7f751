"""Routes for indices of deprivation: parts, official files, bandings."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Code, Page, Slug
from cdp_common.contracts.needs import (
    NeedBanding,
    NeedBandingDraft,
    NeedCoverage,
    NeedFileReceipt,
    NeedIndex,
    NeedIndexImport,
    NeedIndexReceipt,
    NeedLayoutList,
)
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import MaybeCaller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from cdp_common.web.uploads import OnceUpload
from toms_engine.api.areas import IndexName
from toms_engine.api.dependencies import Layouts, Sizes, Uploads
from toms_engine.use_cases import publish_banding as publishing
from toms_engine.use_cases import read_bandings
from toms_engine.use_cases.import_need_file import import_need_file as load_file
from toms_engine.use_cases.import_need_index import import_need_index as load
from toms_engine.use_cases.layout_views import list_layouts
from toms_engine.use_cases.read_need_index import get_need_index as read_index

router = APIRouter(tags=["needs"])

Writer = Annotated[Caller, Security(signed_caller, scopes=["frameworks:write"])]

Manager = Annotated[Caller, Security(signed_caller, scopes=["places:write"])]

CSV = "text/csv"
CSV_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file as it is published; `Content-Encoding: gzip` is read too.",
        "content": {CSV: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post("/v1/need-indices", status_code=201, response_model=NeedIndexReceipt)
async def import_need_index(
    part: NeedIndexImport, caller: Writer, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """Load a part of an index of deprivation. Its facts never change; other cuts make a new banding."""
    return answer_response(await load(db, caller, part, once, now))


@router.get("/v1/need-indices/{index}", response_model=NeedIndex)
async def get_need_index(request: Request, index: Slug, caller: MaybeCaller, db: ServiceDatabase) -> Response:
    """An index: its source, rankings and weights, and what the checks on its files found."""
    return respond_with_etag(request, await read_index(db, index))


@router.get("/v1/need-layouts")
async def list_need_layouts(caller: MaybeCaller, layouts: Layouts) -> NeedLayoutList:
    """The official files that can be sent, by layout."""
    return list_layouts(layouts)


@router.post("/v1/need-files", status_code=201, response_model=NeedFileReceipt, openapi_extra=CSV_BODY)
async def import_need_file(
    request: Request,
    caller: Writer,
    call: OnceUpload,
    db: ServiceDatabase,
    layouts: Layouts,
    uploads: Uploads,
    sizes: Sizes,
    now: Now,
    layout: Annotated[Code, Query(description="Which file this is; `GET /v1/need-layouts` lists them.")],
    coverage: Annotated[
        NeedCoverage, Query(description="`extract` when the file holds only some of the index's areas.")
    ] = "complete",
) -> Response:
    """Load the official file of an index: checked and stored whole, or refused whole with its faults."""
    async with uploads.receive(request, {CSV}, sizes.need_file) as upload:
        once = call.once(upload)
        return answer_response(await load_file(db, layouts, caller, layout, coverage, upload, once, now))


@router.post("/v1/need-bandings", status_code=201, response_model=NeedBanding)
async def publish_need_banding(
    draft: NeedBandingDraft, caller: Manager, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """Publish how a place cuts the deciles of an index into bands; its programme manager may."""
    return answer_response(await publishing.publish_banding(db, caller, draft, once, now))


@router.get("/v1/need-bandings")
async def list_need_bandings(
    request: Request,
    caller: MaybeCaller,
    db: ServiceDatabase,
    page: Paging,
    index: IndexName,
    place: Annotated[Slug | None, Query(description="The versions of this place only.")] = None,
) -> Page[NeedBanding]:
    """Every version of places' bands under an index, in the order of place and version."""
    items, next_cursor = await read_bandings.list_bandings(db, index, place, page.cursor, page.limit)
    return Page(items=items, next=page_links(request, next_cursor))
