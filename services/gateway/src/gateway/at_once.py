"""The same bytes that the public asked a moment ago: answered again before anything is parsed.

Asked in the same way without a token, they passed every check then and came to an answer that is still kept;
to route, parse and check them again would take longer than all the rest. Whatever is not exactly that (a
token, other bytes, an answer that is over, no points left) goes the usual way. It stands in front of the
whole application, so that what surrounds every request (its id, its line in the log, its span) is done here.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from fastapi import FastAPI, Request
from opentelemetry import trace
from starlette.types import Message, Receive, Scope, Send

from cdp_common.clients.upstream import PREVIEW_HEADER
from cdp_common.web.etags import is_held
from cdp_common.web.middleware import REQUEST_ID_HEADER, LoggedAs, log_request, request_id_for
from gateway.caller_points import CallerPoints
from gateway.direct import Direct, read_whole, server_span, told_by
from gateway.endpoint import CAME_TO
from gateway.public_answers import Asked, PublicAnswers
from gateway.settings import Settings

_OF_OWN_RIGHTS: Final = frozenset({b"authorization", PREVIEW_HEADER.lower().encode()})
_OF_EACH_REQUEST: Final = frozenset({REQUEST_ID_HEADER.lower().encode(), b"ratelimit", b"ratelimit-policy"})
_OF_CONTENT: Final = frozenset({b"content-type", b"content-length"})


class AtOnce:
    """The application as it is served: answers what was just asked and answered; everything else goes on."""

    def __init__(self, app: FastAPI) -> None:
        settings: Settings = app.state.settings
        self._app, self._next = app, Direct(app)
        self._answers: PublicAnswers = app.state.public_answers
        self._points: CallerPoints = app.state.caller_points
        self._max_bytes = settings.max_body_bytes
        self._is_traced = settings.otlp_endpoint is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or run the application."""
        told = self._told_by(scope)
        if told is None:
            await self._next(scope, receive, send)
            return
        started_at = time.perf_counter()
        body = b""
        if scope["method"] == "POST":
            body, receive = await read_whole(receive)
        key = _key_of(scope, told, body)
        known = self._answers.recognised(key)
        limits = None if known is None else self._limits_of(scope)
        if known is None or limits is None:
            await self._next(scope, receive, _watched(self._answers, key, scope, send))
            return
        request_id = request_id_for(scope)
        with self._span(scope, told) as span, LoggedAs(request_id):
            status = await _send(scope, send, *known, {REQUEST_ID_HEADER: request_id, **limits})
            span.set_attribute("http.response.status_code", status)
            answered = {"state": {}, **scope, **known[0].scope}
            log_request(answered, status, time.perf_counter() - started_at)

    def _told_by(self, scope: Scope) -> Mapping[bytes, bytes] | None:
        """The headers of a request that may be answered at once; None where it may not."""
        told = told_by(scope, self._max_bytes)
        if told is None or scope["method"] not in ("GET", "POST") or not _OF_OWN_RIGHTS.isdisjoint(told):
            return None
        return told

    def _limits_of(self, scope: Scope) -> Mapping[str, str] | None:
        """Take the point of the request: what its answer says of that; None where there is none left."""
        return self._points.taken(Request(scope), None, self._app.state.clock())

    def _span(self, scope: Scope, told: Mapping[bytes, bytes]) -> AbstractContextManager[trace.Span]:
        """A span where spans go somewhere, or the request belongs to a trace: nothing else needs one."""
        if not self._is_traced and b"traceparent" not in told:
            return nullcontext(trace.INVALID_SPAN)
        return server_span(scope, told)


def _watched(answers: PublicAnswers, asked: bytes, scope: Scope, send: Send) -> Send:
    """Sends on, and remembers the headers of an answer that is kept, as they go out."""

    async def watching(message: Message) -> None:
        if message["type"] == "http.response.start" and CAME_TO in scope.get("state", {}):
            key, etag = scope["state"][CAME_TO]
            headers = tuple(one for one in message["headers"] if one[0] not in _OF_EACH_REQUEST)
            route = {name: scope[name] for name in ("route", "fastapi") if name in scope}
            answers.recognise(asked, Asked(key, etag, headers, route))
        await send(message)

    return watching


def _key_of(scope: Scope, told: Mapping[bytes, bytes], body: bytes) -> bytes:
    """What makes two requests the same; no header and no query holds a line's end."""
    asked_for = (told.get(b"accept", b"-"), told.get(b"content-type", b"-"))
    return hashlib.sha256(
        b"\n".join((scope["method"].encode(), scope["query_string"], *asked_for, body))
    ).digest()


async def _send(scope: Scope, send: Send, asked: Asked, body: bytes, own: Mapping[str, str]) -> int:
    """Send the answer with the headers that are the request's own, and give its status."""
    status = 200
    headers = [*asked.headers, *((name.lower().encode(), value.encode()) for name, value in own.items())]
    if scope["method"] == "GET" and is_held(Request(scope), asked.etag):
        status, body = 304, b""
        headers = [header for header in headers if header[0] not in _OF_CONTENT]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return status
