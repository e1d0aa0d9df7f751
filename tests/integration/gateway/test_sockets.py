"""Subscriptions over WebSockets, as a client of another make meets the graphql-transport-ws protocol."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from tests.integration.gateway import canned
from tests.integration.gateway.test_subscriptions import FIGURES, TENDERS, listened_to, served

from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint
from gateway import sockets

PROTOCOL = "graphql-transport-ws"


@asynccontextmanager
async def opened(url: str, *protocols: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    address = url.replace("/graphql/stream", sockets.SOCKET_PATH)
    async with aiohttp.ClientSession() as session, session.ws_connect(address, protocols=protocols) as socket:
        yield socket


async def ready(socket: aiohttp.ClientWebSocketResponse, headers: dict[str, str]) -> None:
    await socket.send_json({"type": "connection_init", "payload": headers})
    assert (await socket.receive_json(timeout=5))["type"] == "connection_ack"


def subscribe(key: str, query: str = TENDERS) -> dict[str, Any]:
    return {"id": key, "type": "subscribe", "payload": {"query": query}}


async def closed(socket: aiohttp.ClientWebSocketResponse, *messages: Any) -> int | None:
    """The code by which the server closes after these messages."""
    for message in messages:
        await socket.send_str(message if isinstance(message, str) else json.dumps(message))
    async with asyncio.timeout(5):
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass
    return socket.close_code


async def test_a_subscription_is_answered_until_its_client_has_enough(mint: TokenMint) -> None:
    async with served(mint) as (world, url, feeds), opened(url, PROTOCOL) as socket:
        assert socket.protocol == PROTOCOL
        await ready(socket, mint.headers(org=new_id()))
        await socket.send_json({"type": "ping"})
        assert await socket.receive_json(timeout=5) == {"type": "pong"}
        await socket.send_json(subscribe("a"))
        await listened_to(world, feeds, "procurement")
        feeds["procurement"].tell("tender.awarded")
        told = await socket.receive_json(timeout=5)
        assert (told["id"], told["type"]) == ("a", "next")
        assert told["payload"]["data"]["tenderStateChanged"]["cause"] == "tender.awarded"
        await socket.send_json({"id": "a", "type": "complete"})
        # What is no subscription, or no document, is told in the error's own words and ends nothing else.
        await socket.send_json(subscribe("b", "{ places { pageInfo { hasNextPage } } }"))
        refused = await socket.receive_json(timeout=5)
        assert (refused["id"], refused["type"]) == ("b", "error")
        assert [one["extensions"]["code"] for one in refused["payload"]] == ["operation_not_offered"]
        await socket.send_json(subscribe("c", "subscription { nothing }"))
        invalid = await socket.receive_json(timeout=5)
        assert invalid["payload"][0]["extensions"]["code"] == "document_invalid"
        # A second message with a key in use breaks the protocol.
        assert await closed(socket, subscribe("d"), subscribe("d")) == 4409


async def test_changes_of_live_figures_are_told_over_sockets_too(mint: TokenMint) -> None:
    sees = mint.headers(org=new_id(), scopes=["reporting:read"], roles={canned.PLACE: ["officer"]})
    blind = mint.headers(org=new_id(), scopes=["reporting:read"])
    async with (
        served(mint) as (world, url, feeds),
        opened(url, PROTOCOL) as first,
        opened(url, PROTOCOL) as second,
    ):
        for socket, headers in ((first, sees), (second, blind)):
            await ready(socket, headers)
            await socket.send_json(subscribe("a", FIGURES))
        await listened_to(world, feeds, "reporting", readers=2)
        feeds["reporting"].tell("collective_value.changed")
        feeds["reporting"].tell("publication.published")
        for socket, causes in (
            (first, ["collective_value.changed", "publication.published"]),
            (second, ["publication.published"]),
        ):
            for cause in causes:
                told = await socket.receive_json(timeout=5)
                assert told["payload"]["data"]["collectiveValueChanged"]["cause"] == cause


async def test_what_breaks_the_protocol_closes_the_socket_with_its_code(
    mint: TokenMint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "INIT_TIMEOUT", timedelta(milliseconds=20))
    async with served(mint) as (_, url, _):

        async def code(*messages: Any) -> int | None:
            async with opened(url, PROTOCOL) as socket:
                return await closed(socket, *messages)

        init = {"type": "connection_init"}
        over = mint.headers(lifetime=timedelta(seconds=-60))
        assert await code(subscribe("a")) == 4401
        assert await code({**init, "payload": over}) == 4403
        assert await code({**init, "payload": {"authorization": 7}}) == 4403
        assert await code(init, init) == 4429
        assert await code("no json") == 4400
        assert await code("[]") == 4400
        assert await code(init, {"type": "nothing"}) == 4400
        asked = subscribe("a")
        payloads: list[Any] = [None, [], {}, {"query": 5}, {"query": None}]
        keys: list[Any] = [None, 5, []]
        for odd in (
            *({**asked, "payload": payload} for payload in payloads),
            *({**asked, "id": other} for other in keys),
            {**asked, "payload": {**asked["payload"], "variables": []}},
            {**asked, "payload": {**asked["payload"], "operationName": 5}},
            {"type": "complete", "id": []},
        ):
            assert await code(init, odd) == sockets.MALFORMED, odd
        assert await code("x" * 200_000) == sockets.TOO_LONG
        assert await code() == 4408
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with opened(url, "graphql-ws") as socket:
                await socket.receive()


async def test_an_address_has_so_many_sockets(mint: TokenMint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "MAX_SOCKETS_OF_AN_ADDRESS", 1)
    async with served(mint) as (world, url, _):
        async with opened(url, PROTOCOL) as first:
            await ready(first, {})
            async with opened(url, PROTOCOL) as second:
                assert await closed(second) == sockets.TRY_AGAIN_LATER
            await first.send_json(subscribe("a"))  # nobody is known to listen
            refused = await first.receive_json(timeout=5)
            assert refused["payload"]["errors"][0]["extensions"]["code"] == "token_missing"
        async with asyncio.timeout(5):
            while world.app.state.sockets.open:  # noqa: ASYNC110 - the gateway says nothing of it
                await asyncio.sleep(0.01)
