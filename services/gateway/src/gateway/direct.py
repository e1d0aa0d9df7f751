"""Documents sent as usual, answered without the layers of the framework.

Its middlewares, its routing and the dependencies of a route take as long as the query itself where that is
small. A document in plain JSON of a stated length needs none of them: here it gets its id, its line in the
log, its span and the headers of every answer, and is answered by the same function. Whatever has another form
goes to the framework, which says what is wrong with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from fastapi import FastAPI, Request
from opentelemetry import propagate, trace
from starlette.types import Message, Receive, Scope, Send

from cdp_common.kernel.errors import CdpError
from cdp_common.kernel.json_text import members_once
from cdp_common.web.identity import maybe_caller
from cdp_common.web.middleware import RequestContext
from cdp_common.web.problems import on_refusal
from cdp_common.web.requests import is_plain_json
from cdp_common.web.sandbox import HEADER as SCENARIO_HEADER
from gateway.endpoint import BY_POST, PATH, GraphRequest, answer, router
from gateway.settings import Settings

# Of these the framework's layers judge; of a body without a stated length they hold the limit as it is read.
_FOR_THE_LAYERS: Final = frozenset({b"transfer-encoding", SCENARIO_HEADER.lower().encode()})
_OF_TRACES: Final = ("traceparent", "tracestate", "baggage")

_tracer = trace.get_tracer(__name__)


class Direct:
    """The application: documents sent as usual are answered at once, everything else is handed on."""

    def __init__(self, app: FastAPI) -> None:
        settings: Settings = app.state.settings
        self._app = app
        self._max_bytes = settings.max_body_bytes
        self._route = next(route for route in router.routes if "POST" in getattr(route, "methods", ()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or run the application."""
        told = told_by(scope, self._max_bytes)
        if told is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        body, receive = await read_whole(receive)
        given = _usual(Request(scope), body)
        if given is None:
            await self._app(scope, receive, send)
            return
        scope["app"], scope["route"] = self._app, self._route

        async def answered(scope: Scope, receive: Receive, send: Send) -> None:
            await self._answer(Request(scope), given, receive, send)

        with server_span(scope, told) as span:
            await RequestContext(answered)(scope, receive, _telling(span, send))

    async def _answer(self, request: Request, given: GraphRequest, receive: Receive, send: Send) -> None:
        try:
            caller = await maybe_caller(request, request.headers.get("authorization"))
            response = await answer(request, caller, given, BY_POST)
        except CdpError as refusal:
            response = await on_refusal(request, refusal)
        await response(request.scope, receive, send)


def told_by(scope: Scope, max_bytes: int) -> Mapping[bytes, bytes] | None:
    """The headers of a request to the graph that may be answered without the layers; None of others."""
    if scope["type"] != "http" or scope["path"] != PATH:
        return None
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    told = dict(headers)
    # What is said twice may be understood in two ways.
    if len(told) != len(headers) or not _FOR_THE_LAYERS.isdisjoint(told):
        return None
    length = told.get(b"content-length")
    if scope["method"] != "POST":
        return told if length is None else None
    return told if length is not None and length.isdigit() and int(length) <= max_bytes else None


async def read_whole(receive: Receive) -> tuple[bytes, Receive]:
    """The body, whose stated length is within the limit, and what gives the same messages once more."""
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    waiting = iter(messages)

    async def received() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return b"".join(message.get("body", b"") for message in messages), received


@contextmanager
def server_span(scope: Scope, told: Mapping[bytes, bytes]) -> Iterator[trace.Span]:
    """A span of the request as the framework makes one."""
    carried = {name: told[name.encode()].decode("latin-1") for name in _OF_TRACES if name.encode() in told}
    with _tracer.start_as_current_span(
        f"{scope['method']} {PATH}",
        context=propagate.extract(carried) if carried else None,
        kind=trace.SpanKind.SERVER,
        attributes={
            "http.request.method": scope["method"],
            "http.route": PATH,
            "url.path": PATH,
            "url.scheme": scope["scheme"],
        },
    ) as span:
        yield span


def _telling(span: trace.Span, send: Send) -> Send:
    """Sends on, and has the span say the status."""
    if not span.is_recording():
        return send

    async def telling(message: Message) -> None:
        if message["type"] == "http.response.start":
            span.set_attribute("http.response.status_code", message["status"])
        await send(message)

    return telling


def _usual(request: Request, body: bytes) -> GraphRequest | None:
    """What is asked in a body of the usual form."""
    if not is_plain_json(request, body) or b"NaN" in body or b"Infinity" in body:
        return None
    try:
        return GraphRequest.model_validate(json.loads(body, object_pairs_hook=members_once))
    except (ValueError, RecursionError):  # what is wrong the framework's way says
        return None
