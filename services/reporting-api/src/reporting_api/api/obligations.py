"""Routes for reporting calendars and for what is owed by them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, Security

from cdp_common.contracts.base import Page
from cdp_common.contracts.obligations import (
    CalendarDraft,
    Obligation,
    ObligationKind,
    ObligationState,
    ReportingCalendar,
)
from cdp_common.db.paging import cut_page
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, respond_with_etag
from cdp_common.web.identity import signed_caller
from cdp_common.web.paging import Paging, page_links
from reporting_api.api.dependencies import Window
from reporting_api.domain.reporting_calendar import Calendar
from reporting_api.use_cases import obligations as owing
from reporting_api.use_cases.obligations import Wanted

router = APIRouter(tags=["obligations"])


async def platform_calendar(request: Request) -> Calendar:
    """What places ask that have set no calendar of their own."""
    calendar: Calendar = request.app.state.calendar
    return calendar


PlatformCalendar = Annotated[Calendar, Depends(platform_calendar)]


@router.get("/v1/places/{place_id}/reporting-calendar", response_model=ReportingCalendar)
async def get_reporting_calendar(
    place_id: UUID,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:read"])],
    db: ServiceDatabase,
    platform: PlatformCalendar,
) -> Response:
    """What the place asks of its reporters: monthly beside the quarterly minimum, and how soon after."""
    return respond_with_etag(request, await owing.get_calendar(db, place_id, platform))


@router.put("/v1/places/{place_id}/reporting-calendar", response_model=ReportingCalendar)
async def set_reporting_calendar(
    place_id: UUID,
    draft: CalendarDraft,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["publications:write"])],
    db: ServiceDatabase,
    platform: PlatformCalendar,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Set what the place asks; earlier versions are kept."""
    calendar = await owing.set_calendar(db, caller, place_id, draft, if_match, platform, now)
    return respond_with_etag(request, calendar)


@router.get("/v1/places/{place_id}/obligations")
async def list_obligations(
    place_id: UUID,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:read"])],
    window: Window,
    db: ServiceDatabase,
    platform: PlatformCalendar,
    page: Paging,
    now: Now,
    kind: ObligationKind | None = None,
    state: ObligationState | None = None,
    organisation_id: UUID | None = None,
) -> Page[Obligation]:
    """The reports that fall due in a window of a year at most, as they fall due: owed by whom, met or not."""
    wanted = Wanted(window, kind, state, organisation_id, page.cursor, page.limit)
    found = await owing.list_of_place(db, caller, place_id, wanted, platform, now)
    return _page(request, found, page.limit)


@router.get("/v1/obligations")
async def list_own_obligations(
    place_id: UUID,
    request: Request,
    caller: Annotated[Caller, Security(signed_caller, scopes=["reports:read"])],
    window: Window,
    db: ServiceDatabase,
    platform: PlatformCalendar,
    page: Paging,
    now: Now,
    kind: ObligationKind | None = None,
    state: ObligationState | None = None,
) -> Page[Obligation]:
    """The same of the organisation that the caller acts for."""
    wanted = Wanted(window, kind, state, None, page.cursor, page.limit)
    found = await owing.list_of_own(db, caller, place_id, wanted, platform, now)
    return _page(request, found, page.limit)


def _page(request: Request, found: list[Obligation], limit: int) -> Page[Obligation]:
    items, following = cut_page(
        found,
        limit,
        lambda owed: [
            owed.due_on,
            str(owed.organisation_id),
            owed.kind,
            str(owed.agreement_id or ""),
            owed.period_start,
        ],
    )
    return Page(items=items, next=page_links(request, following))
