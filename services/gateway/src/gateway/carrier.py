"""How calls travel to the services: over connections that are kept, each call bounded in time and size.

A query makes several calls, and of its time most would be spent in a client that does more than is needed
here (docs/decisions/0010-lean-gateway.md).
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
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
_METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
"""Answers to all of these end alike; those to `HEAD` and `CONNECT` do not."""
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
    is_secure = scheme == "https"
    try:
        parts = urlsplit(f"{scheme}://{stated}")
        host, port = parts.hostname or "", parts.port or (443 if is_secure else 80)
        host.encode("idna")  # as the name will be looked up
    except ValueError as fault:
        raise UpstreamUnavailable(f"{scheme}://{stated} is no address of a service.") from fault
    if scheme not in ("http", "https") or not host or "@" in stated:
        raise UpstreamUnavailable(f"{scheme}://{stated} is no address of a service.")
    return Origin(host, port, is_secure, stated)


@dataclass
class Pool:
    """The connections to one service: a slow one takes no place of another's."""

    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(MAX_CONNECTIONS))
    free: list[Connection] = field(default_factory=list)


@dataclass
class KeptConnections:
    """A `Carrier` with a pool of connections for each service; open while the application runs."""

    _pools: defaultdict[Origin, Pool] = field(default_factory=lambda: defaultdict(Pool))

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Connections are kept inside; they are closed at the end."""
        try:
            yield
        finally:
            for pool in self._pools.values():
                for connection in pool.free:
                    connection.close()
            self._pools.clear()

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
        pool = self._pools[origin]
        try:
            async with asyncio.timeout(READ_TIMEOUT_S), pool.places:
                kept = _taken(pool)
                if kept is not None:
                    try:
                        return await _asked(pool, kept, request)
                    except Broken:
                        # It had ended before it was asked; what may have had an effect is not sent again.
                        if kept.was_heard or method != "GET":
                            raise
                return await _asked(pool, await _connected(origin), request)
        except TimeoutError as fault:
            raise UpstreamUnavailable(f"{origin.host} did not answer in time.") from fault
        except (Broken, OSError) as fault:
            raise UpstreamUnavailable(f"{origin.host} could not be reached.") from fault


async def _asked(pool: Pool, connection: Connection, request: bytes) -> Reply:
    """The answer; the connection is kept for the next request where it may have one."""
    reply = await connection.exchange(request)
    if connection.is_free:
        pool.free.append(connection)
    else:
        connection.close()
    return reply


def _taken(pool: Pool) -> Connection | None:
    """The connection that was used last, if it was a moment ago; those before it are older."""
    while pool.free:
        connection = pool.free.pop()
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
    if method not in _METHODS:
        raise ValueError("A call of no method that is known here.")
    stated = {"Host": origin.stated, "Accept-Encoding": "identity", **headers}
    if content is not None or method in _WITH_BODY:
        stated["Content-Length"] = str(len(content or b""))
    if " " in target or _CONTROL.search("".join((target, *stated, *stated.values()))):
        raise ValueError("A request's head holds a character that ends a line or a part of it.")
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in stated.items())]
    return "\r\n".join((*lines, "", "")).encode() + (content or b"")
