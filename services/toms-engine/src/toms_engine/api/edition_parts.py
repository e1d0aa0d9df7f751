"""Routes that read an edition in parts and compare two. Licensed figures are null without the licence."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from cdp_common.contracts.base import Code, Page, Slug
from cdp_common.contracts.editions import EditionPart, Multiplier, PartChange, Workstreams
from cdp_common.contracts.toms import Crosswalk, Measure, NeedDomain, Proxy, Unit
from cdp_common.web.dependencies import ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import MaybeCaller
from cdp_common.web.paging import Paging, page_links
from toms_engine.api.dependencies import Editions
from toms_engine.use_cases import read_edition_parts as read
from toms_engine.use_cases.compare_editions import list_edition_changes as compare

router = APIRouter(prefix="/v1/editions/{edition_id}", tags=["editions"])


async def edition_reader(
    edition_id: UUID, caller: MaybeCaller, db: ServiceDatabase, editions: Editions
) -> read.EditionReader:
    """Who reads which edition."""
    return read.EditionReader(db, editions, caller, edition_id)


async def measure_filter(
    theme: Annotated[Code | None, Query(description="Measures under this theme only.")] = None,
    outcome: Annotated[Code | None, Query(description="Measures under this outcome only.")] = None,
    unit: Annotated[Unit | None, Query(description="Measures in this unit only.")] = None,
    need: Annotated[NeedDomain | None, Query(description="Measures that answer this need only.")] = None,
    tag: Annotated[Code | None, Query(description="Measures with this tag only.")] = None,
    valuation: Annotated[
        Literal["proxy", "local_multiplier", "none"] | None,
        Query(description="Measures valued so only; none: they carry no pounds."),
    ] = None,
) -> read.MeasureFilter:
    """Which measures are wanted."""
    return read.MeasureFilter(theme, outcome, unit, need, tag, valuation)


Reader = Annotated[read.EditionReader, Depends(edition_reader)]
Wanted = Annotated[read.MeasureFilter, Depends(measure_filter)]
CodeInPath = Annotated[Code, Path(description="Its code in the edition.")]


@router.get("/measures")
async def list_measures(request: Request, reader: Reader, wanted: Wanted, page: Paging) -> Page[Measure]:
    """The measures of an edition in the order of its pack."""
    items, next_cursor = await read.list_measures(reader, wanted, page.cursor, page.limit)
    return Page(items=items, next=page_links(request, next_cursor))


@router.get("/measures/{code}", response_model=Measure)
async def get_measure(code: CodeInPath, request: Request, reader: Reader) -> Response:
    """One measure of an edition."""
    return respond_with_etag(request, await read.get_measure(reader, code))


@router.get("/proxies")
async def list_proxies(request: Request, reader: Reader, page: Paging) -> Page[Proxy]:
    """The proxies of an edition in the order of its pack."""
    items, next_cursor = await read.list_proxies(reader, page.cursor, page.limit)
    return Page(items=items, next=page_links(request, next_cursor))


@router.get("/proxies/{code}", response_model=Proxy)
async def get_proxy(code: CodeInPath, request: Request, reader: Reader) -> Response:
    """One proxy of an edition."""
    return respond_with_etag(request, await read.get_proxy(reader, code))


@router.get("/multipliers")
async def list_multipliers(
    request: Request,
    reader: Reader,
    page: Paging,
    place: Annotated[Slug | None, Query(description="Multipliers of this place only.")] = None,
) -> Page[Multiplier]:
    """The local multipliers of an edition in the order of its pack."""
    items, next_cursor = await read.list_multipliers(reader, place, page.cursor, page.limit)
    return Page(items=items, next=page_links(request, next_cursor))


@router.get("/crosswalks")
async def list_crosswalks(request: Request, reader: Reader, page: Paging) -> Page[Crosswalk]:
    """The crosswalks of an edition, each with whether its shares add up."""
    items, next_cursor = await read.list_crosswalks(reader, page.cursor, page.limit)
    return Page(items=items, next=page_links(request, next_cursor))


@router.get("/crosswalks/{scheme}", response_model=Crosswalk)
async def get_crosswalk(
    scheme: Annotated[Code, Path(description="The scheme, for example un-sdgs.")],
    request: Request,
    reader: Reader,
) -> Response:
    """One crosswalk of an edition."""
    return respond_with_etag(request, await read.get_crosswalk(reader, scheme))


@router.get("/workstreams", response_model=Workstreams)
async def get_workstreams(request: Request, reader: Reader) -> Response:
    """The workstreams of an edition and their numeric targets, which carry no pounds."""
    return respond_with_etag(request, await read.get_workstreams(reader))


@router.get("/diff")
async def list_edition_changes(
    request: Request,
    reader: Reader,
    page: Paging,
    against: Annotated[UUID, Query(description="The edition to compare with: what was before.")],
    part: Annotated[EditionPart | None, Query(description="Changes of this kind of part only.")] = None,
) -> Page[PartChange]:
    """What changed from another edition to this one: added, removed, changed field by field, by how much."""
    items, next_cursor = await compare(
        reader.db, reader.editions, reader.caller, reader.edition_id, against, part, page.cursor, page.limit
    )
    return Page(items=items, next=page_links(request, next_cursor))
