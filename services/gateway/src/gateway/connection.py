"""One HTTP/1.1 connection to a service: one request at a time, its answer bounded in size.

Answers are read by `httptools`, the parser with which uvicorn reads requests. What is left of a client then
is little, for between our own services nothing else is needed: no redirects, cookies, proxies, compression.
"""

from __future__ import annotations

import asyncio
from typing import cast

import httptools
from starlette.datastructures import Headers

from cdp_common.clients.upstream import MAX_ANSWER_BYTES, Reply, UpstreamMalformed

_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})
_WITHOUT_BODY = frozenset({204, 304})


class Broken(Exception):
    """The connection ended before the answer did, or what came is no HTTP."""


class Connection(asyncio.Protocol):
    """A connection to a host, which can be used again as long as it `is_free`."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._ends_the_answer = False
        self._headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []
        self._size = 0
        self.was_heard = False
        """Whether anything of the last answer came."""
        self.free_since_s = 0.0
        """Since when, by the loop's clock, nothing is under way."""

    @property
    def is_free(self) -> bool:
        """Whether a request may be sent."""
        return self._waiting is None and self._transport is not None and not self._transport.is_closing()

    async def exchange(self, request: bytes) -> Reply:
        """The answer to a request; raises `Broken`, and `UpstreamMalformed` where it is too long."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        self.was_heard = False
        self._transport.write(request)
        try:
            return await self._waiting
        except BaseException:
            self.close()  # whatever still comes would be taken for the next answer
            raise
        finally:
            self._waiting = None
            self.free_since_s = loop.time()

    def close(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    # ------------------------------------------------------------ what the loop says
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where requests go."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Read what came; without a request there is nothing to come."""
        self.was_heard = True
        if self._waiting is None:
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as fault:
            self._fail(fault)

    def connection_lost(self, exc: Exception | None) -> None:
        """End an answer that says no length, and fail any other."""
        if exc is None and self._ends_the_answer:
            self._end()
        else:
            self._fail(exc)

    # ------------------------------------------------------------ what the parser says
    def on_message_begin(self) -> None:
        """Begin an answer."""
        self._headers, self._parts, self._size = [], [], 0
        self._ends_the_answer = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """See how the answer will end."""
        status = self._parser.get_status_code()
        has_body = status >= 200 and status not in _WITHOUT_BODY
        self._ends_the_answer = has_body and not any(name in _LENGTHS for name, _ in self._headers)

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body, up to the limit."""
        self._size += len(body)
        if self._size > MAX_ANSWER_BYTES:
            self._give_up(UpstreamMalformed(f"{self._host} answered with more than is read."))
        else:
            self._parts.append(body)

    def on_message_complete(self) -> None:
        """Give the answer; one that only announces another (1xx) is passed over."""
        if self._parser.get_status_code() >= 200:
            self._end()

    # ------------------------------------------------------------ how an answer ends
    def _end(self) -> None:
        if self._waiting is None or self._waiting.done():
            self.close()  # nobody asked for it
            return
        status = self._parser.get_status_code()
        self._waiting.set_result(Reply(status, Headers(raw=self._headers), b"".join(self._parts)))
        if not self._parser.should_keep_alive():
            self.close()

    def _fail(self, cause: Exception | None) -> None:
        fault = Broken()
        fault.__cause__ = cause
        self._give_up(fault)

    def _give_up(self, fault: Exception) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(fault)
        self.close()
