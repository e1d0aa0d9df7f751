"""The same bytes that the public asked a moment ago: answered again before anything is parsed.

Asked in the same way without a token, they passed every check then and came to an answer that is still kept;
to route, parse and check them again would take longer than all the rest. Whatever is not exactly that (a
token, other bytes, an answer that is over, no points left) goes the usual way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from fastapi import Request
from opentelemetry import trace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cdp_common.web.etags import is_held
from cdp_common.web.rate_limits import TooManyRequests
from gateway.caller_points import CallerPoints
from gateway.public_answers import Asked, PublicAnswers

PATH: Final = "/graphql"
ASKED: Final = "asked"
"""In the request's state: what tells it from all others, for whoever answers it to remember."""

_TELLING: Final = (b"accept", b"content-type")
_OF_CONTENT: Final = (b"content-type", b"content-length")


class AtOnce:
    """Answers what was just asked and answered; everything else goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or run the application."""
        told = _headers_of(scope)
        if told is None:
            await self._app(scope, receive, send)
            return
        body = b""
        if scope["method"] == "POST":
            body, receive = await _read(receive)
        key = _key_of(scope, told, body)
        known = _answers(scope).recognised(key)
        if known is None or not _has_points(scope):
            scope["state"][ASKED] = key
            await self._app(scope, receive, send)
            return
        await _send(scope, send, *known)


def remember(request: Request, key: bytes, etag: str, headers: list[tuple[bytes, bytes]]) -> None:
    """Remember which answer a request came to, and its headers, so that the same bytes get it at once."""
    asked = request.scope["state"].get(ASKED)
    if asked is not None:
        answers: PublicAnswers = request.app.state.public_answers
        scope = {name: request.scope[name] for name in ("route", "fastapi") if name in request.scope}
        answers.recognise(asked, Asked(key, etag, tuple(headers), scope))


def _headers_of(scope: Scope) -> Mapping[bytes, bytes] | None:
    """The headers of a request that may be answered at once; None where it may not."""
    if scope["type"] != "http" or scope["path"] != PATH or scope["method"] not in ("GET", "POST"):
        return None
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    told = dict(headers)
    # Of a body without a stated length the limit is held while it is read.
    is_whole = b"content-length" in told if scope["method"] == "POST" else b"content-length" not in told
    if b"authorization" in told or not is_whole or b"transfer-encoding" in told:
        return None
    if any(sum(name == each for each, _ in headers) > 1 for name in _TELLING):
        return None
    return told


def _key_of(scope: Scope, told: Mapping[bytes, bytes], body: bytes) -> bytes:
    """What makes two requests the same; no header and no query holds a line's end."""
    telling = (told.get(name, b"-") for name in _TELLING)
    return hashlib.sha256(
        b"\n".join((scope["method"].encode(), scope["query_string"], *telling, body))
    ).digest()


def _answers(scope: Scope) -> PublicAnswers:
    answers: PublicAnswers = scope["app"].state.public_answers
    return answers


def _has_points(scope: Scope) -> bool:
    """Take the point of the request; where there is none, the usual way refuses it."""
    points: CallerPoints = scope["app"].state.caller_points
    try:
        points.take(Request(scope), None, scope["app"].state.clock())
    except TooManyRequests:
        return False
    return True


async def _send(scope: Scope, send: Send, asked: Asked, body: bytes) -> None:
    scope.update(asked.scope)  # for the request's line in the log
    span = trace.get_current_span()
    if span.is_recording():
        span.set_attribute("http.route", PATH)
    status, headers = 200, [*asked.headers]
    if scope["method"] == "GET" and is_held(Request(scope), asked.etag):
        status, body = 304, b""
        headers = [header for header in headers if header[0] not in _OF_CONTENT]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """The body, whose stated length is within the limit, and what gives the same messages once more."""
    messages: list[Message] = []
    while not messages or messages[-1].get("more_body", False):
        messages.append(await receive())
    waiting = iter(messages)

    async def received() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return b"".join(message.get("body", b"") for message in messages), received
