"""The route for how a place's value is spread by need."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Security

from cdp_common.contracts.base import Moment
from cdp_common.contracts.need_figures import NeedFigures
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import signed_caller
from reporting_api.api.dependencies import Partners, Toms, Window
from reporting_api.use_cases import read_need_figures

router = APIRouter(tags=["collective value"])


@router.get("/v1/places/{place_id}/need-figures")
async def get_need_figures(
    place_id: UUID,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reporting:read"])],
    window: Window,
    db: ServiceDatabase,
    partners: Partners,
    toms: Toms,
    now: Now,
    as_of: Annotated[Moment | None, Query(description="As known at this moment; now without it.")] = None,
) -> NeedFigures:
    """Live: how delivered and validated value is spread over areas by their need, and for each head.

    By band and by decile of deprivation, with a concentration index. What rests on licensed figures counts
    for those who hold the licence alone; each figure says whether it is left out.
    """
    return await read_need_figures.get_need_figures(
        db, partners, toms, caller, place_id, window, as_of=as_of, now=now
    )
