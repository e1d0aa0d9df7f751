"""Routes of people: the providers at which they sign in, what is known of them, and their roles."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Security
from starlette.responses import Response

from cdp_common.contracts import persons as wire
from cdp_common.contracts.base import Page
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import ANY_SCOPE, Caller, Signed, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from cdp_common.web.paging import Paging, page_links
from partners_api.api.callers import AppClock, Issuer, actor_of
from partners_api.use_cases import change_person_roles, keep_persons, keep_providers

router = APIRouter(tags=["people"])
Operator = Annotated[Caller, Security(signed_caller, scopes=["clients:admin"])]
# People read and erase themselves with whatever their roles let them read.
_OF_A_PERSON = {ANY_SCOPE: ["persons:write", "persons:assert", "events:read"]}
Keeper = Annotated[Caller, Security(signed_caller, scopes=["persons:write"])]


@router.post("/v1/identity-providers", status_code=201, response_model=wire.IdentityProvider)
async def create_identity_provider(
    body: wire.IdentityProviderDraft,
    request: Request,
    caller: Operator,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Trusts a provider: its identity tokens are taken at the token endpoint from now on."""
    is_live = request.app.state.settings.mode == "live"
    return answer_response(
        await keep_providers.create_identity_provider(
            database, actor_of(caller), body, once, now, is_live=is_live
        )
    )


@router.get("/v1/identity-providers")
async def list_identity_providers(
    request: Request, caller: Operator, database: ServiceDatabase, paging: Paging
) -> Page[wire.IdentityProvider]:
    """The providers there ever were, the newest first."""
    items, following = await keep_providers.list_identity_providers(
        database, actor_of(caller), cursor=paging.cursor, limit=paging.limit
    )
    return Page[wire.IdentityProvider](items=items, next=page_links(request, following))


@router.delete("/v1/identity-providers/{provider_id}", status_code=204)
async def end_identity_provider(
    provider_id: UUID, caller: Operator, database: ServiceDatabase, clock: AppClock
) -> None:
    """Trusts a provider no more; the tokens got by it end within seconds."""
    await keep_providers.end_identity_provider(database, actor_of(caller), provider_id, clock)


@router.post("/v1/persons", status_code=201, response_model=wire.Person)
async def record_person(
    body: wire.PersonDraft,
    caller: Keeper,
    database: ServiceDatabase,
    once: OnceHeader,
    issuer: Issuer,
    now: Now,
) -> Response:
    """Records somebody who signs in at a provider, so that roles can be given to them."""
    return answer_response(
        await keep_persons.record_person(database, actor_of(caller), body, once, issuer, now)
    )


@router.get("/v1/persons/{person_id}", response_model=wire.Person, openapi_extra=_OF_A_PERSON)
async def get_person(
    person_id: UUID, request: Request, caller: Signed, database: ServiceDatabase
) -> Response:
    """A person, to themselves and to those who look after them."""
    return respond_with_etag(request, await keep_persons.get_person(database, actor_of(caller), person_id))


@router.delete("/v1/persons/{person_id}", status_code=204, openapi_extra=_OF_A_PERSON)
async def erase_person(person_id: UUID, caller: Signed, database: ServiceDatabase, clock: AppClock) -> None:
    """Erases what names a person, for good; the records that carry their number stay as they are."""
    await keep_persons.erase_person(database, actor_of(caller), person_id, clock)


@router.post("/v1/person-roles", status_code=201, response_model=wire.PersonRole)
async def grant_person_role(
    body: wire.PersonRoleDraft, caller: Keeper, database: ServiceDatabase, once: OnceHeader, now: Now
) -> Response:
    """Gives a person a role for an organisation in a place that the caller manages."""
    return answer_response(
        await change_person_roles.grant_person_role(database, actor_of(caller), body, once, now)
    )


@router.delete("/v1/person-roles/{person_role_id}", status_code=204)
async def end_person_role(
    person_role_id: UUID, caller: Keeper, database: ServiceDatabase, clock: AppClock
) -> None:
    """Ends a role of a person, and the tokens that carry it within seconds."""
    await change_person_roles.end_person_role(database, actor_of(caller), person_role_id, clock)
