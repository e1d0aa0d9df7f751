"""Load on a gateway: plain sockets, a fixed number of requests under way, every answer compared."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.performance.graph import places

CONNECTIONS = 16


@dataclass(frozen=True)
class Request:
    """A request as it is sent, and the data that it is to come to."""

    sent: bytes
    right: Any


@dataclass(frozen=True)
class Measured:
    """What a run came to."""

    requests: int
    wrong: int
    seconds: float
    cpu_s: float
    latencies_ms: Sequence[float]
    instructions: int | None
    resident_mib: float

    @property
    def rate(self) -> float:
        """Requests in a second of the gateway's processor: what its core gives when nothing else is on it."""
        return self.requests / self.cpu_s

    @property
    def per_second(self) -> float:
        """Requests in a second of the clock."""
        return self.requests / self.seconds

    @property
    def thousands_of_instructions(self) -> float | None:
        """Instructions for each request, in thousands."""
        return None if self.instructions is None else self.instructions / self.requests / 1000

    def percentile_ms(self, percent: int) -> float:
        """How long so many of a hundred requests took at most."""
        return statistics.quantiles(self.latencies_ms, n=100)[percent - 1]


def request_for(place: int, query: str = places.QUERY, *, right: Any = None) -> Request:
    """The benchmark's query for one place."""
    variables = {"slug": places.slug(place), **places.WINDOW}
    body = json.dumps({"query": query, "variables": variables}).encode()
    head = (
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return Request(head.encode() + body, places.answer(place) if right is None else right)


async def load(
    port: int, pids: Sequence[int], requests: Sequence[Request], count: int, *, connections: int = CONNECTIONS
) -> Measured:
    """Send `count` requests, the given ones in turn, and measure the processes of the gateway meanwhile."""
    latencies: list[float] = []
    wrong = 0
    upcoming = iter(range(count))

    async def send() -> None:
        nonlocal wrong
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=8 * 1024 * 1024)
        for number in upcoming:
            request = requests[number % len(requests)]
            began_at = time.perf_counter()
            writer.write(request.sent)
            body = await _body(reader)
            latencies.append((time.perf_counter() - began_at) * 1000)
            wrong += not is_right(body, request.right)
        writer.close()

    counter = _counting(pids)
    cpu_s, began_at = _cpu_s(pids), time.perf_counter()
    await asyncio.gather(*(send() for _ in range(connections)))
    seconds, spent_s = time.perf_counter() - began_at, _cpu_s(pids) - cpu_s
    return Measured(
        requests=count,
        wrong=wrong,
        seconds=seconds,
        cpu_s=spent_s,
        latencies_ms=latencies,
        instructions=_counted(counter),
        resident_mib=resident_mib(pids),
    )


def is_right(body: bytes, right: Any) -> bool:
    """Whether the answer has exactly the data that it is to have, and no error."""
    answer = json.loads(body)
    return "errors" not in answer and answer.get("data") == right


async def _body(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"transfer-encoding: chunked" in head:
        return await _chunks(reader)
    start = head.index(b"content-length:") + 15
    return await reader.readexactly(int(head[start : head.index(b"\r\n", start)]))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def resident_mib(pids: Sequence[int]) -> float:
    """The memory that the processes hold, in MiB."""
    return sum(_status_kib(pid, "VmRSS") for pid in pids) / 1024


def _status_kib(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1])


def _cpu_s(pids: Sequence[int]) -> float:
    """The processor time of all threads of the processes."""
    threads = [task for pid in pids for task in Path(f"/proc/{pid}/task").iterdir()]
    return sum(int((task / "schedstat").read_text().split()[0]) for task in threads) / 1e9


def _counting(pids: Sequence[int]) -> subprocess.Popen[str] | None:
    """`perf stat` on the processes, where it is installed and allowed."""
    command = ["perf", "stat", "-x,", "-e", "instructions:u", "-p", ",".join(map(str, pids))]
    try:
        counter = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    except OSError:
        return None
    time.sleep(0.3)  # it attaches
    return counter


def _counted(counter: subprocess.Popen[str] | None) -> int | None:
    if counter is None:
        return None
    if counter.poll() is None:
        counter.send_signal(2)
    _, told = counter.communicate(timeout=10)
    counts = [line.split(",")[0] for line in told.splitlines() if "instructions" in line]
    return int(counts[0]) if counts and counts[0].isdecimal() else None
