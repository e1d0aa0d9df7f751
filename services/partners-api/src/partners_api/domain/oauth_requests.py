"""Reads what a client sends to the token endpoint: how it proves itself, and what it asks for."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus
from uuid import UUID

from partners_api.domain.oauth_errors import (
    InvalidClient,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    UnsupportedGrantType,
)

GRANT_CLIENT_CREDENTIALS = "client_credentials"
GRANT_TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a grant's name
TYPE_ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - a token type's name
TYPE_ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a token type's name
ASSERTION_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ORGANISATION_URN = "urn:cdp:organisation:"

MAX_PARAMETER_CHARS = 8192
MAX_USER_CHARS = 255
_SCOPE = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]+( [\x21\x23-\x5B\x5D-\x7E]+)*")


@dataclass(frozen=True)
class SecretProof:
    """A client states its secret."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class AssertionProof:
    """A client signs a statement about itself (RFC 7523)."""

    assertion: str = field(repr=False)
    client_id: str | None


Proof = SecretProof | AssertionProof


@dataclass(frozen=True)
class OwnTokenWanted:
    """A token for the client's own organisation is asked for; no scopes named means all it has."""

    scopes: frozenset[str] | None
    asserted_user: str | None = field(default=None, repr=False)
    """What a trusted portal calls the user who sits at it."""


@dataclass(frozen=True)
class DelegateTokenWanted:
    """A token to act for another organisation is asked for in exchange for an own one."""

    subject_token: str = field(repr=False)
    organisation_id: UUID
    scopes: frozenset[str] | None
    asserted_user: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class PersonTokenWanted:
    """A token for a person is asked for in exchange for the identity token of an external provider."""

    id_token: str = field(repr=False)
    nonce: str | None = field(repr=False)
    organisation_id: UUID | None
    """The organisation to act for; None means the client's own."""
    scopes: frozenset[str] | None


TokenWanted = OwnTokenWanted | DelegateTokenWanted | PersonTokenWanted


def read_proof(authorization: str | None, form: Mapping[str, str]) -> Proof:
    """How the client proves itself; exactly one way may be used."""
    ways = [authorization is not None, "client_secret" in form, "client_assertion" in form]
    if sum(ways) > 1:
        raise InvalidRequest("Use one way of client authentication, not several.")
    if authorization is not None:
        return _basic_proof(authorization, form)
    if "client_assertion" in form:
        if form.get("client_assertion_type") != ASSERTION_JWT_BEARER:
            raise InvalidRequest(f"client_assertion_type must be {ASSERTION_JWT_BEARER}.")
        return AssertionProof(form["client_assertion"], form.get("client_id"))
    if "client_secret" in form and "client_id" in form:
        return SecretProof(form["client_id"], form["client_secret"])
    raise InvalidClient("The client must prove itself: client_secret_basic, _post or private_key_jwt.")


def _basic_proof(authorization: str, form: Mapping[str, str]) -> SecretProof:
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("Only the Basic scheme is read from the Authorization header here.")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as fault:
        raise InvalidClient("The Basic credentials are not base64 of UTF-8 text.") from fault
    name, colon, secret = text.partition(":")
    if not colon:
        raise InvalidClient("The Basic credentials hold no colon.")
    # RFC 6749 section 2.3.1: both parts are form-encoded before they are joined.
    client_id = unquote_plus(name)
    if form.get("client_id", client_id) != client_id:
        raise InvalidRequest("client_id differs from the one in the Authorization header.")
    return SecretProof(client_id, unquote_plus(secret))


def read_token_request(form: Mapping[str, str]) -> TokenWanted:
    """What is asked of the token endpoint."""
    grant_type = form.get("grant_type")
    if grant_type is None:
        raise InvalidRequest("grant_type is missing.")
    if grant_type == GRANT_CLIENT_CREDENTIALS:
        return OwnTokenWanted(_read_scopes(form), _read_asserted_user(form))
    if grant_type == GRANT_TOKEN_EXCHANGE:
        return _read_exchange(form)
    raise UnsupportedGrantType(f"Offered are {GRANT_CLIENT_CREDENTIALS} and {GRANT_TOKEN_EXCHANGE}.")


def _read_exchange(form: Mapping[str, str]) -> DelegateTokenWanted | PersonTokenWanted:
    for name in ("subject_token", "subject_token_type"):
        if name not in form:
            raise InvalidRequest(f"{name} is missing.")
    if form.get("requested_token_type", TYPE_ACCESS_TOKEN) != TYPE_ACCESS_TOKEN:
        raise InvalidRequest(f"requested_token_type can only be {TYPE_ACCESS_TOKEN}.")
    if "actor_token" in form or "actor_token_type" in form:
        raise InvalidRequest("actor_token is not read: the client that authenticates is the actor.")
    if form["subject_token_type"] == TYPE_ID_TOKEN:
        return _read_identity(form)
    if form["subject_token_type"] != TYPE_ACCESS_TOKEN:
        raise InvalidRequest(f"subject_token_type must be {TYPE_ACCESS_TOKEN} or {TYPE_ID_TOKEN}.")
    if "resource" not in form:
        raise InvalidRequest("resource is missing.")
    resource, user = _read_resource(form["resource"]), _read_asserted_user(form)
    return DelegateTokenWanted(form["subject_token"], resource, _read_scopes(form), user)


def _read_identity(form: Mapping[str, str]) -> PersonTokenWanted:
    if "asserted_user" in form:
        raise InvalidRequest("asserted_user is for users who do not sign in; this one has.")
    resource = _read_resource(form["resource"]) if "resource" in form else None
    return PersonTokenWanted(form["subject_token"], form.get("nonce"), resource, _read_scopes(form))


def _read_asserted_user(form: Mapping[str, str]) -> str | None:
    user = form.get("asserted_user")
    if user is not None and (len(user) > MAX_USER_CHARS or not user.isprintable()):
        raise InvalidRequest(f"asserted_user has at most {MAX_USER_CHARS} printable characters.")
    return user


def _read_resource(resource: str) -> UUID:
    if resource.startswith(ORGANISATION_URN):
        try:
            return UUID(resource.removeprefix(ORGANISATION_URN))
        except ValueError as fault:
            raise InvalidTarget("The organisation's id in the resource is not a UUID.") from fault
    raise InvalidTarget(f"resource must be {ORGANISATION_URN}<uuid>.")


def _read_scopes(form: Mapping[str, str]) -> frozenset[str] | None:
    stated = form.get("scope")
    if stated is None:
        return None
    if _SCOPE.fullmatch(stated) is None:
        raise InvalidScope("scope is a list of scopes separated by single spaces.")
    return frozenset(stated.split(" "))
