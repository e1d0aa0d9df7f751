"""The same bytes that the public asked a moment ago: answered again before anything is parsed.

Asked in the same way without a token, they passed every check then and came to an answer that is still kept;
to route, parse and check them again would take longer than all the rest. Whatever is not exactly that (a
token, other bytes, an answer that is over, no points left) goes the usual way. It stands in front of the
whole application, so that what surrounds every request (its id, its line in the log, its span) is done here.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from fastapi import FastAPI, Request
from opentelemetry import propagate, trace
from starlette.types import Message, Receive, Scope, Send

from cdp_common.clients.upstream import PREVIEW_HEADER
from cdp_common.web.etags import is_held
from cdp_common.web.middleware import REQUEST_ID_HEADER, LoggedAs, log_request, request_id_for
from cdp_common.web.sandbox import HEADER as SCENARIO_HEADER
from gateway.caller_points import CallerPoints
from gateway.public_answers import Asked, PublicAnswers
from gateway.settings import Settings

PATH: Final = "/graphql"
CAME_TO: Final = "came_to"
"""In the request's state: which kept answer it came to, by its key and its hash."""

# Of these the usual way judges; of a body without a stated length it holds the limit while it is read.
_FOR_THE_USUAL_WAY: Final = frozenset(
    {
        b"authorization",
        b"transfer-encoding",
        PREVIEW_HEADER.lower().encode(),
        SCENARIO_HEADER.lower().encode(),
    }
)
_OF_EACH_REQUEST: Final = frozenset({REQUEST_ID_HEADER.lower().encode(), b"ratelimit", b"ratelimit-policy"})
_OF_CONTENT: Final = frozenset({b"content-type", b"content-length"})

_tracer = trace.get_tracer(__name__)


class AtOnce:
    """The application as it is served: answers what was just asked and answered; everything else goes on."""

    def __init__(self, app: FastAPI) -> None:
        settings: Settings = app.state.settings
        self._app = app
        self._answers: PublicAnswers = app.state.public_answers
        self._points: CallerPoints = app.state.caller_points
        self._max_bytes = settings.max_body_bytes
        self._is_traced = settings.otlp_endpoint is not None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or run the application."""
        told = self._told_by(scope)
        if told is None:
            await self._app(scope, receive, send)
            return
        started_at = time.perf_counter()
        body = b""
        if scope["method"] == "POST":
            body, receive = await _read(receive)
        key = _key_of(scope, told, body)
        known = self._answers.recognised(key)
        limits = None if known is None else self._limits_of(scope)
        if known is None or limits is None:
            await self._app(scope, receive, _watched(self._answers, key, scope, send))
            return
        request_id = request_id_for(scope)
        with self._span(scope, told) as span, LoggedAs(request_id):
            status = await _send(scope, send, *known, {REQUEST_ID_HEADER: request_id, **limits})
            span.set_attribute("http.response.status_code", status)
            answered = {"state": {}, **scope, **known[0].scope}
            log_request(answered, status, time.perf_counter() - started_at)

    def _told_by(self, scope: Scope) -> Mapping[bytes, bytes] | None:
        """The headers of a request that may be answered at once; None where it may not."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] not in ("GET", "POST"):
            return None
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        told = dict(headers)
        # What is said twice may be understood in two ways.
        if len(told) != len(headers) or not _FOR_THE_USUAL_WAY.isdisjoint(told):
            return None
        length = told.get(b"content-length")
        if scope["method"] == "GET":
            return told if length is None else None
        return told if length is not None and length.isdigit() and int(length) <= self._max_bytes else None

    def _limits_of(self, scope: Scope) -> Mapping[str, str] | None:
        """Take the point of the request: what its answer says of that; None where there is none left."""
        return self._points.taken(Request(scope), None, self._app.state.clock())

    @contextmanager
    def _span(self, scope: Scope, told: Mapping[bytes, bytes]) -> Iterator[trace.Span]:
        """A span as the framework makes one: where spans go somewhere, or the request belongs to a trace."""
        if not self._is_traced and b"traceparent" not in told:
            yield trace.INVALID_SPAN
            return
        carried = {name.decode("latin-1"): value.decode("latin-1") for name, value in told.items()}
        with _tracer.start_as_current_span(
            f"{scope['method']} {PATH}",
            context=propagate.extract(carried),
            kind=trace.SpanKind.SERVER,
            attributes={
                "http.request.method": scope["method"],
                "http.route": PATH,
                "url.path": PATH,
                "url.scheme": scope["scheme"],
            },
        ) as span:
            yield span


def remember(request: Request, key: bytes, etag: str) -> None:
    """Say which kept answer a request came to, so that the same bytes get it at once."""
    request.scope["state"][CAME_TO] = key, etag


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


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """The body, whose stated length is within the limit, and what gives the same messages once more."""
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    waiting = iter(messages)

    async def received() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return b"".join(message.get("body", b"") for message in messages), received
