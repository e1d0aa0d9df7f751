"""Routes by which a draft of the Knowledge Hub is shown to somebody without an account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Security
from starlette.responses import Response

from cdp_common.clients.upstream import PREVIEW_HEADER
from cdp_common.contracts import hub_previews as wire
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import Caller, maybe_caller, signed_caller
from cdp_common.web.rate_limits import limited
from partners_api.api.callers import HUB_PREVIEWS, actor_of
from partners_api.use_cases import preview_hub_pages as previewing

router = APIRouter(tags=["knowledge hub"])
Editor = Annotated[Caller, Security(signed_caller, scopes=["hub:write"])]
UNKEPT = {"Cache-Control": "no-store", "Vary": f"Authorization, {PREVIEW_HEADER}"}
"""No copy stays of what a token opens: it ends."""


@router.post("/v1/hub-drafts/{page_id}/preview-tokens", status_code=201)
async def create_hub_preview_token(
    page_id: UUID,
    body: wire.HubPreviewRequest,
    caller: Editor,
    database: ServiceDatabase,
    now: Now,
) -> wire.HubPreviewToken:
    """A token that opens the page's draft to whoever has it, for a week at most; it is told once."""
    return await previewing.create_hub_preview_token(database, actor_of(caller), page_id, body, now)


@router.get("/v1/hub-previews", dependencies=[Depends(maybe_caller), limited(HUB_PREVIEWS)])
async def get_hub_preview(
    response: Response,
    database: ServiceDatabase,
    now: Now,
    preview_token: Annotated[
        str,
        Header(alias=PREVIEW_HEADER, description="The token; never in an address, which is logged."),
    ] = "",
) -> wire.HubPreview:
    """The draft that a token opens, as it stands now; over once it is published, withdrawn or out of time."""
    response.headers.update(UNKEPT)  # a refusal is never kept
    return await previewing.get_hub_preview(database, preview_token, now)
