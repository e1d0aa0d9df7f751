"""Routes for small areas, their rankings and their bands of need."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from cdp_common.contracts.base import Code, Page, Slug
from cdp_common.contracts.needs import (
    AreaBatch,
    AreaBatchRequest,
    AreaNeed,
    NeedBand,
    PostcodeBatch,
    PostcodeBatchRequest,
    WardBatch,
    WardBatchRequest,
)
from cdp_common.web.dependencies import ServiceDatabase
from cdp_common.web.identity import MaybeCaller
from cdp_common.web.paging import Paging, page_links
from toms_engine.api.dependencies import Layouts
from toms_engine.domain.errors import AreaQueryUnclear
from toms_engine.storage.banded_areas import AreaFilter
from toms_engine.use_cases import read_areas
from toms_engine.use_cases.find_postcode import find_postcode
from toms_engine.use_cases.find_postcodes import find_postcodes
from toms_engine.use_cases.find_wards import find_wards

router = APIRouter(tags=["needs"])

IndexName = Annotated[Slug, Query(description="The index, for example imd-2019.")]
PlaceName = Annotated[Slug | None, Query(description="Areas of this place only.")]
BandName = Annotated[NeedBand | None, Query(description="Areas in this band of need only.")]


@router.post("/v1/areas/batch")
async def batch_areas(batch: AreaBatchRequest, caller: MaybeCaller, db: ServiceDatabase) -> AreaBatch:
    """Deciles and bands of areas by code, each once, in the order asked for."""
    return await read_areas.batch_areas(db, batch.index, batch.codes, domains=batch.domains)


@router.post("/v1/postcodes/batch")
async def batch_postcodes(
    batch: PostcodeBatchRequest, caller: MaybeCaller, db: ServiceDatabase
) -> PostcodeBatch:
    """The areas of many postcodes under one index, each once, in the order asked for."""
    return await find_postcodes(db, batch.index, batch.postcodes)


@router.post("/v1/wards/batch")
async def batch_wards(batch: WardBatchRequest, caller: MaybeCaller, db: ServiceDatabase) -> WardBatch:
    """The areas of many wards under one index, each once, in the order asked for."""
    return await find_wards(db, batch.index, batch.wards)


@router.get("/v1/areas")
async def list_areas(
    request: Request,
    caller: MaybeCaller,
    db: ServiceDatabase,
    page: Paging,
    layouts: Layouts,
    index: Annotated[Slug | None, Query(description="The index; needed unless asked by postcode.")] = None,
    place: PlaceName = None,
    band: BandName = None,
    decile: Annotated[int | None, Query(ge=1, le=10, description="Areas in this decile only.")] = None,
    domain: Annotated[
        Code | None,
        Query(description="A ranking of the index, for example income: `decile` is then its own."),
    ] = None,
    domains: Annotated[bool, Query(description="With the areas' other rankings.")] = False,
    postcode: Annotated[
        str | None,
        Query(max_length=16, description="The areas of this postcode, under every index or the one named."),
    ] = None,
) -> Page[AreaNeed]:
    """Areas of an index in the order of their codes, or the areas of a postcode."""
    if postcode is not None:
        if (place, band, decile, domain, page.cursor) != (None,) * 5:
            raise AreaQueryUnclear("With a postcode, only index and domains can be given.")
        return Page(items=await find_postcode(db, layouts, postcode, index, domains=domains))
    if index is None:
        raise AreaQueryUnclear("Name an index, or a postcode.")
    wanted = AreaFilter(index=index, place=place, band=band, decile=decile)
    items, next_cursor = await read_areas.list_areas(
        db, wanted, page.cursor, page.limit, domain=domain, domains=domains
    )
    return Page(items=items, next=page_links(request, next_cursor))
