"""Connections to a process that serves are bounded in size and time, and say so as problems."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import uvicorn
from tests.integration.common_web.processes import answering, free_port
from websockets.asyncio.client import connect

from cdp_common.web.bounded_http import BoundedHttp
from cdp_common.web.serving import server_config
from cdp_common.web.settings import ServiceSettings

Heard = list[tuple[str, int | str]]


class Hasty(BoundedHttp):
    """The same with little enough time to wait for its end; whoever is in time takes a tenth of it."""

    most_head_s = 0.5
    most_silence_s = 0.6
    most_body_s = 1.2
    lingers_s = 0.2
    looked_after_s = 0.05


@asynccontextmanager
async def serving(http: type[BoundedHttp], heard: Heard) -> AsyncIterator[int]:
    """The port at which an application answers bodies with their lengths."""

    async def app(
        scope: Any, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        if scope["type"] == "websocket":
            await echoed(receive, send)
            return
        if scope["path"] == "/early":
            await answered(send, b"0")
            return
        if scope["path"] == "/later":
            await asyncio.sleep(0.8)
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                heard.append((scope["path"], "gone"))
                return
            size += len(message["body"])
            if not message["more_body"]:
                break
        heard.append((scope["path"], size))
        await answered(send, str(size).encode())

    async def echoed(receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": message["text"]})

    async def answered(send: Callable[[Any], Awaitable[None]], body: bytes) -> None:
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    config = server_config(app, ServiceSettings(port=free_port()))
    assert config.http is BoundedHttp
    config.http, config.lifespan = http, "off"
    if http is Hasty:
        config.timeout_keep_alive = 1
    server = uvicorn.Server(config)
    # Not `serve()`: it takes the signals of the process, which are pytest's.
    task = asyncio.create_task(server._serve())
    await answering(f"http://127.0.0.1:{config.port}/early")
    try:
        yield config.port
    finally:
        server.should_exit = True
        await task


@pytest.fixture
def heard() -> Heard:
    """What the application heard: path, and the size of the body or that its caller was gone."""
    return []


async def said(port: int, *pieces: bytes, every_s: float = 0.0) -> bytes:
    """All that is answered until the connection ends, having sent the pieces one after another."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(10):
        answering = asyncio.create_task(reader.read())
        with suppress(ConnectionError):  # what is answered tells
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(every_s)
        answer = await answering
    writer.close()
    return answer


def problem_in(answer: bytes) -> tuple[int, str]:
    """The status and code of a problem that is all that was answered."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    assert b"connection: close" in head.lower()
    problem = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {problem['status']} ".encode())
    return problem["status"], problem["code"]


HEAD = b"POST /a HTTP/1.1\r\nHost: a\r\n"


async def test_a_head_is_bounded_and_one_within_the_bound_is_read(heard: Heard):
    async with serving(BoundedHttp, heard) as port:
        most = BoundedHttp.most_head_bytes
        start = HEAD + b"Content-Length: 2\r\nConnection: close\r\nX-Long: "
        within = start + b"x" * (most - len(start))
        assert (await said(port, within, b"\r\n\r\nhi", every_s=0.1)).startswith(b"HTTP/1.1 200")
        assert heard == [("/a", 2)]
        beyond = await said(port, within, b"x", every_s=0.1)
        assert problem_in(beyond) == (431, "head_too_large")
        many = (b"X-%d: %s\r\n" % (number, b"y" * 1000) for number in range(100))
        assert problem_in(await said(port, HEAD, *many, every_s=0.001)) == (431, "head_too_large")
        assert heard == [("/a", 2)]


async def test_what_is_no_http_is_told_so_as_a_problem(heard: Heard):
    async with serving(BoundedHttp, heard) as port:
        assert problem_in(await said(port, b"\x16\x03\x01 hello\r\n\r\n")) == (400, "malformed_http")
        broken = HEAD + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n"
        assert problem_in(await said(port, broken)) == (400, "malformed_http")
    assert heard == [("/a", "gone")]


async def a_head_that_does_not_end_in_time_is_refused_however_it_is_dripped(heard: Heard) -> None:
    drops = [b"X-%d: y\r\n" % number for number in range(14)]
    whole = HEAD + b"Content-Length: 0\r\n\r\n"
    async with serving(Hasty, heard) as port:
        nothing, begun, dripped, after = await asyncio.gather(
            said(port),
            said(port, HEAD),
            said(port, HEAD, *drops, every_s=0.05),
            said(port, whole, *[b"\r\n"] * 14, every_s=0.05),
        )
    assert nothing == b""
    for answer in (begun, dripped):
        assert problem_in(answer) == (408, "request_too_slow")
    first, _, second = after.partition(b"\r\n\r\n0")
    assert first.startswith(b"HTTP/1.1 200")
    assert problem_in(second) == (408, "request_too_slow")
    assert heard == [("/a", 0)]


async def a_body_goes_on_and_ends_in_time_or_is_refused(heard: Heard) -> None:
    head = b"POST /%b HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
    long = b"POST /long HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n"
    async with serving(Hasty, heard) as port:
        in_time, silent, dripped = await asyncio.gather(
            said(port, head % b"in-time", b"ab", b"c", b"de", every_s=0.02),
            said(port, head % b"silent", b"ab"),
            said(port, long, *[b"x"] * 16, every_s=0.1),
        )
    assert in_time.endswith(b"\r\n\r\n5")
    assert problem_in(silent) == problem_in(dripped) == (408, "request_too_slow")
    assert sorted(heard) == [("/in-time", 5), ("/long", "gone"), ("/silent", "gone")]


async def a_body_that_we_did_not_ask_for_yet_is_waited_for(heard: Heard) -> None:
    expecting = b"POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
    async with serving(Hasty, heard) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(expecting + b"Connection: close\r\n\r\n")
        async with asyncio.timeout(10):
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
            writer.write(b"hi")
            assert (await reader.read()).endswith(b"\r\n\r\n2")
        writer.close()
    assert heard == [("/later", 2)]


async def whoever_was_answered_before_the_body_came_gets_no_second_answer(heard: Heard) -> None:
    async with serving(Hasty, heard) as port:
        early = b"POST /early HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"
        answer = await said(port, early, b"ab")
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1") == 1


async def a_websocket_is_handed_on_whole_also_after_a_request_and_outlives_the_bounds(heard: Heard) -> None:
    async with serving(Hasty, heard) as port:
        asked = b"GET /early HTTP/1.1\r\nHost: a\r\n\r\n"
        with socket.create_connection(("127.0.0.1", port)) as used:
            used.setblocking(False)
            loop = asyncio.get_running_loop()
            await loop.sock_sendall(used, asked)
            assert (await loop.sock_recv(used, 65536)).endswith(b"\r\n\r\n0")
            async with (
                connect(f"ws://127.0.0.1:{port}/ws", sock=used, proxy=None) as after_a_request,
                connect(f"ws://127.0.0.1:{port}/ws", proxy=None) as at_first,
            ):
                for text in ("short", "x" * 100_000, "still"):
                    for channel in (after_a_request, at_first):
                        await channel.send(text)
                        assert await channel.recv() == text
                    await asyncio.sleep(0.35)
    assert heard == []


OVER_TIME = (
    a_head_that_does_not_end_in_time_is_refused_however_it_is_dripped,
    a_body_goes_on_and_ends_in_time_or_is_refused,
    a_body_that_we_did_not_ask_for_yet_is_waited_for,
    whoever_was_answered_before_the_body_came_gets_no_second_answer,
    a_websocket_is_handed_on_whole_also_after_a_request_and_outlives_the_bounds,
)


@pytest.fixture(scope="module")
async def under_way() -> AsyncIterator[Mapping[str, asyncio.Task[None]]]:
    """What takes its time, all begun at the same moment: each has a server of its own."""
    begun = {story.__name__: asyncio.create_task(story([])) for story in OVER_TIME}
    yield begun
    await asyncio.gather(*begun.values(), return_exceptions=True)


@pytest.mark.parametrize("story", [story.__name__ for story in OVER_TIME])
async def test_over_time(under_way: Mapping[str, asyncio.Task[None]], story: str):
    await under_way[story]
