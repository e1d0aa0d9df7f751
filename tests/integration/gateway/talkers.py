"""Servers that say what a test has them say, and calls to them over connections that are kept."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from cdp_common.clients.upstream import Reply
from gateway.carrier import KeptConnections

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Talk) -> AsyncIterator[str]:
    """A server that talks so, by its address."""
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def saying(answer: bytes, heard: list[bytes] | None = None) -> Talk:
    """Hears one request and says this."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if heard is not None:
            heard.append(request)
        writer.write(answer)
        await writer.drain()
        writer.close()

    return talk


async def asked(url: str, path: str = "/v1/places?slug=a%20b") -> Reply:
    """What is answered to one call."""
    connections = KeptConnections()
    async with connections.opened():
        return await connections.exchange("GET", f"{url}{path}", {"X-Request-Id": "r1"}, None)


class Talking:
    """A server that says one thing after another, each to one request; None hangs up."""

    def __init__(self, *answers: bytes | None) -> None:
        self._answers = iter(answers)
        self.requests: list[bytes] = []
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError):
            while (answer := await self._next(reader)) is not None:
                writer.write(answer)
                await writer.drain()
        writer.close()

    async def _next(self, reader: asyncio.StreamReader) -> bytes | None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = re.search(rb"Content-Length: (\d+)", head)
        self.requests.append(head + await reader.readexactly(int(size[1]) if size else 0))
        return next(self._answers)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what a server will have seen in a moment."""
    for _ in range(2_000):
        if holds():
            return
        await asyncio.sleep(0.005)
    raise TimeoutError


def said(body: bytes, *headers: bytes) -> bytes:
    """An answer."""
    lines = (b"HTTP/1.1 200 OK", *headers, b"Content-Length: %d" % len(body))
    return b"\r\n".join((*lines, b"", body))


@asynccontextmanager
async def calling(talk: Talking) -> AsyncIterator[Callable[..., Coroutine[Any, Any, bytes]]]:
    """What calls a server that talks so, over connections that are kept: gives the body of the answer."""
    connections = KeptConnections()
    async with listening(talk) as url, connections.opened():

        async def call(method: str = "GET", content: bytes | None = None, **headers: str) -> bytes:
            return (await connections.exchange(method, f"{url}/v1/a", headers, content)).body

        yield call
