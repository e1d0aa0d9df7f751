"""What valuing twenty lines costs, beside what every authenticated request costs."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Callable

from tests.performance.plain_lines import COLUMNS, plain_lines
from tests.performance.serve import EMPTY
from tests.performance.server import Server

LINES = 20
CALLS = 600
MOST_MS = 15.0
MOST_TIMES_EMPTY = 3.0


class Connection:
    """One connection that is kept, and calls on it one after the other."""

    def __init__(self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server, self._reader, self._writer = server, reader, writer

    async def post_ms(self, path: str, body: bytes) -> float:
        """How long a call took, in milliseconds."""
        sent = {**self._server.headers, "Host": "bench", "Content-Type": "application/json"}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        started = time.perf_counter()
        self._writer.write(
            f"POST {path} HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        )
        answer = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        size = next((line[15:] for line in answer.splitlines() if line.startswith("content-length:")), "0")
        await self._reader.readexactly(int(size))
        taken_ms = (time.perf_counter() - started) * 1000
        assert answer.startswith(("http/1.1 200", "http/1.1 204")), answer
        return taken_ms


async def test_twenty_lines_cost_no_more_than_three_empty_requests(
    server: Server, say: Callable[[str], None]
):
    lines = [dict(zip(COLUMNS, row, strict=True)) for row in plain_lines(LINES).frame.iter_rows()]
    body = json.dumps({"edition_hash": server.edition_hash, "lines": lines}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    connection = Connection(server, reader, writer)
    for _ in range(50):
        await connection.post_ms("/v1/valuations", body)
        await connection.post_ms(EMPTY, b"")
    taken: dict[str, list[float]] = {"twenty lines": [], "nothing": []}
    for _ in range(CALLS):
        taken["twenty lines"].append(await connection.post_ms("/v1/valuations", body))
        taken["nothing"].append(await connection.post_ms(EMPTY, b""))
    cpu_ms: dict[str, float] = {}
    for name, (path, sent) in {"twenty lines": ("/v1/valuations", body), "nothing": (EMPTY, b"")}.items():
        before_s = server.cpu_s()
        for _ in range(CALLS):
            await connection.post_ms(path, sent)
        cpu_ms[name] = (server.cpu_s() - before_s) / CALLS * 1000
    writer.close()
    medians = {name: statistics.median(times) for name, times in taken.items()}
    for name, times in taken.items():
        p99 = statistics.quantiles(times, n=100)[98]
        say(
            f"{name}: median {medians[name]:.2f} ms, p99 {p99:.2f} ms, {cpu_ms[name]:.2f} ms of the processor"
        )
    ratio = medians["twenty lines"] / medians["nothing"]
    cpu_ratio = cpu_ms["twenty lines"] / cpu_ms["nothing"]
    say(f"twenty lines cost {ratio:.2f} times nothing, {cpu_ratio:.2f} times its processor time")
    assert ratio <= MOST_TIMES_EMPTY
    assert statistics.quantiles(taken["twenty lines"], n=100)[98] < MOST_MS
