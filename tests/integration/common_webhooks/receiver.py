"""A server on loopback that webhooks are sent to, answering as a test tells it to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks.webhooks import Webhook as Verifier

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


def answering(status: int, *headers: str, body: bytes = b"") -> bytes:
    """An answer as it goes over the wire."""
    lines = [f"HTTP/1.1 {status} Word", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    line: str
    headers: dict[str, str]
    body: bytes

    def verified(self, secret: str) -> dict[str, Any]:
        """What it says, if it is signed with the secret."""
        said: dict[str, Any] = Verifier(secret).verify(self.body, self.headers)
        return said


@dataclass
class Receiver:
    """What came in so far; `answers` are given in turn, then 200 to everything."""

    port: int = 0
    answers: list[bytes] = field(default_factory=list)
    requests: list[Received] = field(default_factory=list)
    dripping: bool = False
    connections: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def wait_for(self, count: int, timeout_s: float = 20) -> list[Received]:
        """The requests, when there are so many of them."""
        async with asyncio.timeout(timeout_s):
            while len(self.requests) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.requests

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *rest = head.strip().split("\r\n")
            headers = dict(part.split(": ", 1) for part in rest)
            sent = {name.lower(): value for name, value in headers.items()}
            body = await reader.readexactly(int(sent.get("content-length", "0")))
            self.requests.append(Received(line, sent, body))
            self.arrived.set()
            while self.dripping:
                writer.write(b"H")
                await writer.drain()
                await asyncio.sleep(0.02)
            writer.write(self.answers.pop(0) if self.answers else OK)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the sender gave up
        finally:
            writer.close()


@asynccontextmanager
async def receiving(host: str = "127.0.0.1") -> AsyncIterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, host, 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.dripping = False
        server.close()
        await server.wait_closed()
