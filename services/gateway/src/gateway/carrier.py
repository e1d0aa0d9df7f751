"""How calls travel to the services: over one pool of aiohttp connections, each bounded in time and size.

The client of httpx2 that the other processes use takes five times the work for a call; of a query's time here
most would be spent in it (docs/decisions/0010-lean-gateway.md).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from opentelemetry import propagate, trace
from yarl import URL

from cdp_common.clients.upstream import (
    CONNECT_TIMEOUT_S,
    MAX_ANSWER_BYTES,
    MAX_CONNECTIONS,
    READ_TIMEOUT_S,
    TOTAL_TIMEOUT_S,
    Reply,
    UpstreamMalformed,
    UpstreamUnavailable,
    trust_store,
)

_TIMEOUT = ClientTimeout(
    total=TOTAL_TIMEOUT_S, sock_connect=CONNECT_TIMEOUT_S, sock_read=READ_TIMEOUT_S, connect=READ_TIMEOUT_S
)
_tracer = trace.get_tracer(__name__)


class Aiohttp:
    """A `Carrier` with a pool of connections; open while the application runs."""

    def __init__(self) -> None:
        self._session: ClientSession | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Connections may be made inside; they are closed at the end."""
        connector = TCPConnector(limit=MAX_CONNECTIONS, ssl=trust_store())
        async with ClientSession(
            connector=connector,
            timeout=_TIMEOUT,
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,  # calls inside the deployment must not leave it through a proxy
        ) as session:
            self._session = session
            yield
        self._session = None

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Reply:
        """The answer, read to its end; raises `UpstreamUnavailable` when there is none in time."""
        request = trace.get_current_span()
        if not request.get_span_context().is_valid:
            return await self._exchanged(method, url, headers, content)
        carried = dict(headers)
        if not request.is_recording():
            propagate.inject(carried)  # the trace's id travels on, for logs
            return await self._exchanged(method, url, carried, content)
        target = URL(url, encoded=True)
        with _tracer.start_as_current_span(
            method,
            kind=trace.SpanKind.CLIENT,
            attributes={
                "http.request.method": method,
                "server.address": target.host or "",
                "server.port": target.port or 0,
                "url.path": target.path,
            },
        ) as span:
            propagate.inject(carried)
            reply = await self._exchanged(method, url, carried, content)
            span.set_attribute("http.response.status_code", reply.status)
            return reply

    async def _exchanged(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Reply:
        assert self._session is not None, "calls are made while the application runs"
        target = URL(url, encoded=True)
        try:
            async with self._session.request(
                method,
                target,
                headers={"Accept-Encoding": "identity", **headers},
                data=content,
                allow_redirects=False,
            ) as response:
                return Reply(response.status, response.headers, await _bounded_body(response))
        except TimeoutError as fault:
            raise UpstreamUnavailable(f"{target.host} did not answer in time.") from fault
        except (ClientError, OSError) as fault:
            raise UpstreamUnavailable(f"{target.host} could not be reached.") from fault


async def _bounded_body(response: ClientResponse) -> bytes:
    if response.content_length is not None and response.content_length <= MAX_ANSWER_BYTES:
        return await response.read()  # it ends where it says
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise UpstreamMalformed(f"{response.url.host} answered with more than is read.")
    return bytes(body)
