"""Routes for charter versions."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, Security

from cdp_common.contracts.base import Page
from cdp_common.contracts.charter import Charter, CharterDraft
from cdp_common.web.caller import Caller
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from charter_api.use_cases import read_register
from charter_api.use_cases.publish_charter import publish_charter as publish

router = APIRouter(tags=["charters"])
# No token is needed; one that is sent must be good.
public = [Depends(maybe_caller)]


@router.post("/v1/charters", status_code=201, response_model=Charter)
async def publish_charter(
    draft: CharterDraft,
    caller: Annotated[Caller, Security(signed_caller, scopes=["charter:write"])],
    once: OnceHeader,
    db: ServiceDatabase,
    now: Now,
) -> Response:
    """Publish a version of a place's Charter. Needs the role programme_manager in the place."""
    return answer_response(await publish(db, caller, draft, once, now))


@router.get("/v1/charters", dependencies=public)
async def list_charters(
    request: Request, db: ServiceDatabase, page: Paging, place_id: UUID | None = None
) -> Page[Charter]:
    """Charter versions, oldest first."""
    charters, next_cursor = await read_register.list_charters(db, place_id, page.cursor, page.limit)
    return Page(items=charters, next=page_links(request, next_cursor))


@router.get("/v1/charters/{charter_id}", response_model=Charter, dependencies=public)
async def get_charter(charter_id: UUID, request: Request, db: ServiceDatabase) -> Response:
    """One charter version."""
    return respond_with_etag(request, await read_register.get_charter(db, charter_id))
