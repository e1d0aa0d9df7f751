"""HTTP connections that are bounded: how large a request's head may be, and how long anybody may take to ask.

uvicorn bounds neither, and leaves both to a proxy in front; a process that is asked directly would keep what
is sent to it for as long as it is sent. How large a body may be, the application says (`BodyLimit`).
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from cdp_common.kernel.identifiers import new_id
from cdp_common.web.problems import CONNECTION_PROBLEMS, problem_response

_log = structlog.get_logger(__name__)


class BoundedHttp(HttpToolsProtocol):
    """One connection; what is too large or too slow is told so as a problem, and the connection ends."""

    most_head_bytes: ClassVar[int] = 64 * 1024
    """Of target and headers together, before the head is complete. A head that comes whole in one piece,
    which is 256 KiB at most, is read: nothing is kept waiting for more of it."""
    most_head_s: ClassVar[float] = 20.0
    """From a request's first byte until its head is complete; before it a connection is idle."""
    most_silence_s: ClassVar[float] = 30.0
    """Between two pieces of a body, while the application is ready to read it."""
    most_body_s: ClassVar[float] = 3600.0
    """For a whole body, while the application is ready to read it."""
    looked_after_s: ClassVar[float] = 5.0
    lingers_s: ClassVar[float] = 2.0
    """For so long what still comes is thrown away after a refusal: were the connection ended with something
    of it unread, the refusal could be lost on its way (RFC 9112, section 9.6)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._in_body = False
        self._is_handed_on = self._is_refused = False
        self._head_bytes = 0
        self._heard_at = self._since = self.loop.time()
        """When the last piece came, and when the head or body began that is being read."""
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch how long it takes."""
        super().connection_made(transport)
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Watch no more."""
        self._look_no_more()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; what comes of a head is counted until it is complete."""
        if self._is_refused:
            return
        self._heard_at = self.loop.time()
        ends_a_body = self._in_body  # how much of this piece is the next head's is not told
        super().data_received(data)
        if self._is_handed_on or self._is_refused:
            return
        if not (self._in_head or self._in_body) and self.cycle.response_complete:
            self._begin_head()  # empty lines before a request begin none yet, and end the wait for one
        if self._in_head and not ends_a_body:
            self._head_bytes += len(data)
            if self._head_bytes > self.most_head_bytes:
                detail = f"A request's head has at most {self.most_head_bytes} bytes."
                self._refuse(431, "head_too_large", detail)

    def on_message_begin(self) -> None:
        """A head begins."""
        super().on_message_begin()
        self._begin_head()

    def on_headers_complete(self) -> None:
        """The head is over, and a body may follow."""
        self._in_head, self._in_body, self._since = False, True, self._heard_at
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The body is over."""
        self._in_body = False
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection on to a protocol that has bounds of its own."""
        self._is_handed_on = True
        self._look_no_more()
        super().handle_websocket_upgrade()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, as a problem like every refusal."""
        self._refuse(400, "malformed_http", "What was sent is not a request of HTTP/1.1.")

    def _begin_head(self) -> None:
        self._in_head, self._head_bytes, self._since = True, 0, self._heard_at

    def _look_later(self) -> None:
        self._watch = self.loop.call_later(self.looked_after_s, self._look)

    def _look_no_more(self) -> None:
        if self._watch is not None:
            self._watch.cancel()

    def _look(self) -> None:
        now = self.loop.time()
        unread = self.flow.read_paused or (self._in_body and self.cycle.waiting_for_100_continue)
        if unread:  # it is we who are not ready
            self._heard_at = self._since = now
        if self._in_head and self._head_bytes == 0:
            # Who has asked nothing is told nothing: it could be taken for the answer to what is asked next.
            if now - self._since > self.timeout_keep_alive:
                self.transport.close()
            else:
                self._look_later()
        elif self._in_head and now - self._since > self.most_head_s:
            self._refuse(
                408, "request_too_slow", f"A request's head is complete within {self.most_head_s:g} s."
            )
        elif self._in_body and now - self._heard_at > self.most_silence_s:
            self._refuse(408, "request_too_slow", f"A body goes on within {self.most_silence_s:g} s.")
        elif self._in_body and now - self._since > self.most_body_s:
            self._refuse(408, "request_too_slow", f"A body is complete within {self.most_body_s:g} s.")
        else:
            self._look_later()

    def _refuse(self, status: int, code: str, detail: str) -> None:
        """End the connection, and say why if that can be taken for the answer to what is being asked."""
        self._is_refused = True
        self._look_no_more()
        _log.info("connection_refused", status=status, code=code)
        if self._in_head:
            is_awaited = self.cycle is None or self.cycle.response_complete
        else:
            is_awaited = not self.cycle.response_started
        if not is_awaited or self.transport.is_closing():
            self.transport.close()
            return
        self.transport.write(_problem(status, code, detail))
        self.transport.write_eof()
        if self.cycle is not None:  # whoever reads the body learns that no more will come
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self._watch = self.loop.call_later(self.lingers_s, self.transport.close)


def _problem(status: int, code: str, detail: str) -> bytes:
    """A problem as it stands on the wire."""
    title, request_id = CONNECTION_PROBLEMS[code, status], str(new_id())
    said = {"Connection": "close", "Cache-Control": "no-store", "X-Request-Id": request_id}
    response = problem_response(
        "/", request_id, status=status, code=code, title=title, detail=detail, headers=said
    )
    headers = [name + b": " + value for name, value in response.raw_headers]
    line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()
    return b"\r\n".join((line, *headers, b"", bytes(response.body)))
