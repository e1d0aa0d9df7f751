"""An outside party of the platform: an organisation's API client that speaks plain HTTP."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import OKPKey

from cdp_common.kernel.clock import utc_now
from cdp_common.kernel.identifiers import new_id
from cdp_tools.errors import ToolError

TIMEOUT_S = 30
RENEW_AFTER_S = 240
_EXCHANGE = {
    "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
    "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
}


class StoryBroken(ToolError):
    """The platform answered otherwise than the story tells."""


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its JSON and its headers."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def etag(self) -> str:
        """The version of what was answered."""
        return self.headers["etag"]


@dataclass
class Party:
    """One API client of one organisation; `acting_for` gives it another organisation's view."""

    name: str
    issuer: str
    http: httpx2.Client
    client_id: str | None = None
    secret: str | None = field(default=None, repr=False)
    key: Mapping[str, Any] | None = field(default=None, repr=False)
    organisation_id: str | None = None
    principal: Party | None = None
    _token: str | None = field(default=None, repr=False)
    _renew_at: float = 0.0

    def get(self, url: str, *, expect: int = 200, **options: Any) -> Reply:
        """The answer to a GET, which must have the expected status."""
        return self.call("GET", url, expect=expect, **options)

    def post(
        self, url: str, body: Any, *, expect: int = 201, key: str | None = None, **options: Any
    ) -> Reply:
        """The answer to a POST with an idempotency key, new unless given."""
        headers = {"Idempotency-Key": key or str(new_id())}
        return self.call("POST", url, body=body, expect=expect, headers=headers, **options)

    def call(
        self,
        method: str,
        url: str,
        *,
        expect: int,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        if_match: str | None = None,
    ) -> Reply:
        """The answer to a call, which must have the expected status."""
        sent = {"Accept": "application/json", **(headers or {})}
        if (token := self.token()) is not None:
            sent["Authorization"] = f"Bearer {token}"
        if if_match is not None:
            sent["If-Match"] = if_match
        content = None
        if body is not None:
            content = json.dumps(body, default=str)
            sent["Content-Type"] = "application/json"
        response = self.http.request(method, url, content=content, headers=sent)
        answer = response.json() if response.content else None
        if response.status_code != expect:
            shown = json.dumps(answer)[:1500]
            raise StoryBroken(
                f"{self.name}: {method} {url} answered {response.status_code}, not {expect}: {shown}"
            )
        return Reply(response.status_code, answer, dict(response.headers))

    def acting_for(self, other: Party) -> Party:
        """This client, acting for another organisation under that one's delegation (RFC 8693)."""
        return Party(
            name=f"{self.name} for {other.name}",
            issuer=self.issuer,
            http=self.http,
            organisation_id=other.organisation_id,
            principal=self,
        )

    def token(self) -> str | None:
        """An access token, renewed in good time; None for an anonymous party."""
        if self.client_id is None and self.principal is None:
            return None
        if self._token is None or time.monotonic() >= self._renew_at:
            self._token = self._ask()
            self._renew_at = time.monotonic() + RENEW_AFTER_S
        return self._token

    def _ask(self) -> str:
        if self.principal is not None:
            resource = f"urn:cdp:organisation:{self.organisation_id}"
            form = {**_EXCHANGE, "subject_token": self.principal.token() or "", "resource": resource}
            return self.principal.ask_token(form)
        return self.ask_token({"grant_type": "client_credentials"})

    def ask_token(self, form: Mapping[str, str]) -> str:
        """The token that the issuer grants this client for the form."""
        fields = dict(form)
        authentication = None
        if self.key is not None:
            fields |= {
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": self._assertion(self.key),
            }
        else:
            authentication = (self.client_id or "", self.secret or "")
        url = f"{self.issuer}/oauth/token"
        response = (
            self.http.post(url, data=fields)
            if authentication is None
            else self.http.post(url, data=fields, auth=authentication)
        )
        if response.status_code != 200:
            raise StoryBroken(f"{self.name}: no token, {response.status_code}: {response.text[:500]}")
        token: str = response.json()["access_token"]
        return token

    def _assertion(self, key: Mapping[str, Any]) -> str:
        now = int(utc_now().timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
        }
        private = OKPKey.import_key(dict(key))
        header: dict[str, Any] = {"alg": "Ed25519"}
        if private.kid is not None:
            header["kid"] = private.kid
        return jwt.encode(header, claims, private, algorithms=["Ed25519"])
