"""Routes for lookups of postcodes, wards and changed areas."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from cdp_common.contracts.base import Code
from cdp_common.contracts.needs import AreaChanges, LookupList, LookupReceipt, Month
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import MaybeCaller
from cdp_common.web.once import answer_response
from cdp_common.web.uploads import OnceUpload
from toms_engine.api.dependencies import Layouts, Sizes, Uploads
from toms_engine.api.need_indices import CSV, CSV_BODY, Writer
from toms_engine.use_cases import read_lookups
from toms_engine.use_cases.import_lookup import import_lookup as load

router = APIRouter(tags=["needs"])


@router.post("/v1/lookups", status_code=201, response_model=LookupReceipt, openapi_extra=CSV_BODY)
async def import_lookup(
    request: Request,
    caller: Writer,
    call: OnceUpload,
    db: ServiceDatabase,
    layouts: Layouts,
    uploads: Uploads,
    sizes: Sizes,
    now: Now,
    layout: Annotated[Code, Query(description="Which lookup this is, for example uk-onspd.")],
    edition: Annotated[Month, Query(description="The month of its publication, as 2024-11.")],
) -> Response:
    """Load an edition of an official lookup: stored whole, or refused whole with its faults."""
    async with uploads.receive(request, {CSV}, sizes.lookup) as upload:
        once = call.once(upload)
        return answer_response(await load(db, layouts, caller, layout, edition, upload, once, now))


@router.get("/v1/lookups")
async def list_lookups(caller: MaybeCaller, db: ServiceDatabase) -> LookupList:
    """The lookups that are loaded, with the words that their licences ask for."""
    return await read_lookups.list_lookups(db)


@router.get("/v1/area-changes/{code}", response_model=AreaChanges)
async def get_area_changes(
    code: Code, request: Request, caller: MaybeCaller, db: ServiceDatabase
) -> Response:
    """What became of an area in the next vintage, or what it was made of: all that share its ground."""
    return respond_with_etag(request, await read_lookups.get_area_changes(db, code))
