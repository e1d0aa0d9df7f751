"""Routes for outlines of areas: attached to an index, and served with bands for a map."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import JSONResponse

from cdp_common.contracts.base import Code, ShortText, Slug, Url
from cdp_common.contracts.needs import AreaMap, BoundaryReceipt
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import MaybeCaller
from cdp_common.web.once import answer_response
from cdp_common.web.uploads import OnceUpload
from toms_engine.api.areas import BandName, IndexName, PlaceName
from toms_engine.api.dependencies import Sizes, Uploads
from toms_engine.api.need_indices import Writer
from toms_engine.storage.banded_areas import AreaFilter
from toms_engine.use_cases.attach_boundaries import BoundaryFacts
from toms_engine.use_cases.attach_boundaries import attach_boundaries as attach
from toms_engine.use_cases.draw_map import get_area_map as draw

router = APIRouter(tags=["needs"])

GEOJSON = "application/geo+json"
MAX_FEATURES = 1000
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A GeoJSON FeatureCollection (RFC 7946); `Content-Encoding: gzip` is read too.",
        "content": {GEOJSON: {"schema": {"type": "string", "format": "binary"}}},
    }
}


class GeoJsonResponse(JSONResponse):
    """An answer as GeoJSON."""

    media_type = GEOJSON


@router.post(
    "/v1/need-indices/{index}/boundaries",
    status_code=201,
    response_model=BoundaryReceipt,
    openapi_extra=_BODY,
)
async def attach_boundaries(
    request: Request,
    index: Slug,
    caller: Writer,
    call: OnceUpload,
    db: ServiceDatabase,
    uploads: Uploads,
    sizes: Sizes,
    now: Now,
    code_property: Annotated[Code, Query(description="The property that holds an area's code: LSOA11CD.")],
    licence: Annotated[ShortText, Query(description="Under which the outlines may be shown.")],
    attribution: Annotated[ShortText, Query(description="What must be shown beside a map of them.")],
    source_url: Annotated[Url, Query(description="Where the file comes from.")],
) -> Response:
    """Attach outlines to areas of an index: the file is stored whole, or refused whole with its faults."""
    async with uploads.receive(request, {GEOJSON, "application/json"}, sizes.boundaries) as upload:
        once = call.once(upload)
        facts = BoundaryFacts(code_property, licence, attribution, source_url)
        return answer_response(await attach(db, caller, index, facts, upload, once, now))


@router.get("/v1/areas/geojson", response_model=AreaMap, response_class=GeoJsonResponse)
async def get_area_map(
    request: Request,
    caller: MaybeCaller,
    db: ServiceDatabase,
    index: IndexName,
    place: PlaceName = None,
    band: BandName = None,
    after: Annotated[Code | None, Query(description="From `next_after` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_FEATURES, description="How many areas at most.")] = 500,
) -> Response:
    """Areas with their bands as GeoJSON, for a map; show the attributions beside it."""
    wanted = AreaFilter(index=index, place=place, band=band)
    return respond_with_etag(request, await draw(db, wanted, after, limit), media_type=GEOJSON)
