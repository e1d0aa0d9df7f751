"""The authorisation server: tokens, their revocation, its keys and what it offers."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from cdp_common.contracts.partners import (
    AuthorizationServer,
    JwkSet,
    OAuthError,
    RevocationPage,
    TokenAnswer,
)
from cdp_common.db.database import Database
from cdp_common.kernel.errors import Unauthenticated
from cdp_common.web.dependencies import Now, ServiceDatabase
from cdp_common.web.identity import Caller, TokenVerifier
from cdp_common.web.openapi import PROBLEM_RESPONSES
from cdp_common.web.rate_limits import limited
from partners_api.api.callers import TOKENS, Issuer
from partners_api.api.oauth_forms import REVOCATION_FORM, TOKEN_FORM
from partners_api.domain.oauth_errors import InvalidClient, InvalidRequest, OAuthRefused
from partners_api.domain.oauth_requests import (
    GRANT_CLIENT_CREDENTIALS,
    GRANT_TOKEN_EXCHANGE,
    MAX_PARAMETER_CHARS,
    DelegateTokenWanted,
    OwnTokenWanted,
    PersonTokenWanted,
    Proof,
    SecretProof,
    TokenWanted,
    read_proof,
    read_token_request,
)
from partners_api.domain.scopes import SCOPES
from partners_api.use_cases.issue_token import SubjectToken
from partners_api.use_cases.issue_token import issue_token as do_issue_token
from partners_api.use_cases.jose import ASSERTION_ALGORITHMS
from partners_api.use_cases.provider_keys import ProviderKeys
from partners_api.use_cases.read_revocations import read_revocations
from partners_api.use_cases.revoke_token import TokenToRevoke
from partners_api.use_cases.revoke_token import revoke_token as do_revoke_token
from partners_api.use_cases.sign_in_person import sign_in_person
from partners_api.use_cases.signing_keys import read_jwks
from partners_api.use_cases.token_desk import TokenDesk
from partners_api.use_cases.token_issuer import TokenIssuer

FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"
MAX_FIELDS = 40
MAX_POSITION = 2**63 - 1
_AUTHENTICATION_METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {
        "model": OAuthError,
        "description": "Refused (RFC 6749 section 5.2); what is wrong with the address alone is a problem.",
        "content": PROBLEM_RESPONSES["default"]["content"],
    },
    401: {"model": OAuthError, "description": "The client did not prove itself."},
}

router = APIRouter(tags=["authorisation server"])


@router.post(
    "/oauth/token",
    response_model=TokenAnswer,
    responses=_REFUSALS,
    openapi_extra=TOKEN_FORM,
    dependencies=[limited(TOKENS)],
)
async def issue_token(request: Request) -> Response:
    """An access token: of the client, or in exchange to act for another organisation, or for a person."""
    try:
        form = await _form(request)
        proof = read_proof(request.headers.get("authorization"), form)
        wanted = read_token_request(form)
        answer = await _issued(request, proof, wanted)
    except OAuthRefused as refusal:
        return _refused(refusal)
    return _unstored(Response(answer.model_dump_json(exclude_none=True), media_type="application/json"))


async def _issued(request: Request, proof: Proof, wanted: TokenWanted) -> TokenAnswer:
    state = request.app.state
    now: datetime = state.clock()
    if isinstance(wanted, OwnTokenWanted) and wanted.asserted_user is None and isinstance(proof, SecretProof):
        desk: TokenDesk = state.token_desk
        return await desk.issue(proof, wanted.scopes, now)
    database: Database = state.database
    issuer: TokenIssuer = state.issuer
    if isinstance(wanted, PersonTokenWanted):
        keys: ProviderKeys = state.provider_keys
        is_live = state.settings.mode == "live"
        return await sign_in_person(database, proof, wanted, issuer, keys, now, is_live=is_live)
    subject = None
    if isinstance(wanted, DelegateTokenWanted):
        subject = _subject(await _good_token(request, wanted.subject_token))
    return await do_issue_token(database, proof, wanted, subject, issuer, now)


@router.post(
    "/oauth/revoke",
    response_model=None,
    responses=_REFUSALS,
    openapi_extra=REVOCATION_FORM,
    dependencies=[limited(TOKENS)],
)
async def revoke_token(request: Request, database: ServiceDatabase, issuer: Issuer, now: Now) -> Response:
    """Takes back one of the client's own tokens (RFC 7009); one that is not good any more is no error."""
    try:
        form = await _form(request)
        proof = read_proof(request.headers.get("authorization"), form)
        if "token" not in form:
            raise InvalidRequest("token is missing.")
        caller = await _good_token(request, form["token"])
        token = TokenToRevoke(caller.client_id, caller.jti, caller.expires_at) if caller else None
        await do_revoke_token(database, proof, token, issuer, now)
    except OAuthRefused as refusal:
        return _refused(refusal)
    return _unstored(Response(status_code=200))


@router.get("/.well-known/jwks.json")
async def get_jwks(response: Response, database: ServiceDatabase, now: Now) -> JwkSet:
    """The public keys with which access tokens are signed; during a rotation there are two."""
    response.headers["Cache-Control"] = "public, max-age=2"
    return await read_jwks(database, now)


@router.get("/.well-known/oauth-authorization-server")
async def get_authorization_server(issuer: Issuer) -> AuthorizationServer:
    """What the authorisation server offers (RFC 8414)."""
    return AuthorizationServer(
        issuer=issuer.issuer,
        token_endpoint=issuer.token_endpoint,
        revocation_endpoint=issuer.revocation_endpoint,
        jwks_uri=issuer.jwks_uri,
        scopes_supported=list(SCOPES),
        response_types_supported=[],
        grant_types_supported=[GRANT_CLIENT_CREDENTIALS, GRANT_TOKEN_EXCHANGE],
        token_endpoint_auth_methods_supported=_AUTHENTICATION_METHODS,
        token_endpoint_auth_signing_alg_values_supported=list(ASSERTION_ALGORITHMS),
        revocation_endpoint_auth_methods_supported=_AUTHENTICATION_METHODS,
        revocation_endpoint_auth_signing_alg_values_supported=list(ASSERTION_ALGORITHMS),
        service_documentation=f"{issuer.issuer}/docs",
    )


@router.get("/v1/revocations")
async def list_revocations(
    database: ServiceDatabase,
    after: Annotated[int, Query(ge=0, le=MAX_POSITION, description="The last position you have.")] = 0,
) -> RevocationPage:
    """Revoked clients and tokens after a position, in order; each stays until what it concerns is over."""
    return await read_revocations(database, after)


async def _form(request: Request) -> dict[str, str]:
    """The parameters of the form; one without a value counts as absent (RFC 6749 section 3.2)."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != FORM_MEDIA_TYPE:
        raise InvalidRequest(f"The body must be {FORM_MEDIA_TYPE}.")
    try:
        text = (await request.body()).decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as fault:
        raise InvalidRequest("The body cannot be read as a form.") from fault
    form = {name: value for name, value in pairs if value}
    if len(form) != sum(1 for _, value in pairs if value):
        raise InvalidRequest("A parameter is given more than once.")
    if any(len(value) > MAX_PARAMETER_CHARS or "\x00" in value for value in form.values()):
        raise InvalidRequest("A parameter is too long or holds a NUL.")
    return form


async def _good_token(request: Request, token: str) -> Caller | None:
    """Whom the token speaks for, if it is good now."""
    verifier: TokenVerifier = request.app.state.verifier
    try:
        return await verifier.verify(token)
    except Unauthenticated:
        return None


def _subject(caller: Caller | None) -> SubjectToken | None:
    return SubjectToken(caller.client_id, caller.org, caller.act, caller.sub) if caller is not None else None


def _refused(refusal: OAuthRefused) -> Response:
    body = OAuthError(error=refusal.error, error_description=refusal.description)
    is_unproven = isinstance(refusal, InvalidClient)
    response = JSONResponse(body.model_dump(), status_code=401 if is_unproven else 400)
    if is_unproven:
        response.headers["WWW-Authenticate"] = 'Basic realm="cdp", charset="UTF-8"'
    return _unstored(response)


def _unstored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response
