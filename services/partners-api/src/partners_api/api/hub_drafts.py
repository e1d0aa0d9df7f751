"""Routes on which pages of the Knowledge Hub are written, reviewed, published and withdrawn."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Security
from starlette.responses import Response

from cdp_common.contracts import hub as wire
from cdp_common.contracts.base import Page
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import Caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from partners_api.api.callers import actor_of
from partners_api.use_cases import read_hub_pages
from partners_api.use_cases import write_hub_pages as writing

router = APIRouter(tags=["knowledge hub"])
Editor = Annotated[Caller, Security(signed_caller, scopes=["hub:write"])]


@router.post("/v1/places/{place_id}/hub-pages", status_code=201, response_model=wire.HubDraftSummary)
async def draft_hub_page(
    place_id: UUID,
    body: wire.HubPageDraft,
    caller: Editor,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Writes a page; until it is published, it is shown to those with a role in the place alone."""
    return answer_response(
        await writing.draft_hub_page(database, actor_of(caller), place_id, body, once, now)
    )


@router.get("/v1/places/{place_id}/hub-drafts")
async def list_hub_drafts(
    place_id: UUID,
    request: Request,
    caller: Editor,
    database: ServiceDatabase,
    paging: Paging,
    state: Annotated[wire.HubState | None, Query(description="In this state alone.")] = None,
    kind: Annotated[wire.HubKind | None, Query(description="Of this kind alone.")] = None,
) -> Page[wire.HubDraftSummary]:
    """All pages of the place with the state of their latest versions, the one changed last first."""
    items, following = await read_hub_pages.list_hub_drafts(
        database,
        actor_of(caller),
        place_id,
        state=state,
        kind=kind,
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return Page[wire.HubDraftSummary](items=items, next=page_links(request, following))


@router.get("/v1/hub-drafts/{page_id}", response_model=wire.HubDraft)
async def get_hub_draft(
    page_id: UUID,
    request: Request,
    caller: Editor,
    database: ServiceDatabase,
    version: Annotated[int | None, Query(ge=1, le=1_000_000, description="Absent: the latest.")] = None,
) -> Response:
    """A version of a page as it would be shown, with the page's history."""
    shown = await read_hub_pages.get_hub_draft(database, actor_of(caller), page_id, version=version)
    return respond_with_etag(request, shown)


@router.post("/v1/hub-drafts/{page_id}/versions", status_code=201, response_model=wire.HubDraftSummary)
async def revise_hub_page(
    page_id: UUID,
    body: wire.HubContent,
    caller: Editor,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Writes a further version of a page; what is published stays so until this one is."""
    return answer_response(
        await writing.revise_hub_page(database, actor_of(caller), page_id, body, once, now)
    )


@router.post("/v1/hub-drafts/{page_id}/reviews", status_code=201, response_model=wire.HubDraftSummary)
async def review_hub_page(
    page_id: UUID,
    body: wire.HubReview,
    caller: Editor,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Approves a version, or returns it to its author; its author does neither."""
    return answer_response(
        await writing.review_hub_page(database, actor_of(caller), page_id, body, once, now)
    )


@router.post("/v1/hub-drafts/{page_id}/publication", status_code=201, response_model=wire.HubDraftSummary)
async def publish_hub_page(
    page_id: UUID,
    body: wire.HubPublication,
    caller: Editor,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Shows the reviewed version to everybody; a programme manager publishes."""
    return answer_response(
        await writing.publish_hub_page(database, actor_of(caller), page_id, body, once, now)
    )


@router.post("/v1/hub-drafts/{page_id}/withdrawal", status_code=201, response_model=wire.HubDraftSummary)
async def withdraw_hub_page(
    page_id: UUID,
    body: wire.HubWithdrawal,
    caller: Editor,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Shows a page no longer; a programme manager withdraws, and every version is kept."""
    return answer_response(
        await writing.withdraw_hub_page(database, actor_of(caller), page_id, body, once, now)
    )
