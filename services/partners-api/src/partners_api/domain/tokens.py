"""What an access token says, and what a client's signed assertion must say."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from partners_api.domain.clients import ApiClient
from partners_api.domain.delegations import Delegation
from partners_api.domain.oauth_errors import InvalidClient, InvalidScope

TOKEN_TYPE = "at+jwt"  # noqa: S105 - the name of a token type (RFC 9068)
ALGORITHM = "Ed25519"
MAX_TOKEN_LIFETIME = timedelta(minutes=15)
MAX_ASSERTION_LIFETIME = timedelta(minutes=5)
CLOCK_SKEW = timedelta(seconds=30)
"""How far ahead of ours a client's clock may be when it says when it signed."""
MAX_JTI_CHARS = 255


@dataclass(frozen=True)
class TokenGrant:
    """What a token is given for: who acts for whom, with which scopes and roles."""

    client_id: str
    organisation_id: UUID
    own_organisation_id: UUID
    scopes: tuple[str, ...]
    roles: Mapping[UUID, tuple[str, ...]]
    delegation_id: UUID | None
    person_id: UUID | None = None
    """The person at the client, if one signed in or the client asserts one."""
    person_asserted: bool = False
    """Whether the client alone says so: such a person adds no right and takes none away."""


def own_grant(
    client: ApiClient, wanted: frozenset[str] | None, roles: Iterable[tuple[UUID, str]]
) -> TokenGrant:
    """The grant with which a client acts for its own organisation; roles are (place, role) pairs."""
    by_place: dict[UUID, tuple[str, ...]] = {}
    for place_id, role in sorted(roles):
        by_place[place_id] = (*by_place.get(place_id, ()), role)
    own = client.organisation_id
    return TokenGrant(client.client_id, own, own, granted_scopes(wanted, client.scopes), by_place, None)


def delegate_grant(client: ApiClient, wanted: frozenset[str] | None, delegation: Delegation) -> TokenGrant:
    """The grant with which a client acts for another: what it has, wants and was lent, no roles."""
    scopes = tuple(scope for scope in granted_scopes(wanted, client.scopes) if scope in delegation.scopes)
    if not scopes:
        raise InvalidScope("The delegation lends none of these scopes.")
    return TokenGrant(
        client_id=client.client_id,
        organisation_id=delegation.organisation_id,
        own_organisation_id=client.organisation_id,
        scopes=scopes,
        roles={},
        delegation_id=delegation.id,
    )


def granted_scopes(wanted: frozenset[str] | None, held: Collection[str]) -> tuple[str, ...]:
    """All scopes held when none are named, else the named ones; naming one that is not held is refused."""
    if wanted is None:
        return tuple(sorted(held))
    missing = sorted(wanted.difference(held))
    if missing:
        raise InvalidScope("The client does not have a scope that it asks for.")
    return tuple(sorted(wanted))


def claims_of(
    grant: TokenGrant, *, issuer: str, audience: str, jti: UUID, issued_at: datetime, lifetime: timedelta
) -> dict[str, Any]:
    """The claims of an access token, the same for every service."""
    if not timedelta(0) < lifetime <= MAX_TOKEN_LIFETIME:
        raise ValueError("a token lives 15 minutes at most")
    issued_at_s = math.floor(issued_at.timestamp())
    person = grant.person_id
    asserted = {"person_asserted": True} if grant.person_asserted else {}
    return {
        "iss": issuer,
        "aud": audience,
        "client_id": grant.client_id,
        "org": str(grant.organisation_id),
        "act": {"org": str(grant.own_organisation_id)},
        "sub": grant.client_id if person is None else str(person),
        **asserted,
        "scope": " ".join(grant.scopes),
        "roles": {str(place): list(roles) for place, roles in grant.roles.items()},
        "iat": issued_at_s,
        "exp": issued_at_s + int(lifetime.total_seconds()),
        "jti": str(jti),
    }


@dataclass(frozen=True)
class Assertion:
    """A checked assertion; its `jti` may be used once while it is valid."""

    jti: str
    expires_at: datetime


def check_assertion(
    claims: Mapping[str, Any], *, client_id: str, audiences: Collection[str], now: datetime
) -> Assertion:
    """The assertion's id and end; refuses one that is not about this client, for us, now and short-lived."""
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise InvalidClient("iss and sub of the assertion must both be the client_id.")
    # One audience alone: an assertion that others accept as well could be replayed by them here.
    aud = claims.get("aud")
    if (aud[0] if isinstance(aud, list) and len(aud) == 1 else aud) not in [*audiences]:
        raise InvalidClient("aud of the assertion must be the issuer or the token endpoint.")
    expires_at = _moment(claims, "exp")
    if expires_at is None or expires_at <= now:
        raise InvalidClient("The assertion has no exp or is over.")
    if expires_at - now > MAX_ASSERTION_LIFETIME:
        raise InvalidClient("exp of the assertion lies more than five minutes ahead.")
    for name in ("iat", "nbf"):
        begins_at = _moment(claims, name)
        if begins_at is not None and begins_at - now > CLOCK_SKEW:
            raise InvalidClient(f"{name} of the assertion lies in the future.")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= MAX_JTI_CHARS or not jti.isprintable():
        raise InvalidClient("The assertion needs a jti of 1 to 255 printable characters.")
    return Assertion(jti, expires_at)


def _moment(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidClient(f"{name} of the assertion is not a number.")
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as fault:
        raise InvalidClient(f"{name} of the assertion is not a moment.") from fault
