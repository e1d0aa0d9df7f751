"""The route that values quantities."""

from typing import Annotated

from fastapi import APIRouter, Response, Security

from cdp_common.contracts.toms import Valuation, ValuationRequest
from cdp_common.web.caller import Caller
from cdp_common.web.identity import signed_caller
from toms_engine.api.dependencies import Editions, FiguresInUse
from toms_engine.use_cases.value_lines import value_lines as value

router = APIRouter(tags=["valuations"])


@router.post("/v1/valuations", response_model=Valuation)
async def value_lines(
    request: ValuationRequest,
    caller: Annotated[Caller, Security(signed_caller, scopes=["valuations:run"])],
    editions: Editions,
    figures: FiguresInUse,
) -> Response:
    """Value lines against a published edition: all of them, or none and every fault. Nothing is stored."""
    valuation = await value(editions, figures, caller, request)
    # Written once: the framework would check every line of its own answer again.
    return Response(valuation.model_dump_json(), media_type="application/json")
