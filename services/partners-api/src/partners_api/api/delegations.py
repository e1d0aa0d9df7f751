"""Routes of delegations."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Security
from starlette.responses import Response

from cdp_common.contracts import partners as wire
from cdp_common.contracts.base import Page
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import Caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from partners_api.api.callers import AppClock, actor_of
from partners_api.use_cases import read_delegations
from partners_api.use_cases.create_delegation import create_delegation as do_create_delegation
from partners_api.use_cases.revoke_delegation import revoke_delegation as do_revoke_delegation

router = APIRouter(tags=["delegations"])
Delegator = Annotated[Caller, Security(signed_caller, scopes=["delegations:write"])]


@router.post("/v1/delegations", status_code=201, response_model=wire.Delegation)
async def create_delegation(
    body: wire.DelegationDraft, caller: Delegator, database: ServiceDatabase, once: OnceHeader, now: Now
) -> Response:
    """Lets another organisation act for the caller's own, for the stated scopes, until revoked."""
    return answer_response(await do_create_delegation(database, actor_of(caller), body, once, now))


@router.get("/v1/delegations")
async def list_delegations(
    request: Request, caller: Delegator, database: ServiceDatabase, paging: Paging
) -> Page[wire.Delegation]:
    """The delegations that the caller's organisation has given or received, the newest first."""
    items, following = await read_delegations.list_delegations(
        database, actor_of(caller), cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.Delegation](items=items, next=page_links(request, following))


@router.delete("/v1/delegations/{delegation_id}", status_code=204)
async def revoke_delegation(
    delegation_id: UUID, caller: Delegator, database: ServiceDatabase, clock: AppClock
) -> None:
    """Ends a delegation from either side, and the tokens issued under it within seconds."""
    await do_revoke_delegation(database, actor_of(caller), delegation_id, clock)
