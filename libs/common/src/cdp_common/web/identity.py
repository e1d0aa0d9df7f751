"""Who is calling: the dependencies with which a route asks for its `Caller`."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2, SecurityScopes

from cdp_common.contracts.base import EventActor
from cdp_common.db.acting import act_as
from cdp_common.kernel.errors import CdpError
from cdp_common.web.caller import (
    Caller,
    KeysUnavailable,
    RoleMissing,
    ScopeMissing,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    TokenRevoked,
)
from cdp_common.web.verifier import FetchJwks, FetchRevocations, TokenVerifier

__all__ = [
    "ANY_SCOPE",
    "SCHEME_NAME",
    "Caller",
    "FetchJwks",
    "FetchRevocations",
    "KeysUnavailable",
    "MaybeCaller",
    "RoleMissing",
    "ScopeMissing",
    "Signed",
    "TokenExpired",
    "TokenInvalid",
    "TokenMissing",
    "TokenRevoked",
    "TokenVerifier",
    "bearer_token",
    "maybe_caller",
    "oauth2_scheme",
    "signed_bearer",
    "signed_caller",
]

SCHEME_NAME = "oauth2"
# In a route's `openapi_extra`: scopes of which one is enough, where the route itself decides by them.
ANY_SCOPE = "x-any-scope"
MAX_TOKEN_CHARS = 8192

# `create_service` fills in the token endpoint and the scopes when it writes the OpenAPI document.
oauth2_scheme = OAuth2(
    flows=OAuthFlows(clientCredentials=OAuthFlowClientCredentials(tokenUrl="/", scopes={})),
    scheme_name=SCHEME_NAME,
    auto_error=False,
)


def bearer_token(authorization: str | None) -> str | None:
    """The token of an `Authorization: Bearer` header; None when the header is absent."""
    if authorization is None:
        return None
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_CHARS:
        raise TokenInvalid("The Authorization header must read: Bearer, then one access token.")
    return token


async def maybe_caller(
    request: Request, authorization: Annotated[str | None, Depends(oauth2_scheme)]
) -> Caller | None:
    """The caller if the request carries a token, None if it carries none; a bad token is refused."""
    token = bearer_token(authorization)
    return None if token is None else await _caller_of(request, token)


async def signed_bearer(request: Request, scope: str) -> Caller:
    """The caller, who must carry the scope, for a route that asks for it outside of the framework."""
    token = bearer_token(request.headers.get("authorization"))
    if token is None:
        raise TokenMissing("This operation needs an access token: Authorization: Bearer <token>.")
    caller = await _caller_of(request, token)
    caller.requires_scope(scope)
    return caller


async def _caller_of(request: Request, token: str) -> Caller:
    """Whom the request's token speaks for, verified once in a request however often it is asked."""
    known: Caller | CdpError | None = getattr(request.state, "verified", None)
    if known is None:
        verifier: TokenVerifier = request.app.state.verifier
        try:
            known = await verifier.verify(token)
        except CdpError as refusal:
            known = refusal
        request.state.verified = known
    if isinstance(known, CdpError):
        raise known
    # The request's log line names the client, never the token.
    request.state.client_id = known.client_id
    act_as(
        EventActor(
            client_id=known.client_id,
            organisation_id=known.act,
            acted_for=known.org,
            person_id=known.sub,
            is_person_asserted=known.is_person_asserted,
        )
    )
    return known


async def signed_caller(
    needed: SecurityScopes, request: Request, authorization: Annotated[str | None, Depends(oauth2_scheme)]
) -> Caller:
    """The caller, who must carry every scope that the route states."""
    caller = await maybe_caller(request, authorization)
    if caller is None:
        raise TokenMissing("This operation needs an access token: Authorization: Bearer <token>.")
    for scope in needed.scopes:
        caller.requires_scope(scope)
    return caller


MaybeCaller = Annotated[Caller | None, Depends(maybe_caller)]
# A signed caller of any scope; a route that needs scopes writes `Security(signed_caller, scopes=[...])`.
Signed = Annotated[Caller, Security(signed_caller)]
