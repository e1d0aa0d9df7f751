"""Where a client's access tokens come from: client credentials, acting for an organisation, or forwarded."""

import asyncio
import secrets
from abc import ABC, abstractmethod
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx2
from joserfc import jwt
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from cdp_common.clients.upstream import Reply, UpstreamMalformed, exchange, raise_for_refusal
from cdp_common.contracts.partners import TokenAnswer
from cdp_common.kernel.clock import Clock, utc_now

TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path
JWKS_PATH = "/.well-known/jwks.json"
REVOCATIONS_PATH = "/v1/revocations"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
EXCHANGE_GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 - the name of a token type
ORGANISATION_RESOURCE = "urn:cdp:organisation:"

RENEW_BEFORE = timedelta(seconds=60)
ASSERTION_LIFETIME = timedelta(seconds=60)
MAX_ORGANISATIONS = 1000


class TokenSource(ABC):
    """Gives the access token for the next call."""

    @abstractmethod
    async def token(self) -> str:
        """A token that is good for at least this call."""

    def forget(self) -> bool:
        """Drop a token that was refused; whether asking again may give a better one."""
        return False


class _Forwarded(TokenSource):
    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        return self._token


def forwarded(token: str) -> TokenSource:
    """The token of the request being served, passed on as it is (the gateway alone does so)."""
    return _Forwarded(token)


class _Cached(TokenSource):
    """A token that is asked for once and kept until shortly before it expires."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._token: str | None = None
        self._renew_at: datetime | None = None
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """The kept token, or a new one when it is nearly over."""
        async with self._asking:
            now = self._clock()
            if self._token is None or self._renew_at is None or self._renew_at <= now:
                answer = await self._ask()
                lifetime = timedelta(seconds=answer.expires_in)
                self._token = answer.access_token
                self._renew_at = now + max(lifetime - RENEW_BEFORE, lifetime / 2)
            return self._token

    def forget(self) -> bool:
        """Drop the kept token, so that the next call asks for a new one."""
        had_one = self._token is not None
        self._token = None
        return had_one

    @abstractmethod
    async def _ask(self) -> TokenAnswer: ...


class ClientCredentials(_Cached):
    """Tokens of an OAuth client of its own, by `private_key_jwt` (`key`) or by secret."""

    def __init__(
        self,
        issuer_url: str,
        client_id: str,
        *,
        http: httpx2.AsyncClient,
        key: Mapping[str, Any] | None = None,
        secret: str | None = None,
        scopes: Iterable[str] = (),
        token_url: str | None = None,
        clock: Clock = utc_now,
    ) -> None:
        if (key is None) == (secret is None):
            raise ValueError("a client authenticates either by key or by secret")
        super().__init__(clock)
        self._issuer = issuer_url.rstrip("/")
        self._token_url = token_url or f"{self._issuer}{TOKEN_PATH}"
        self._client_id = client_id
        self._http = http
        self._key = OKPKey.import_key(dict(key)) if key is not None else None
        self._secret = secret
        self._scope = " ".join(sorted(scopes))
        self._acting: OrderedDict[UUID, _ActingFor] = OrderedDict()

    def acting_for(self, organisation_id: UUID) -> TokenSource:
        """Tokens with which this client acts for another organisation (RFC 8693); kept per organisation."""
        source = self._acting.pop(organisation_id, None) or _ActingFor(self, organisation_id, self._clock)
        self._acting[organisation_id] = source
        if len(self._acting) > MAX_ORGANISATIONS:
            self._acting.popitem(last=False)
        return source

    async def _ask(self) -> TokenAnswer:
        return await self.request_token({"grant_type": "client_credentials"})

    async def request_token(self, form: Mapping[str, str]) -> TokenAnswer:
        """Ask the token endpoint as this client; `form` holds the grant."""
        fields = {**form, **self._assertion()}
        if self._scope:
            fields["scope"] = self._scope
        headers = {"Accept": "application/json", **self._basic()}
        request = self._http.build_request("POST", self._token_url, data=fields, headers=headers)
        reply = await exchange(self._http, request)
        raise_for_refusal(reply, request.url.host)
        return _answer(reply)

    def _assertion(self) -> dict[str, str]:
        if self._key is None:
            return {}
        now = self._clock()
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": self._issuer,
            "iat": int(now.timestamp()),
            "exp": int((now + ASSERTION_LIFETIME).timestamp()),
            "jti": secrets.token_urlsafe(16),
        }
        header: dict[str, Any] = {"alg": "Ed25519"}
        if self._key.kid is not None:
            header["kid"] = self._key.kid
        assertion = jwt.encode(header, claims, self._key, algorithms=["Ed25519"])
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}

    def _basic(self) -> dict[str, str]:
        if self._secret is None:
            return {}
        pair = f"{quote(self._client_id, safe='')}:{quote(self._secret, safe='')}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


class _ActingFor(_Cached):
    """Exchanges the client's own token for one that names another organisation."""

    def __init__(self, client: ClientCredentials, organisation_id: UUID, clock: Clock) -> None:
        super().__init__(clock)
        self._client = client
        self._organisation_id = organisation_id

    def forget(self) -> bool:
        """Drop this token and the client's own, of which it was made."""
        self._client.forget()
        return super().forget()

    async def _ask(self) -> TokenAnswer:
        return await self._client.request_token(
            {
                "grant_type": EXCHANGE_GRANT,
                "subject_token": await self._client.token(),
                "subject_token_type": ACCESS_TOKEN_TYPE,
                "resource": f"{ORGANISATION_RESOURCE}{self._organisation_id}",
            }
        )


def _answer(reply: Reply) -> TokenAnswer:
    try:
        return TokenAnswer.model_validate_json(reply.body, extra="ignore")
    except ValidationError as fault:
        raise UpstreamMalformed("The token endpoint gave an unreadable answer.") from fault
