"""Organisations as API clients that speak plain HTTP: what they were answered stays bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2

from cdp_common.clients.tokens import ClientCredentials, TokenSource
from cdp_common.kernel.identifiers import new_id

Json = dict[str, Any]


@dataclass(frozen=True)
class Party:
    """An organisation's API client: what it proves itself with; without an id it is anybody."""

    issuer: str
    client_id: str = ""
    organisation_id: str = ""
    secret: str | None = field(default=None, repr=False)
    key: Mapping[str, Any] | None = field(default=None, repr=False)

    def over(self, http: httpx2.AsyncClient) -> Voice:
        """The party speaking over these connections."""
        if not self.client_id:
            return Voice(self, http, None)
        tokens = ClientCredentials(self.issuer, self.client_id, http=http, key=self.key, secret=self.secret)
        return Voice(self, http, tokens)


@dataclass(frozen=True)
class Voice:
    """A party on its connections."""

    party: Party
    http: httpx2.AsyncClient
    tokens: TokenSource | None

    async def send(
        self,
        method: str,
        url: str,
        body: Any = None,
        *,
        key: str | None = None,
        if_match: str | None = None,
        timeout_s: float = 30,
    ) -> httpx2.Response:
        """The answer to a call, whatever it is; a POST carries an idempotency key, new unless given."""
        headers = {"Accept": "application/json"}
        if self.tokens is not None:
            headers["Authorization"] = f"Bearer {await self.tokens.token()}"
        if method == "POST":
            headers["Idempotency-Key"] = key or str(new_id())
        if if_match is not None:
            headers["If-Match"] = if_match
        content = None
        if body is not None:
            content = body if isinstance(body, bytes) else as_json(body)
            headers["Content-Type"] = "application/json"
        return await self.http.request(method, url, content=content, headers=headers, timeout=timeout_s)

    async def done(self, method: str, url: str, body: Any = None, *, if_match: str | None = None) -> Json:
        """The JSON of a call that must succeed."""
        response = await self.send(method, url, body, if_match=if_match)
        assert response.status_code in (200, 201), f"{method} {url}: {response.status_code} {response.text}"
        answer: Json = response.json()
        return answer

    async def changed(self, method: str, read: str, change: str, body: Any = None) -> Json:
        """The JSON of a change that must succeed, to the version that reading gives now."""
        etag = (await self.send("GET", read)).headers["etag"]
        return await self.done(method, change, body, if_match=etag)

    async def newcomer(self, partners_url: str, name: str) -> Party:
        """An organisation that registers now, with its first client."""
        organisation = {"legal_name": name, "kind": "private", "data_status": "synthetic_sample"}
        draft = {"organisation": organisation, "client_name": "Soak"}
        answer = await self.done("POST", f"{partners_url}/v1/registrations", draft)
        return replace(
            self.party,
            client_id=answer["client"]["client_id"],
            secret=answer["client"]["client_secret"],
            key=None,
            organisation_id=answer["organisation"]["id"],
        )


def as_json(body: Any) -> bytes:
    """A body as it is sent: the same bytes whenever it is sent again."""
    return json.dumps(body, default=str).encode()
