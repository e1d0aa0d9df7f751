"""Callers for tests: signed tokens of any organisation, scopes and roles, and the verifier for them."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OKPKey

from cdp_common.contracts.partners import Revocation, RevocationPage
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.verifier import ALGORITHM, TOKEN_TYPE, TokenVerifier

ISSUER = "http://issuer.test"
AUDIENCE = "cdp-test"
KEY_ID = "test-key"
LIFETIME = timedelta(minutes=10)


class TokenMint:
    """An issuer of its own: signs tokens, revokes them, and makes verifiers that trust it."""

    def __init__(self, *, issuer: str = ISSUER, audience: str = AUDIENCE, clock: Clock = utc_now) -> None:
        self.issuer = issuer
        self.audience = audience
        self._clock = clock
        self._key = OKPKey.generate_key(ALGORITHM, parameters={"kid": KEY_ID, "use": "sig", "alg": ALGORITHM})
        self._revocations: list[Revocation] = []

    def token(
        self,
        *,
        org: UUID | None = None,
        scopes: Iterable[str] = (),
        roles: Mapping[UUID, Iterable[str]] | None = None,
        client_id: str = "test-client",
        act: UUID | None = None,
        person: UUID | None = None,
        lifetime: timedelta = LIFETIME,
        **claims: Any,
    ) -> str:
        """A signed access token; `claims` override any claim, None takes one away."""
        now = self._clock()
        organisation = org or new_id()
        stated: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.audience,
            "client_id": client_id,
            "org": str(organisation),
            "act": {"org": str(act or organisation)},
            "sub": client_id if person is None else str(person),
            "scope": " ".join(sorted(scopes)),
            "roles": {str(place): sorted(held) for place, held in (roles or {}).items()},
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "jti": str(new_id()),
            **claims,
        }
        return self.sign({name: value for name, value in stated.items() if value is not None})

    def headers(self, **token: Any) -> dict[str, str]:
        """The `Authorization` header of such a token."""
        return {"Authorization": f"Bearer {self.token(**token)}"}

    def sign(self, claims: Mapping[str, Any], **header: Any) -> str:
        """Any claims, signed with the mint's key; `header` overrides fields of the header."""
        fields = {"alg": ALGORITHM, "kid": KEY_ID, "typ": TOKEN_TYPE, **header}
        return jwt.encode(fields, dict(claims), self._key, algorithms=[fields["alg"]])

    def revoke_client(self, client_id: str, *, at: datetime | None = None) -> None:
        """Publish that the client's tokens up to `at` (now by default) are over."""
        self._revoke("client", client_id, at)

    def revoke_token(self, jti: str, *, at: datetime | None = None) -> None:
        """Publish that one token is over."""
        self._revoke("token", jti, at)

    def _revoke(self, kind: Any, value: str, at: datetime | None) -> None:
        revoked_at = at or self._clock()
        position = len(self._revocations) + 1
        self._revocations.append(
            Revocation(
                position=position,
                kind=kind,
                value=value,
                revoked_at=revoked_at,
                expires_at=revoked_at + timedelta(minutes=15),
            )
        )

    async def fetch_jwks(self) -> Mapping[str, Any]:
        """The mint's public key, as the issuer would publish it."""
        return {"keys": [self._key.as_dict(private=False)]}

    async def fetch_revocations(self, after: int) -> RevocationPage:
        """The revocations after a position, as the issuer would publish them."""
        items = self._revocations[after:]
        return RevocationPage(items=items, next_after=after + len(items))

    def verifier(self, clock: Clock | None = None, *, poll_interval_s: float = 0.05) -> TokenVerifier:
        """A verifier that trusts this mint; it polls often, so that revocation shows at once in tests."""
        return TokenVerifier(
            self.issuer,
            self.audience,
            self.fetch_jwks,
            self.fetch_revocations,
            clock or self._clock,
            poll_interval_s=poll_interval_s,
        )


_standing: dict[str, FastAPI] = {}
_lent: set[str] = set()


@asynccontextmanager
async def standing_client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the application, whose requests the first one of its title in this session answers.

    FastAPI prepares a route when it is first asked for, and that costs more than most tests' requests. So
    the routes stay, and what differs from test to test, the state, is this application's for as long as the
    block runs. Where the standing one is lent already, the application answers for itself.
    """
    server = _standing.setdefault(app.title, app)
    if app.title in _lent:
        async with http_client(app) as client:
            yield client
        return
    _lent.add(app.title)
    own_state, server.state = server.state, app.state
    try:
        async with app.router.lifespan_context(app), _client_of(server, None) as client:
            yield client
    finally:
        server.state = own_state
        _lent.remove(app.title)


def _client_of(app: FastAPI, headers: Mapping[str, str] | None) -> httpx2.AsyncClient:
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://service.test", headers=headers)


@asynccontextmanager
async def http_client(
    app: FastAPI, *, headers: Mapping[str, str] | None = None
) -> AsyncIterator[httpx2.AsyncClient]:
    """A client that talks to the application in this process, with its lifespan running."""
    async with app.router.lifespan_context(app), _client_of(app, headers) as client:
        yield client
