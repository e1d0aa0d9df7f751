"""Routes of what a collective is made of from day to day: phases, programmes, roles, choices of partners."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Security
from starlette.responses import Response

from cdp_common.contracts import collective as wire
from cdp_common.contracts.base import Code, Day, Page
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, require_match, respond_with_etag
from cdp_common.web.identity import Caller, maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from partners_api.api.callers import actor_of
from partners_api.use_cases import end_dated_entry as ending
from partners_api.use_cases import read_dated_entries as reading
from partners_api.use_cases import start_dated_entry as starting

router = APIRouter(tags=["collective"])
public = [Depends(maybe_caller)]
Manager = Annotated[Caller, Security(signed_caller, scopes=["places:write"])]
Partner = Annotated[Caller, Security(signed_caller, scopes=["organisations:write"])]
AsOf = Annotated[Day | None, Query(description="Those of this day; absent: all there ever were.")]


# ------------------------------------------------------------------ phases
@router.post("/v1/places/{place_id}/phases", status_code=201, response_model=wire.Phase)
async def record_phase(
    place_id: UUID,
    body: wire.PhaseDraft,
    caller: Manager,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Records the days of a phase of the place; the same phase never shares a day with itself."""
    return answer_response(await starting.record_phase(database, actor_of(caller), place_id, body, once, now))


@router.get("/v1/places/{place_id}/phases", dependencies=public)
async def list_phases(
    place_id: UUID, request: Request, database: ServiceDatabase, paging: Paging, as_of: AsOf = None
) -> Page[wire.Phase]:
    """The place's phases by code."""
    items, following = await reading.list_phases(
        database, place_id, as_of=as_of, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.Phase](items=items, next=page_links(request, following))


@router.get("/v1/phases/{phase_id}", response_model=wire.Phase, dependencies=public)
async def get_phase(phase_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One phase of a place."""
    return respond_with_etag(request, await reading.get_phase(database, phase_id))


@router.post("/v1/phases/{phase_id}/end", response_model=wire.Phase)
async def end_phase(
    phase_id: UUID,
    body: wire.DatedEnd,
    request: Request,
    caller: Manager,
    database: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Sets the last day of a phase, or brings it forward."""
    ended = await ending.end_phase(
        database, actor_of(caller), phase_id, body, partial(require_match, if_match), now
    )
    return respond_with_etag(request, ended)


# ------------------------------------------------------------------ programmes of work
@router.post("/v1/places/{place_id}/programmes", status_code=201, response_model=wire.Programme)
async def start_programme(
    place_id: UUID,
    body: wire.ProgrammeDraft,
    caller: Manager,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Records a programme of work of the place."""
    return answer_response(
        await starting.start_programme(database, actor_of(caller), place_id, body, once, now)
    )


@router.get("/v1/places/{place_id}/programmes", dependencies=public)
async def list_programmes(
    place_id: UUID, request: Request, database: ServiceDatabase, paging: Paging, as_of: AsOf = None
) -> Page[wire.Programme]:
    """The place's programmes of work by code."""
    items, following = await reading.list_programmes(
        database, place_id, as_of=as_of, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.Programme](items=items, next=page_links(request, following))


@router.get("/v1/programmes/{programme_id}", response_model=wire.Programme, dependencies=public)
async def get_programme(programme_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One programme of work."""
    return respond_with_etag(request, await reading.get_programme(database, programme_id))


@router.post("/v1/programmes/{programme_id}/end", response_model=wire.Programme)
async def end_programme(
    programme_id: UUID,
    body: wire.DatedEnd,
    request: Request,
    caller: Manager,
    database: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Sets the last day of a programme of work, or brings it forward."""
    ended = await ending.end_programme(
        database, actor_of(caller), programme_id, body, partial(require_match, if_match), now
    )
    return respond_with_etag(request, ended)


# ------------------------------------------------------------------ roles of partners
@router.post("/v1/memberships/{membership_id}/roles", status_code=201, response_model=wire.PartnerRole)
async def give_partner_role(
    membership_id: UUID,
    body: wire.PartnerRoleDraft,
    caller: Manager,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Gives a partner a role in the collective, within the days of its membership."""
    return answer_response(
        await starting.give_partner_role(database, actor_of(caller), membership_id, body, once, now)
    )


@router.get("/v1/places/{place_id}/partner-roles", dependencies=public)
async def list_partner_roles(
    place_id: UUID,
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    as_of: AsOf = None,
    membership_id: Annotated[UUID | None, Query(description="Of this membership alone.")] = None,
) -> Page[wire.PartnerRole]:
    """The roles that partners have in the place's collective, by code."""
    items, following = await reading.list_partner_roles(
        database,
        place_id,
        as_of=as_of,
        membership_id=membership_id,
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return Page[wire.PartnerRole](items=items, next=page_links(request, following))


@router.get("/v1/partner-roles/{partner_role_id}", response_model=wire.PartnerRole, dependencies=public)
async def get_partner_role(partner_role_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One role of a partner."""
    return respond_with_etag(request, await reading.get_partner_role(database, partner_role_id))


@router.post("/v1/partner-roles/{partner_role_id}/end", response_model=wire.PartnerRole)
async def end_partner_role(
    partner_role_id: UUID,
    body: wire.DatedEnd,
    request: Request,
    caller: Manager,
    database: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Sets the last day of a role within a membership, or brings it forward."""
    ended = await ending.end_partner_role(
        database, actor_of(caller), partner_role_id, body, partial(require_match, if_match), now
    )
    return respond_with_etag(request, ended)


# ------------------------------------------------------------------ what partners chose
@router.post("/v1/memberships/{membership_id}/focuses", status_code=201, response_model=wire.Focus)
async def choose_focus(
    membership_id: UUID,
    body: wire.FocusDraft,
    caller: Partner,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Records an area, theme or objective that the partner chose; its own client or a manager does so."""
    return answer_response(
        await starting.choose_focus(database, actor_of(caller), membership_id, body, once, now)
    )


@router.get("/v1/places/{place_id}/focuses", dependencies=public)
async def list_focuses(
    place_id: UUID,
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    as_of: AsOf = None,
    kind: Annotated[wire.FocusKind | None, Query(description="Of this kind alone.")] = None,
    code: Annotated[Code | None, Query(description="Of this code alone.")] = None,
    organisation_id: Annotated[UUID | None, Query(description="Of this partner alone.")] = None,
) -> Page[wire.Focus]:
    """What the place's partners chose to work on, by kind and code."""
    items, following = await reading.list_focuses(
        database,
        place_id,
        as_of=as_of,
        kind=kind,
        code=code,
        organisation_id=organisation_id,
        cursor=paging.cursor,
        limit=paging.limit,
    )
    return Page[wire.Focus](items=items, next=page_links(request, following))


@router.get("/v1/focuses/{focus_id}", response_model=wire.Focus, dependencies=public)
async def get_focus(focus_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One choice of a partner."""
    return respond_with_etag(request, await reading.get_focus(database, focus_id))


@router.post("/v1/focuses/{focus_id}/end", response_model=wire.Focus)
async def end_focus(
    focus_id: UUID,
    body: wire.DatedEnd,
    request: Request,
    caller: Partner,
    database: ServiceDatabase,
    now: Now,
    if_match: IfMatch = None,
) -> Response:
    """Sets the last day of a partner's choice, or brings it forward."""
    ended = await ending.end_focus(
        database, actor_of(caller), focus_id, body, partial(require_match, if_match), now
    )
    return respond_with_etag(request, ended)
