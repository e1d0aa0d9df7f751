"""Routes of API clients, their credentials and their roles."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Security
from starlette.responses import Response

from cdp_common.contracts import partners as wire
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.etags import respond_with_etag
from cdp_common.web.identity import Caller, signed_caller
from cdp_common.web.once import OnceHeader, answer_response
from partners_api.api.callers import AppClock, actor_of
from partners_api.use_cases import change_credentials, find_client
from partners_api.use_cases.create_client import create_client as do_create_client
from partners_api.use_cases.end_role_grant import end_role_grant as do_end_role_grant
from partners_api.use_cases.grant_role import grant_role as do_grant_role
from partners_api.use_cases.revoke_client import revoke_client as do_revoke_client

router = APIRouter(tags=["clients"])
Keeper = Annotated[Caller, Security(signed_caller, scopes=["clients:write"])]
Manager = Annotated[Caller, Security(signed_caller, scopes=["places:write"])]
ClientId = Annotated[str, Path(min_length=1, max_length=100)]


@router.post("/v1/clients", status_code=201, response_model=wire.ApiClient)
async def create_client(
    body: wire.ClientDraft, caller: Keeper, database: ServiceDatabase, once: OnceHeader, now: Now
) -> Response:
    """Makes a client of the own organisation, or of any by the operator; a secret is shown this once."""
    return answer_response(await do_create_client(database, actor_of(caller), body, once, now))


@router.get("/v1/clients/{client_id}", response_model=wire.ApiClient)
async def get_client(
    client_id: ClientId, request: Request, caller: Keeper, database: ServiceDatabase
) -> Response:
    """A client of the own organisation."""
    return respond_with_etag(request, await find_client.get_client(database, actor_of(caller), client_id))


@router.delete("/v1/clients/{client_id}", status_code=204)
async def revoke_client(
    client_id: ClientId, caller: Keeper, database: ServiceDatabase, clock: AppClock
) -> None:
    """Revokes a client for good, and every token it holds within seconds."""
    await do_revoke_client(database, actor_of(caller), client_id, clock)


@router.post("/v1/clients/{client_id}/credentials", status_code=201, response_model=wire.ClientCredential)
async def add_client_credential(
    client_id: ClientId,
    body: wire.ClientCredentialDraft,
    caller: Keeper,
    database: ServiceDatabase,
    once: OnceHeader,
    now: Now,
) -> Response:
    """Adds a second secret or public key, so that it can take over from the first."""
    return answer_response(
        await change_credentials.add_client_credential(database, actor_of(caller), client_id, body, once, now)
    )


@router.delete("/v1/clients/{client_id}/credentials/{credential_id}", status_code=204)
async def end_client_credential(
    client_id: ClientId, credential_id: UUID, caller: Keeper, database: ServiceDatabase, clock: AppClock
) -> None:
    """Ends a secret or public key, and the tokens got by it within seconds."""
    await change_credentials.end_client_credential(
        database, actor_of(caller), client_id, credential_id, clock
    )


@router.post("/v1/role-grants", status_code=201, response_model=wire.RoleGrant)
async def grant_role(
    body: wire.RoleGrantDraft, caller: Manager, database: ServiceDatabase, once: OnceHeader, now: Now
) -> Response:
    """Gives a client a role in a place that the caller manages."""
    return answer_response(await do_grant_role(database, actor_of(caller), body, once, now))


@router.delete("/v1/role-grants/{role_grant_id}", status_code=204)
async def end_role_grant(
    role_grant_id: UUID, caller: Manager, database: ServiceDatabase, clock: AppClock
) -> None:
    """Ends a role, and the tokens that carry it within seconds."""
    await do_end_role_grant(database, actor_of(caller), role_grant_id, clock)
