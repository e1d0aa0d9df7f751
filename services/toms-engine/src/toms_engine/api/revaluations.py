"""The routes that value lines under two editions: a request of lines, or a whole history."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response, Security

from cdp_common.contracts.base import Day, Sha256
from cdp_common.contracts.comparisons import Comparison, ComparisonRequest, Revaluation
from cdp_common.web.caller import Caller
from cdp_common.web.identity import signed_caller
from toms_engine.api.bulk_valuations import FilesInUse, media_type_of, stated_options
from toms_engine.api.dependencies import Editions, FiguresInUse
from toms_engine.api.two_way import TwoWayAnswer
from toms_engine.domain.line import Options
from toms_engine.use_cases import compare_valuations as comparing
from toms_engine.use_cases.revalue_history import revaluation_run
from toms_engine.use_cases.value_in_bulk import READERS

HISTORY_PATH = "/v1/valuations/history"
MOST_EDITIONS = 16

router = APIRouter(tags=["valuations"])

_KINDS: dict[str, Any] = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in READERS}
_BODY = "Lines, one a row, with the fields of `ValuationLine` and `edition_hash`, the edition of the record."


@router.post("/v1/valuations/compare")
async def compare_valuations(
    request: ComparisonRequest,
    caller: Annotated[Caller, Security(signed_caller, scopes=["valuations:run"])],
    editions: Editions,
    figures: FiguresInUse,
) -> Comparison:
    """Value the same lines under two editions. A line that one of them cannot value is shown as such."""
    return await comparing.compare_valuations(editions, figures, caller, request)


@router.post(
    HISTORY_PATH,
    response_model=Revaluation,
    openapi_extra={"requestBody": {"description": _BODY, "content": _KINDS, "required": True}},
)
async def revalue_history(
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["valuations:run"])],
    editions: Editions,
    figures: FiguresInUse,
    from_edition_hash: Annotated[list[Sha256], Query(min_length=1, max_length=MOST_EDITIONS)],
    to_edition_hash: Annotated[Sha256, Query()],
    options: Annotated[Options, Depends(stated_options)],
    files: FilesInUse,
    to_valid_on: Annotated[Day | None, Query()] = None,
) -> Response:
    """Value a file of recorded lines under another edition too: the difference by measure, and what has none.

    `from_edition_hash` names every edition that rows may name; `to_valid_on` is the day on which the other
    edition's validities are judged, each line's own where it is left out.
    """
    run = await revaluation_run(
        editions,
        figures,
        caller,
        from_edition_hash,
        to_edition_hash,
        options,
        valid_on=to_valid_on,
        reads=media_type_of(request),
        encoding=request.headers.get("content-encoding", "").strip().lower(),
        limits=files.limits,
    )
    files.begin()
    answer = TwoWayAnswer(
        request,
        run,
        idle_s=files.idle_s,
        most_waiting_bytes=files.most_waiting_bytes,
        at_end=files.end,
    )
    await answer.begin()
    return answer
