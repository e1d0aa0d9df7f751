"""Posts over connections that are kept: as fast as they are answered, or at a rate that does not wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Posted:
    """How many calls were answered in how long, and how long each took, in milliseconds."""

    seconds: float
    taken_ms: Sequence[float]

    @property
    def rate(self) -> float:
        """Calls a second."""
        return len(self.taken_ms) / self.seconds


class Connection:
    """One connection that is kept."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def opened(cls, port: int) -> Connection:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def post(self, request: bytes) -> None:
        """Send a whole request, and read its answer, which must be 201."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        lowered = head.lower()
        start = lowered.index(b"content-length:") + 15
        size = int(lowered[start : lowered.index(b"\r\n", start)])
        body = await self._reader.readexactly(size)
        assert head.startswith(b"HTTP/1.1 201"), body

    def close(self) -> None:
        self._writer.close()


async def as_fast_as_answered(
    connections: Sequence[Connection], requests: Iterator[bytes], seconds: float
) -> Posted:
    """Every connection posts one request after another until the time is over."""
    taken: list[float] = []
    began = time.perf_counter()

    async def work(connection: Connection) -> None:
        while time.perf_counter() - began < seconds:
            started = time.perf_counter()
            await connection.post(next(requests))
            taken.append((time.perf_counter() - started) * 1000)

    await asyncio.gather(*(work(connection) for connection in connections))
    return Posted(time.perf_counter() - began, taken)


async def at_a_rate(
    connections: Sequence[Connection], requests: Iterator[bytes], rate: float, seconds: float
) -> Posted:
    """Requests begin at even moments whether or not earlier ones were answered: waiting counts as taken."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for connection in connections:
        free.put_nowait(connection)
    taken: list[float] = []
    began = time.perf_counter()

    async def one(due: float) -> None:
        connection = await free.get()
        try:
            await connection.post(next(requests))
        finally:
            free.put_nowait(connection)
        taken.append((time.perf_counter() - began - due) * 1000)

    async with asyncio.TaskGroup() as group:
        for number in range(int(rate * seconds)):
            due = number / rate
            await asyncio.sleep(max(0.0, began + due - time.perf_counter()))
            group.create_task(one(due))
    return Posted(time.perf_counter() - began, taken)
