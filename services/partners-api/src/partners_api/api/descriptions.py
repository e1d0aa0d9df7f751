"""Routes of what is said of organisations: search by similar names, sizes, dated flags."""

from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Security
from starlette.responses import Response

from cdp_common.contracts import descriptions as wire
from cdp_common.contracts.base import Day, Page
from cdp_common.contracts.organisations import OrganisationKind
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import IfMatch, require_match, respond_with_etag
from cdp_common.web.identity import Caller, maybe_caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from partners_api.api.callers import actor_of
from partners_api.storage.similar_names import Sought
from partners_api.use_cases import describe_organisation as describing
from partners_api.use_cases.read_organisations import search_organisations as do_search_organisations

router = APIRouter(tags=["organisations"])
public = [Depends(maybe_caller)]
Writer = Annotated[Caller, Security(signed_caller, scopes=["organisations:write"])]


@router.get("/v1/organisation-search", dependencies=public)
async def list_similar_organisations(
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    name: Annotated[str, Query(min_length=2, max_length=100, description="The name, or words of it.")],
    kind: Annotated[OrganisationKind | None, Query(description="Of this kind alone.")] = None,
    state: Annotated[
        Literal["unverified", "verified"] | None, Query(description="In this state alone.")
    ] = None,
    is_sme: Annotated[bool | None, Query(description="SMEs alone, or others alone.")] = None,
    is_vcse: Annotated[bool | None, Query(description="VCSEs alone, or others alone.")] = None,
) -> Page[wire.OrganisationHit]:
    """Organisations whose name is similar, wrong letters and all, the most similar first."""
    items, following = await do_search_organisations(
        database, Sought(name, kind, state, is_sme, is_vcse), cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.OrganisationHit](items=items, next=page_links(request, following))


@router.post("/v1/organisations/{organisation_id}/sizes", status_code=201, response_model=wire.SizeStatement)
async def state_organisation_size(
    organisation_id: UUID,
    body: wire.SizeStatementDraft,
    caller: Writer,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """States size and kind on a day; the latest statement makes the organisation an SME or a VCSE, or not."""
    return answer_response(
        await describing.state_size(database, actor_of(caller), organisation_id, body, once, now)
    )


@router.get("/v1/organisations/{organisation_id}/sizes")
async def list_organisation_sizes(
    organisation_id: UUID, request: Request, caller: Writer, database: ServiceDatabase, paging: Paging
) -> Page[wire.SizeStatement]:
    """What the caller's organisation has stated, the latest first; a programme manager reads any."""
    items, following = await describing.list_sizes(
        database, actor_of(caller), organisation_id, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.SizeStatement](items=items, next=page_links(request, following))


@router.post("/v1/organisations/{organisation_id}/flags", status_code=201, response_model=wire.Flag)
async def add_organisation_flag(
    organisation_id: UUID,
    body: wire.FlagDraft,
    caller: Writer,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Adds a dated flag with its source: an accreditation, diverse ownership, a local presence."""
    return answer_response(
        await describing.add_flag(database, actor_of(caller), organisation_id, body, once, now)
    )


@router.get("/v1/organisations/{organisation_id}/flags", dependencies=public)
async def list_organisation_flags(
    organisation_id: UUID,
    request: Request,
    database: ServiceDatabase,
    paging: Paging,
    as_of: Annotated[Day | None, Query(description="Those of this day; absent: all there ever were.")] = None,
) -> Page[wire.Flag]:
    """An organisation's flags by kind and code."""
    items, following = await describing.list_flags(
        database, organisation_id, as_of=as_of, cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.Flag](items=items, next=page_links(request, following))


@router.get("/v1/organisation-flags/{flag_id}", response_model=wire.Flag, dependencies=public)
async def get_organisation_flag(flag_id: UUID, request: Request, database: ServiceDatabase) -> Response:
    """One flag of an organisation."""
    return respond_with_etag(request, await describing.get_flag(database, flag_id))


@router.post("/v1/organisation-flags/{flag_id}/end", response_model=wire.Flag)
async def end_organisation_flag(
    flag_id: UUID,
    body: wire.FlagEnd,
    request: Request,
    caller: Writer,
    database: ServiceDatabase,
    if_match: IfMatch = None,
) -> Response:
    """Sets the last day of a flag."""
    ended = await describing.end_flag(
        database, actor_of(caller), flag_id, body, partial(require_match, if_match)
    )
    return respond_with_etag(request, ended)
