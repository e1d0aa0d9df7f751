"""The route for what was delivered against promised lines."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Security

from cdp_common.contracts.base import Batch, IdBatch
from cdp_common.contracts.line_deliveries import LineDelivery
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import ServiceDatabase
from cdp_common.web.identity import signed_caller
from reporting_api.use_cases import read_line_deliveries as reading

router = APIRouter(tags=["reports"])


@router.post("/v1/commitment-lines/deliveries/batch")
async def batch_line_deliveries(
    batch: IdBatch,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:read"])],
    db: ServiceDatabase,
) -> Batch[LineDelivery]:
    """What standing reports delivered against promised lines of contracts, grants, pledges and plans.

    For who promised them, for whom they were promised, and for validators, officers and managers of the
    place; `missing` are the others.
    """
    return await reading.batch_line_deliveries(db, caller, batch.ids)
