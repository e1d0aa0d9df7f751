"""A bid that is in order is taken before the framework looks for its route; everything else goes its way.

The framework looks for the route, solves its dependencies one by one, reads the JSON, and validates what it
read. What is done here gives the same answers for requests of the usual form, and says nothing at all of
others. It stands inside of what surrounds every request: its id, its limits, its span, its line in the log.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from uuid import UUID

from fastapi import FastAPI, Request, Response
from fastapi.routing import RouteContext, iter_route_contexts
from opentelemetry import trace
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cdp_common.kernel.errors import CdpError
from cdp_common.web.dependencies import get_database, moment_of
from cdp_common.web.identity import signed_bearer
from cdp_common.web.once import answer_response, keyed
from cdp_common.web.once_header import HEADER
from cdp_common.web.problems import request_id_of, response_to
from cdp_common.web.requests import is_plain_json
from procurement_api.api.keys import service_keys
from procurement_api.use_cases.quick_bid import quick_bid
from procurement_api.use_cases.take_bid_at_once import take_bid_at_once

OPERATION = "submit_bid"
SCOPE = "bids:write"

# The framework takes other spellings of an id too.
_PATH = re.compile(r"/v1/tenders/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/bids")
# Of these the usual way judges; a scenario is what the sandbox rehearses.
_FOR_THE_USUAL_WAY = frozenset({b"transfer-encoding", b"content-encoding", b"sandbox-scenario"})


class BidsAtOnce:
    """Answers submissions that are in order; everything else goes on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._route: RouteContext | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or run the application."""
        tender_id = _tender_bid_for(scope)
        if tender_id is None:
            await self._app(scope, receive, send)
            return
        messages = [await receive()]
        while messages[-1].get("more_body", False):
            messages.append(await receive())
        scope["route"] = self._route_of(scope["app"])
        body = b"".join(message.get("body", b"") for message in messages)
        response = await _taken_at_once(Request(scope), tender_id, body)
        if response is None:
            await self._app(scope, _again(messages, receive), send)
            return
        span = trace.get_current_span()
        if span.is_recording():
            span.update_name(f"POST {scope['route'].path}")
            span.set_attribute("http.route", scope["route"].path)
        await response(scope, receive, send)

    def _route_of(self, app: FastAPI) -> RouteContext:
        """The operation's route, by which its requests are logged and their keys counted."""
        if self._route is None:
            [self._route] = [each for each in iter_route_contexts(app.routes) if each.name == OPERATION]
        return self._route


def _tender_bid_for(scope: Scope) -> UUID | None:
    """The tender to which a request of the usual form submits a bid; None of any other request."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return None
    found = _PATH.fullmatch(scope["path"])
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    names = {name for name, _ in headers}
    # What is said twice may be understood in two ways.
    if found is None or len(names) != len(headers) or not _FOR_THE_USUAL_WAY.isdisjoint(names):
        return None
    return UUID(found[1])


async def _taken_at_once(request: Request, tender_id: UUID, body: bytes) -> Response | None:
    """The answer to a bid with which nothing is wrong; None where anything else has to be said."""
    received_at = moment_of(request)  # the body has been read by now, and nothing else has taken time
    if not is_plain_json(request, body):
        return None
    try:
        caller = await signed_bearer(request, SCOPE)
        sent = quick_bid(body)
        once = keyed(request, caller, request.headers.get(HEADER))(sent.content)
    except (ValueError, RecursionError, CdpError):
        return None
    keys, db = await service_keys(request), await get_database(request)
    try:
        answer = await take_bid_at_once(
            db, keys.signer, keys.identity_key, caller, tender_id, sent, once, received_at, keys.tenders
        )
    except CdpError as refusal:
        return response_to(refusal, request.url.path, request_id_of(request))
    return None if answer is None else answer_response(answer)


def _again(messages: Sequence[Message], receive: Receive) -> Receive:
    """What gives the messages that were received once more, and then those after them."""
    waiting = iter(messages)

    async def received() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return received
