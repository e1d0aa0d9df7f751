"""Subscriptions over WebSockets, by the graphql-transport-ws protocol.

The library's own handler keeps the protocol: its messages, its order, its close codes. Here stands what is
this gateway's: who asks (a token in the payload of `connection_init`), the answers, which are those of the
event stream, and bounds on everything that a client could heap up.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)

from cdp_common.kernel.errors import CdpError
from cdp_common.kernel.identifiers import new_id
from cdp_common.kernel.json_text import members_once
from cdp_common.web.caller import Caller
from gateway.documents import Documents
from gateway.endpoint import context_of
from gateway.errors import UpstreamFault
from gateway.happenings import MAX_LISTENERS_OF_A_CLIENT
from gateway.schema.root import schema
from gateway.streams import answers, ending
from gateway.texts import json_bytes

SOCKET_PATH = "/graphql/socket"
INIT_TIMEOUT = timedelta(seconds=3)
MAX_SOCKETS = 1_000
MAX_SOCKETS_OF_AN_ADDRESS = 50
TRY_AGAIN_LATER, TOO_LONG, MALFORMED = 1013, 1009, 4400
"""Close codes of RFC 6455 and its registry."""

router = APIRouter()


@dataclass
class Sockets:
    """How many sockets a process has open, by address."""

    open: Counter[str]

    def has_room(self, address: str) -> bool:
        """Whether one more may be opened from there."""
        return self.open.total() < MAX_SOCKETS and self.open[address] < MAX_SOCKETS_OF_AN_ADDRESS


async def socket_graphql(websocket: WebSocket) -> None:
    """Answer subscriptions until the client leaves, or breaks the protocol."""
    sockets: Sockets = websocket.app.state.sockets
    address = websocket.client.host if websocket.client is not None else ""
    if GRAPHQL_TRANSPORT_WS_PROTOCOL not in websocket.scope.get("subprotocols", ()):
        await websocket.close(4406, "Subprotocol not acceptable")
        return
    await websocket.accept(subprotocol=GRAPHQL_TRANSPORT_WS_PROTOCOL)
    if not sockets.has_room(address):
        await websocket.close(TRY_AGAIN_LATER, "Too many connections")
        return
    sockets.open[address] += 1
    try:
        await _Handler(websocket).handle()
    finally:
        sockets.open[address] -= 1
        if not sockets.open[address]:
            del sockets.open[address]


# What the application asks of every request with a body is not asked of a socket.
router.add_websocket_route(SOCKET_PATH, socket_graphql)


@dataclass
class _Asking:
    """Who asks over a socket, once it is known."""

    websocket: WebSocket
    connection_params: Mapping[str, Any] | None = None
    caller: Caller | None = None


class _Connecting:
    """Judges who connects, as the library's view would."""

    async def on_ws_connect(self, asking: _Asking) -> Mapping[str, Any]:
        """An empty payload of the acknowledgement; a token that is not good is refused (4403)."""
        token = _token_in(asking.connection_params or {})
        if token is not None:
            try:
                asking.caller = await asking.websocket.app.state.verifier.verify(token)
            except CdpError as refusal:
                raise ConnectionRejectionError({"code": refusal.code}) from refusal
        return {}


def _token_in(params: Mapping[str, Any]) -> str | None:
    """The token of `connection_init`: in `authorization`, as the HTTP header would say it."""
    stated = next((value for name, value in params.items() if name.lower() == "authorization"), None)
    if stated is None:
        return None
    scheme, _, token = stated.partition(" ") if isinstance(stated, str) else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip():
        raise ConnectionRejectionError({"code": "token_invalid"})
    return token.strip()


def _is_readable(message: Mapping[str, Any]) -> bool:
    """Whether the members that the library reads of a message are of the kinds that the protocol states."""
    if message.get("type") not in ("subscribe", "complete"):
        return True
    payload = message.get("payload", {}) if message["type"] == "subscribe" else {"query": ""}
    return (
        isinstance(message.get("id"), str)
        and isinstance(payload, dict)
        and isinstance(payload.get("query"), str)
        and isinstance(payload.get("operationName"), str | None)
        and isinstance(payload.get("variables"), dict | None)
    )


class _Messages:
    """A socket as the library's handler takes it; a message is at most as long as a request's body."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._max_chars: int = websocket.app.state.settings.max_body_bytes

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object]:
        """The client's messages until it leaves."""
        while self._websocket.application_state != WebSocketState.DISCONNECTED:
            try:
                text = await self._websocket.receive_text()
            except WebSocketDisconnect:
                return
            except KeyError as fault:
                raise NonTextMessageReceived from fault
            if len(text) > self._max_chars:
                await self.close(TOO_LONG, "Message too long")
                return
            try:
                message = json.loads(text, object_pairs_hook=members_once)
            except (ValueError, RecursionError) as fault:
                raise NonJsonMessageReceived from fault
            if not isinstance(message, dict):
                raise NonJsonMessageReceived
            if not _is_readable(message):  # the library would break off without a word
                await self.close(MALFORMED, "Failed to parse message")
                return
            yield message

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message; a client that has left is told so to the handler."""
        try:
            await self._websocket.send_text(json_bytes(message).decode())
        except (WebSocketDisconnect, RuntimeError) as fault:
            raise WebSocketDisconnected from fault

    async def close(self, code: int, reason: str) -> None:
        """Close, saying why."""
        with suppress(RuntimeError):  # it is closed already
            await self._websocket.close(code, reason)


class _Handler(BaseGraphQLTransportWSHandler[Any, Any]):
    """The protocol, with the answers of the event stream."""

    def __init__(self, websocket: WebSocket) -> None:
        view: Any = _Connecting()
        messages: Any = _Messages(websocket)
        super().__init__(
            view=view,
            websocket=messages,
            context=_Asking(websocket),
            root_value=None,
            schema=schema,
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=MAX_LISTENERS_OF_A_CLIENT,
        )

    async def run_operation(self, operation: Operation[Any, Any]) -> None:
        """Answer one operation: each answer, or at first the reason why there is none; then its end."""
        request_id = str(new_id())
        try:
            results = self._answers(operation, request_id)
            async with aclosing(results):
                is_first = True
                async for answer in results:
                    if is_first and "data" not in answer:
                        await self._send(operation, {"type": "error", "payload": answer["errors"]})
                        return
                    await self._send(operation, {"type": "next", "payload": answer})
                    is_first = False
            await self._send(operation, {"type": "complete"})
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)

    async def _answers(
        self, operation: Operation[Any, Any], request_id: str
    ) -> AsyncGenerator[dict[str, Any]]:
        websocket, caller = self.context.websocket, self.context.caller
        documents: Documents = websocket.app.state.documents
        try:
            document = documents.document(operation.query, None, None, is_public=caller is None)
            websocket.app.state.caller_points.take_quietly(websocket, caller, websocket.app.state.clock())
        except (CdpError, UpstreamFault) as refusal:
            yield ending(refusal, request_id)
            return
        context = context_of(websocket, caller, request_id)
        told = answers(context, document, operation.variables, operation.operation_name, request_id)
        async with aclosing(told):
            async for answer in told:
                yield answer

    async def _send(self, operation: Operation[Any, Any], message: dict[str, Any]) -> None:
        content: Any = {"id": operation.id, **message}
        await operation.send_operation_message(content)
