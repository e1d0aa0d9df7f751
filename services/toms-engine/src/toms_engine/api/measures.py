"""Routes that read measures. Figures whose licence forbids it are null without the licence's scope."""

from uuid import UUID

from fastapi import APIRouter, Request

from cdp_common.contracts.base import Page
from cdp_common.contracts.toms import Measure, MeasureBatch, MeasureBatchRequest
from cdp_common.web.dependencies import ServiceDatabase
from cdp_common.web.identity import MaybeCaller
from cdp_common.web.paging import Paging, page_links
from toms_engine.api.dependencies import Editions
from toms_engine.use_cases import read_editions

router = APIRouter(tags=["measures"])


@router.get("/v1/editions/{edition_id}/measures")
async def list_measures(
    edition_id: UUID,
    request: Request,
    caller: MaybeCaller,
    db: ServiceDatabase,
    editions: Editions,
    page: Paging,
) -> Page[Measure]:
    """The measures of an edition in the order of its pack."""
    items, next_cursor = await read_editions.list_measures(
        db, editions, caller, edition_id, page.cursor, page.limit
    )
    return Page(items=items, next=page_links(request, next_cursor))


@router.post("/v1/measures/batch")
async def batch_measures(batch: MeasureBatchRequest, caller: MaybeCaller, editions: Editions) -> MeasureBatch:
    """Measures of published editions by edition hash and code, each once, in the order asked for."""
    return await read_editions.batch_measures(editions, caller, batch.keys)
