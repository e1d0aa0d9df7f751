"""How calls travel to the services: over connections that are kept, each call bounded in time and size.

A query makes several calls, and of its time most would be spent in a client that does more than is needed
here (docs/decisions/0010-lean-gateway.md).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from opentelemetry import propagate, trace

from cdp_common.clients.upstream import (
    CONNECT_TIMEOUT_S,
    MAX_CONNECTIONS,
    READ_TIMEOUT_S,
    Reply,
    UpstreamUnavailable,
    trust_store,
)
from gateway.connection import Broken, Connection

KEPT_S: Final = 15.0
"""After so long without a request a connection is not used again: its service may be about to end it."""
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

_tracer = trace.get_tracer(__name__)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a service listens."""

    host: str
    port: int
    is_secure: bool
    stated: str
    """As requests name it in `Host`."""


@lru_cache(maxsize=64)
def origin_of(scheme: str, stated: str) -> Origin:
    """The origin of an address, by its scheme and by what stands between `//` and the path."""
    parts = urlsplit(f"{scheme}://{stated}")
    if scheme not in ("http", "https") or not parts.hostname or "@" in stated:
        raise UpstreamUnavailable(f"{scheme}://{stated} is no address of a service.")
    is_secure = scheme == "https"
    return Origin(parts.hostname, parts.port or (443 if is_secure else 80), is_secure, stated)


@dataclass
class KeptConnections:
    """A `Carrier` with a pool of connections; open while the application runs."""

    _free: dict[Origin, list[Connection]] = field(default_factory=dict)
    _places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CONNECTIONS))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Connections are kept inside; they are closed at the end."""
        yield
        for kept in self._free.values():
            for connection in kept:
                connection.close()
        self._free.clear()

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> Reply:
        """The answer, read to its end; raises `UpstreamUnavailable` when there is none in time."""
        scheme, _, rest = url.partition("://")
        stated, _, target = rest.partition("/")
        origin, target = origin_of(scheme, stated), f"/{target}"
        span = trace.get_current_span()
        if not span.get_span_context().is_valid:
            return await self._answered(origin, method, target, headers, content)
        carried = dict(headers)
        if not span.is_recording():
            propagate.inject(carried)  # the trace's id travels on, for logs
            return await self._answered(origin, method, target, carried, content)
        with _tracer.start_as_current_span(
            method,
            kind=trace.SpanKind.CLIENT,
            attributes={
                "http.request.method": method,
                "server.address": origin.host,
                "server.port": origin.port,
                "url.path": target.partition("?")[0],
            },
        ) as span:
            propagate.inject(carried)
            reply = await self._answered(origin, method, target, carried, content)
            span.set_attribute("http.response.status_code", reply.status)
            return reply

    async def _answered(
        self, origin: Origin, method: str, target: str, headers: Mapping[str, str], content: bytes | None
    ) -> Reply:
        request = _written(origin, method, target, headers, content)
        try:
            async with asyncio.timeout(READ_TIMEOUT_S), self._places:
                kept = self._taken(origin)
                if kept is not None:
                    try:
                        return await self._asked(origin, kept, request)
                    except Broken:
                        # It had ended before it was asked; what may have had an effect is not sent again.
                        if kept.was_heard or method != "GET":
                            raise
                return await self._asked(origin, await _connected(origin), request)
        except TimeoutError as fault:
            raise UpstreamUnavailable(f"{origin.host} did not answer in time.") from fault
        except (Broken, OSError) as fault:
            raise UpstreamUnavailable(f"{origin.host} could not be reached.") from fault

    async def _asked(self, origin: Origin, connection: Connection, request: bytes) -> Reply:
        """The answer; the connection is kept for the next request where it may have one."""
        reply = await connection.exchange(request)
        if connection.is_free:
            self._free.setdefault(origin, []).append(connection)
        return reply

    def _taken(self, origin: Origin) -> Connection | None:
        """The connection that was used last, if it was a moment ago; those before it are older."""
        kept = self._free.get(origin)
        while kept:
            connection = kept.pop()
            if connection.is_free:
                if asyncio.get_running_loop().time() - connection.free_since_s < KEPT_S:
                    return connection
                connection.close()
        return None


async def _connected(origin: Origin) -> Connection:
    async with asyncio.timeout(CONNECT_TIMEOUT_S):
        _, connection = await asyncio.get_running_loop().create_connection(
            lambda: Connection(origin.host),
            origin.host,
            origin.port,
            ssl=trust_store() if origin.is_secure else None,
        )
    return connection


def _written(
    origin: Origin, method: str, target: str, headers: Mapping[str, str], content: bytes | None
) -> bytes:
    """The request as it is sent; raises `ValueError` where a part of it would begin another line."""
    stated = {"Host": origin.stated, "Accept-Encoding": "identity", **headers}
    if content is not None or method in _WITH_BODY:
        stated["Content-Length"] = str(len(content or b""))
    if " " in target or _CONTROL.search("".join((target, *stated, *stated.values()))):
        raise ValueError("A request's head holds a character that ends a line or a part of it.")
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in stated.items())]
    return "\r\n".join((*lines, "", "")).encode() + (content or b"")
