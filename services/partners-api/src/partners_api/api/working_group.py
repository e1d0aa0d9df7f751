"""Routes of a place's working group: its meetings, and the actions that were agreed."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Security
from starlette.responses import Response

from cdp_common.contracts import working_group as wire
from cdp_common.contracts.base import Day, Page
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, require_match, respond_with_etag
from cdp_common.web.identity import Caller, MaybeCaller, maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from partners_api.api.callers import actor_of, maybe_actor
from partners_api.use_cases import keep_working_group as keeping

router = APIRouter(tags=["working group"])
public = [Depends(maybe_caller)]
Manager = Annotated[Caller, Security(signed_caller, scopes=["places:write"])]
Partner = Annotated[Caller, Security(signed_caller, scopes=["organisations:write"])]
AsOf = Annotated[Day | None, Query(description="As it stood on this day; absent: today.")]


@router.post("/v1/places/{place_id}/meetings", status_code=201, response_model=wire.Meeting)
async def record_meeting(
    place_id: UUID,
    body: wire.MeetingDraft,
    caller: Manager,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Records a meeting of the working group, planned or held."""
    return answer_response(
        await keeping.record_meeting(database, actor_of(caller), place_id, body, once, now)
    )


@router.get("/v1/places/{place_id}/meetings")
async def list_meetings(
    place_id: UUID, request: Request, caller: MaybeCaller, database: ServiceDatabase, paging: Paging
) -> Page[wire.Meeting]:
    """The meetings of the working group, latest first; those for the collective need a role."""
    items, following = await keeping.list_meetings(
        database, maybe_actor(caller), place_id, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.Meeting](items=items, next=page_links(request, following))


@router.get("/v1/meetings/{meeting_id}", response_model=wire.Meeting)
async def get_meeting(
    meeting_id: UUID, request: Request, caller: MaybeCaller, database: ServiceDatabase
) -> Response:
    """One meeting of the working group."""
    return respond_with_etag(request, await keeping.get_meeting(database, maybe_actor(caller), meeting_id))


@router.put("/v1/meetings/{meeting_id}", response_model=wire.Meeting)
async def change_meeting(
    meeting_id: UUID,
    body: wire.MeetingDraft,
    request: Request,
    caller: Manager,
    database: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Puts the meeting as a whole: when it was held, who came, what was decided."""
    changed = await keeping.change_meeting(
        database, actor_of(caller), meeting_id, body, partial(require_match, if_match), now
    )
    return respond_with_etag(request, changed)


@router.post("/v1/places/{place_id}/actions", status_code=201, response_model=wire.Action)
async def agree_action(
    place_id: UUID,
    body: wire.ActionDraft,
    caller: Manager,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Records what was agreed: what, by which partner, until when."""
    return answer_response(await keeping.agree_action(database, actor_of(caller), place_id, body, once, now))


@router.get("/v1/places/{place_id}/actions", dependencies=public)
async def list_actions(
    place_id: UUID,
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    now: Now,
    as_of: AsOf = None,
    state: Annotated[wire.ActionState | None, Query(description="Those in this state on the day.")] = None,
    organisation_id: Annotated[UUID | None, Query(description="Those of this partner alone.")] = None,
) -> Page[wire.Action]:
    """The actions of the working group, the latest first."""
    items, following = await keeping.list_actions(
        database,
        place_id,
        as_of=as_of or now.date(),
        state=state,
        organisation_id=organisation_id,
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return Page[wire.Action](items=items, next=page_links(request, following))


@router.get("/v1/actions/{action_id}", response_model=wire.Action, dependencies=public)
async def get_action(
    action_id: UUID, request: Request, database: ServiceDatabase, now: Now, as_of: AsOf = None
) -> Response:
    """One action with its history."""
    return respond_with_etag(request, await keeping.get_action(database, action_id, as_of or now.date()))


@router.post("/v1/actions/{action_id}/changes", status_code=201, response_model=wire.Action)
async def change_action(
    action_id: UUID,
    body: wire.ActionChangeDraft,
    caller: Partner,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Says how an action stands from a day on; its owner or a programme manager does so."""
    return answer_response(
        await keeping.change_action(database, actor_of(caller), action_id, body, once, now)
    )
