"""The caller of a request, as a verified token describes it, and the refusals that concern it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from cdp_common.kernel.errors import Forbidden, Unauthenticated, Unavailable

INTERNAL_EVENTS_SCOPE = "events:internal"


class TokenMissing(Unauthenticated):
    """The operation needs a token and the request carries none."""

    code = "token_missing"
    title = "An access token is needed"
    challenge = 'Bearer realm="cdp"'


class TokenInvalid(Unauthenticated):
    """The token is not one of this issuer's for this audience, or its signature does not hold."""

    code = "token_invalid"
    title = "The access token is not valid"
    challenge = 'Bearer realm="cdp", error="invalid_token"'


class TokenExpired(TokenInvalid):
    """The token was good and is over."""

    code = "token_expired"
    title = "The access token has expired"


class TokenRevoked(TokenInvalid):
    """The token, or its client, was revoked."""

    code = "token_revoked"
    title = "The access token has been revoked"


class KeysUnavailable(Unavailable):
    """The issuer's keys or revocations have not been read yet, so no token can be judged."""

    code = "keys_unavailable"
    title = "Tokens cannot be verified at the moment"
    retry_after_s = 2


class ScopeMissing(Forbidden):
    """The token lacks a scope that the operation needs."""

    code = "scope_missing"
    title = "The access token lacks a scope"

    def __init__(self, scope: str) -> None:
        super().__init__(f"This needs the scope {scope}.")
        self.scope = scope
        self.challenge = f'Bearer realm="cdp", error="insufficient_scope", scope="{scope}"'


class RoleMissing(Forbidden):
    """The caller holds none of the roles in the place that the operation needs."""

    code = "role_missing"
    title = "The caller lacks a role in this place"


@dataclass(frozen=True)
class Caller:
    """Who a verified token speaks for, and what it may do."""

    client_id: str
    org: UUID
    """The organisation acted for."""
    act: UUID
    """The client's own organisation."""
    sub: UUID | None
    """The person at the client, if one signed in or a trusted portal asserts one."""
    scopes: frozenset[str]
    roles: Mapping[UUID, frozenset[str]]
    """Roles by place."""
    jti: str
    token: str = field(repr=False)
    expires_at: datetime
    is_person_asserted: bool = False
    """Whether a portal alone says who the person is; rules that compare people count such a one too."""

    @property
    def is_internal(self) -> bool:
        """Whether this is one of the platform's own services."""
        return INTERNAL_EVENTS_SCOPE in self.scopes

    @property
    def is_delegate(self) -> bool:
        """Whether the client acts for an organisation other than its own."""
        return self.org != self.act

    def has_scope(self, scope: str) -> bool:
        """Whether the token carries the scope."""
        return scope in self.scopes

    def has_role(self, place_id: UUID, *roles: str) -> bool:
        """Whether the caller holds at least one of the roles in the place."""
        return not self.roles.get(place_id, frozenset()).isdisjoint(roles)

    def requires_role(self, place_id: UUID, *roles: str) -> None:
        """Refuse unless the caller holds at least one of the roles in the place."""
        if not self.has_role(place_id, *roles):
            raise RoleMissing(f"This needs one of the roles {', '.join(sorted(roles))} in the place.")

    def requires_scope(self, scope: str) -> None:
        """Refuse unless the token carries the scope; for rules that depend on the object."""
        if scope not in self.scopes:
            raise ScopeMissing(scope)


def scopes_of(caller: Caller | None) -> frozenset[str]:
    """The scopes of whoever asks; none of somebody without a token."""
    return frozenset() if caller is None else caller.scopes
