"""Routes for what payments come to, and for surveyed rounds of spending."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, Security

from cdp_common.contracts.base import Page
from cdp_common.contracts.spend_figures import SpendFigures, SpendGroupBy, SpendRound, SpendRoundDraft
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import Window
from reporting_api.use_cases import spend_figures as figures

router = APIRouter(tags=["spend"])

Writer = Annotated[Caller, Security(signed_caller, scopes=["reports:write"])]
Reader = Annotated[Caller, Security(signed_caller, scopes=["reports:read"])]
Overseer = Annotated[Caller, Security(signed_caller, scopes=["reporting:read"])]
Grouping = Annotated[SpendGroupBy | None, Query(description="With figures by this, beside the total.")]


@router.get("/v1/places/{place_id}/spend-figures")
async def get_spend_figures(
    place_id: UUID,
    caller: Overseer,
    window: Window,
    db: ServiceDatabase,
    now: Now,
    by: Grouping = None,
    organisation_id: Annotated[UUID | None, Query(description="Of this partner only.")] = None,
) -> SpendFigures:
    """What partners paid in a window: local, SME and VCSE shares with what is unknown, and leakage.

    For officers and programme managers of the place; nothing of it is public.
    """
    return await figures.place_figures(db, caller, place_id, organisation_id, window, by, now)


@router.get("/v1/spend-figures")
async def get_own_spend_figures(
    place_id: UUID,
    caller: Reader,
    window: Window,
    db: ServiceDatabase,
    now: Now,
    by: Grouping = None,
) -> SpendFigures:
    """The same of the own organisation's payments."""
    return await figures.own_figures(db, caller, place_id, window, by, now)


@router.post("/v1/places/{place_id}/spend-rounds", status_code=201, response_model=SpendRound)
async def record_spend_round(
    place_id: UUID, draft: SpendRoundDraft, caller: Writer, once: OnceHeader, db: ServiceDatabase, now: Now
) -> Response:
    """Put on record what a survey found of the second or third round of the own spending, for LM3."""
    return answer_response(await figures.record_round(db, caller, place_id, draft, once, now))


@router.get("/v1/places/{place_id}/spend-rounds")
async def list_spend_rounds(
    place_id: UUID, request: Request, caller: Reader, db: ServiceDatabase, page: Paging
) -> Page[SpendRound]:
    """Surveyed rounds in the order in which they came: all for the place's officers, else the own ones."""
    items, following = await figures.list_rounds(db, caller, place_id, cursor=page.cursor, limit=page.limit)
    return Page(items=items, next=page_links(request, following))
