"""Routes for indices of deprivation and the bands of need of their areas."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Page, Slug
from cdp_common.contracts.needs import (
    AreaBatch,
    AreaBatchRequest,
    AreaNeed,
    NeedBand,
    NeedIndexImport,
    NeedIndexReceipt,
)
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import MaybeCaller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from toms_engine.storage.need_indices import AreaFilter
from toms_engine.use_cases import read_areas
from toms_engine.use_cases.import_need_index import import_need_index as load

router = APIRouter(tags=["needs"])


@router.post("/v1/need-indices", status_code=201, response_model=NeedIndexReceipt)
async def import_need_index(
    part: NeedIndexImport,
    caller: Annotated[Caller, Security(signed_caller, scopes=["frameworks:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    now: Now,
) -> Response:
    """Load a part of an index of deprivation. Its facts never change; other cuts make a new banding."""
    return answer_response(await load(db, caller, part, once, now))


@router.post("/v1/areas/batch")
async def batch_areas(batch: AreaBatchRequest, caller: MaybeCaller, db: ServiceDatabase) -> AreaBatch:
    """Deciles and bands of areas by code, each once, in the order asked for."""
    return await read_areas.batch_areas(db, batch.index, batch.codes)


@router.get("/v1/areas")
async def list_areas(
    request: Request,
    caller: MaybeCaller,
    db: ServiceDatabase,
    page: Paging,
    index: Annotated[Slug, Query(description="The index, for example imd-2019.")],
    place: Annotated[Slug | None, Query(description="Areas of this place only.")] = None,
    band: Annotated[NeedBand | None, Query(description="Areas in this band of need only.")] = None,
) -> Page[AreaNeed]:
    """Areas of an index in the order of their codes."""
    wanted = AreaFilter(index=index, place=place, band=band)
    items, next_cursor = await read_areas.list_areas(db, wanted, page.cursor, page.limit)
    return Page(items=items, next=page_links(request, next_cursor))
