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

MAX_HEAD_BYTES = 64 * 1024
"""How much longer than its body what comes beside it may be: head, sizes of parts, what follows them."""


class Broken(Exception):
    """The connection ended before the answer did, or what came is no HTTP."""


class Connection(asyncio.Protocol):
    """A connection to a host, which can be used again as long as it `is_free`."""

    def __init__(self, host: str) -> None:
        self._host = host
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._is_head_read = False
        self._parts: list[bytes] = []
        self._size = 0
        self._other_bytes = 0
        self.was_heard = False
        """Whether anything of the last answer came."""
        self.free_since_s = 0.0
        """Since when, by the loop's clock, nothing is under way."""

    @property
    def is_free(self) -> bool:
        """Whether a request may be sent: one that was answered early may still be on its way."""
        return (
            self._waiting is None
            and self._transport is not None
            and not self._transport.is_closing()
            and self._transport.get_write_buffer_size() == 0
        )

    async def exchange(self, request: bytes) -> Reply:
        """The answer to a request; raises `Broken`, and `UpstreamMalformed` where it is too long."""
        assert self._transport is not None
        loop = asyncio.get_running_loop()
        self._waiting = loop.create_future()
        self.was_heard = False
        self._other_bytes = 0
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
        if self._waiting is None or self._waiting.done():
            self.close()
            return
        self._other_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as fault:
            self._fail(fault)
        if self._other_bytes > MAX_HEAD_BYTES + self._size:
            self._give_up(self._too_long())

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what was asked; without a length nothing tells an answer's end from its breaking off."""
        self._fail(exc)

    # ------------------------------------------------------------ what the parser says
    def on_message_begin(self) -> None:
        """Begin an answer, unless the one that was asked for has just ended."""
        if self._waiting is None or self._waiting.done():
            self.close()
        self._headers, self._parts, self._size = [], [], 0
        self._is_head_read = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; what follows a body is none (RFC 9110, 6.5.1)."""
        if not self._is_head_read:
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Tell headers from what follows the body."""
        self._is_head_read = True

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body, up to the limit."""
        self._size += len(body)
        self._other_bytes -= len(body)
        if self._size > MAX_ANSWER_BYTES:
            self._give_up(self._too_long())
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
        self._parts = []  # a connection that is kept does not hold what it gave
        if not self._parser.should_keep_alive():
            self.close()

    def _too_long(self) -> UpstreamMalformed:
        return UpstreamMalformed(f"{self._host} answered with more than is read.")

    def _fail(self, cause: Exception | None) -> None:
        fault = Broken()
        fault.__cause__ = cause
        self._give_up(fault)

    def _give_up(self, fault: Exception) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(fault)
        self.close()
