"""A running gateway over five canned services that note every call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx2
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from cdp_common.clients.upstream import Reply, exchange
from cdp_common.testing.callers import TokenMint
from gateway.at_once import AtOnce
from gateway.main import create_app
from gateway.settings import Settings

SERVICES = ("partners", "toms", "procurement", "charter", "reporting")


@dataclass(frozen=True)
class Call:
    """One call that reached a service."""

    service: str
    method: str
    path: str
    query: dict[str, str]
    body: Any
    authorization: str | None
    request_id: str | None
    forwarded_for: str | None = None
    preview_token: str | None = None
    organisations: tuple[str, ...] = ()
    """The organisations that the query names, each by its id."""


Answer = Callable[[Call], tuple[int, Any]]


class Refused:
    """A problem as a service writes it."""

    def __init__(self, status: int, code: str, detail: str = "No.", **more: Any) -> None:
        self.answer = (
            status,
            {
                "type": f"urn:cdp:problem:{code}",
                "title": "Refused",
                "status": status,
                "detail": detail,
                "instance": "/",
                "code": code,
                "request_id": "theirs",
                **more,
            },
        )

    def __call__(self, _: Call) -> tuple[int, Any]:
        return self.answer


class Written(str):
    """An answer that is JSON text already."""


class CannedService:
    """One service: answers by method and path."""

    def __init__(self, name: str, calls: list[Call]) -> None:
        self.name = name
        self.answers: dict[tuple[str, str], Answer] = {}
        self.otherwise: Answer = Refused(404, "unknown_path")
        self._calls = calls

    def on(self, method: str, path: str, answer: Any) -> None:
        """Answer so from now on: with a fixed body, or with what a function makes of the call."""
        self.answers[method, path] = answer if callable(answer) else lambda _: (200, answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body", False):
                break
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        query = parse_qs(scope["query_string"].decode())
        call = Call(
            service=self.name,
            method=scope["method"],
            path=scope["path"],
            query={name: values[0] for name, values in query.items()},
            body=json.loads(body) if body else None,
            authorization=headers.get("authorization"),
            request_id=headers.get("x-request-id"),
            forwarded_for=headers.get("x-forwarded-for"),
            preview_token=headers.get("preview-token"),
            organisations=tuple(query.get("organisation_id", ())),
        )
        self._calls.append(call)
        status, content = self.answers.get((call.method, call.path), self.otherwise)(call)
        kind = "application/json" if status < 400 else "application/problem+json"
        await send(
            {"type": "http.response.start", "status": status, "headers": [(b"content-type", kind.encode())]}
        )
        text = content if isinstance(content, Written) else json.dumps(content)
        await send({"type": "http.response.body", "body": text.encode()})


class Network(httpx2.AsyncBaseTransport):
    """Carries calls to the canned services; some may be down, some never answer."""

    def __init__(self, services: dict[str, CannedService]) -> None:
        self._transports = {
            f"{name}.test": httpx2.ASGITransport(app=service) for name, service in services.items()
        }
        self.down: set[str] = set()
        self.silent: set[str] = set()
        self.attempts: list[str] = []
        self.is_reached = asyncio.Event()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        host = request.url.host
        name = host.removesuffix(".test")
        self.attempts.append(name)
        self.is_reached.set()
        if name in self.down:
            raise httpx2.ConnectError("refused", request=request)
        if name in self.silent:
            await asyncio.sleep(3600)
        return await self._transports[host].handle_async_request(request)


class Carried:
    """Carries the gateway's calls over the network of canned services."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._http = http

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Reply:
        """The answer to one call."""
        request = self._http.build_request(method, url, headers=dict(headers), content=content)
        return await exchange(self._http, request)


@dataclass
class World:
    """The gateway over HTTP with what stands behind it."""

    http: httpx2.AsyncClient
    mint: TokenMint
    network: Network
    services: dict[str, CannedService]
    app: FastAPI
    calls: list[Call] = field(default_factory=list)

    def on(self, service: str, method: str, path: str, answer: Any) -> None:
        """Have a service answer so."""
        self.services[service].on(method, path, answer)

    async def post(
        self,
        query: str,
        variables: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        **more: Any,
    ) -> httpx2.Response:
        """The response to a query."""
        body = {"query": query, "variables": variables, **more}
        return await self.http.post("/graphql", json=body, headers=headers)

    async def ask(
        self, query: str, variables: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """The answer to a query, which may hold errors."""
        response = await self.post(query, variables, headers)
        answer: dict[str, Any] = response.json()
        return answer

    async def data(
        self, query: str, variables: dict[str, Any] | None = None, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = await self.ask(query, variables, headers)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def paths(self) -> list[str]:
        """Which calls were made, in order."""
        return [f"{call.service} {call.method} {call.path}" for call in self.calls]


@dataclass
class Ticks:
    """Seconds that pass when the test says so."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        """Let so many go by."""
        self.seconds += seconds


def settings_for(mint: TokenMint, **changed: Any) -> Settings:
    """Settings that name the canned services."""
    urls = {f"{name}_url": f"http://{name}.test" for name in SERVICES}
    stated = {"issuer": mint.issuer, "audience": mint.audience, "public_answer_s": 0, **urls}
    return Settings(**{**stated, **changed})


@asynccontextmanager
async def running(mint: TokenMint, ticks: Ticks | None = None, **changed: Any) -> AsyncIterator[World]:
    """A gateway with settings of its own."""
    calls: list[Call] = []
    services = {name: CannedService(name, calls) for name in SERVICES}
    network = Network(services)
    upstream = httpx2.AsyncClient(transport=network)
    app = create_app(
        settings_for(mint, **changed),
        http=upstream,
        carrier=Carried(upstream),
        verifier=mint.verifier(),
        now_s=ticks or Ticks(),
    )
    front = httpx2.ASGITransport(app=AtOnce(app), raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=front, base_url="http://service.test") as http,
    ):
        yield World(http, mint, network, services, app, calls)
