"""Routes of memberships: who belongs to a place's collective, and who did on any day."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Security
from starlette.responses import Response

from cdp_common.contracts import partners as wire
from cdp_common.contracts.base import Day, Page
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, require_match, respond_with_etag
from cdp_common.web.identity import Caller, maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from partners_api.api.callers import actor_of
from partners_api.use_cases import read_memberships
from partners_api.use_cases.end_membership import end_membership as do_end_membership
from partners_api.use_cases.start_membership import start_membership as do_start_membership

router = APIRouter(tags=["memberships"])
public = [Depends(maybe_caller)]
Writer = Annotated[Caller, Security(signed_caller, scopes=["places:write"])]


@router.post("/v1/places/{place_id}/memberships", status_code=201, response_model=wire.Membership)
async def start_membership(
    place_id: UUID,
    body: wire.MembershipDraft,
    caller: Writer,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Lets an organisation join; its memberships of one place never share a day."""
    return answer_response(await do_start_membership(database, actor_of(caller), place_id, body, once, now))


@router.get("/v1/places/{place_id}/memberships", dependencies=public)
async def list_memberships(
    place_id: UUID,
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    as_of: Annotated[Day | None, Query(description="Those of this day; absent: all there ever were.")] = None,
) -> Page[wire.Membership]:
    """The place's memberships by organisation name: a collective, not a league."""
    items, following = await read_memberships.list_memberships(
        database, place_id, as_of=as_of, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.Membership](items=items, next=page_links(request, following))


@router.get("/v1/memberships", dependencies=public)
async def list_organisation_memberships(
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    organisation_id: Annotated[
        list[UUID], Query(min_length=1, max_length=100, description="Of these organisations; repeatable.")
    ],
    as_of: Annotated[Day | None, Query(description="Those of this day; absent: all there ever were.")] = None,
) -> Page[wire.Membership]:
    """The memberships of organisations in all places, each organisation's together, the earliest first."""
    items, following = await read_memberships.list_organisation_memberships(
        database, organisation_id, as_of=as_of, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.Membership](items=items, next=page_links(request, following))


@router.get("/v1/memberships/{membership_id}", response_model=wire.Membership, dependencies=public)
async def get_membership(membership_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One membership."""
    return respond_with_etag(request, await read_memberships.get_membership(database, membership_id))


@router.post("/v1/memberships/{membership_id}/end", response_model=wire.Membership)
async def end_membership(
    membership_id: UUID,
    body: wire.MembershipEnd,
    request: Request,
    caller: Writer,
    database: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Sets the last day of a membership, or brings it forward."""
    ended = await do_end_membership(
        database, actor_of(caller), membership_id, body, partial(require_match, if_match), now
    )
    return respond_with_etag(request, ended)
