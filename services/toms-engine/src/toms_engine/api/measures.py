"""The route that reads measures of several editions. Licensed figures are null without the licence."""

from fastapi import APIRouter

from cdp_common.contracts.toms import MeasureBatch, MeasureBatchRequest
from cdp_common.web.identity import MaybeCaller
from toms_engine.api.dependencies import Editions
from toms_engine.use_cases import read_editions

router = APIRouter(tags=["measures"])


@router.post("/v1/measures/batch")
async def batch_measures(batch: MeasureBatchRequest, caller: MaybeCaller, editions: Editions) -> MeasureBatch:
    """Measures of published editions by edition hash and code, each once, in the order asked for."""
    return await read_editions.batch_measures(editions, caller, batch.keys)
