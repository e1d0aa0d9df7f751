"""Starts toms-engine for a benchmark, and talks to it over a plain socket: reading while it sends."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from tests.soak.stage import FRAMEWORK

from cdp_common.kernel.identifiers import new_id
from cdp_tools.packs import load_pack

ROOT = Path(__file__).resolve().parents[2]
START_S = 60


def cpu_s(pid: int) -> float:
    """The processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@dataclass
class Server:
    """The running service."""

    port: int
    pid: int
    headers: dict[str, str]
    edition_hash: str

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def peak_mib(self) -> float:
        """The most memory that was ever resident."""
        return self._kib("VmHWM") / 1024

    def cpu_s(self) -> float:
        """The processor time it has taken."""
        return cpu_s(self.pid)

    def _kib(self, name: str) -> int:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith(name)).split()[1])

    async def send_file(self, pieces: Iterable[bytes], size: int) -> tuple[int, bytes]:
        """Send a CSV file while reading its answer; the answer's size and its last two kilobytes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=4 * 1024 * 1024)
        sent = {**self.headers, "Host": "bench", "Content-Type": "text/csv", "Content-Length": str(size)}
        head = "".join(f"{name}: {value}\r\n" for name, value in {**sent, "Connection": "close"}.items())
        target = f"/v1/valuations/bulk?edition_hash={self.edition_hash}"
        writer.write(f"POST {target} HTTP/1.1\r\n{head}\r\n".encode())

        async def write() -> None:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()

        writing = asyncio.create_task(write())
        received, tail = 0, b""
        while data := await reader.read(1024 * 1024):
            received += len(data)
            tail = (tail + data)[-2048:]
        await writing
        writer.close()
        return received, tail


@asynccontextmanager
async def running(database_url: str) -> AsyncIterator[Server]:
    """The service as a process of its own, until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.performance.serve",
        database_url,
        str(port),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        token = json.loads(await process.stdout.readline())["token"]
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as http:
            await _wait(http)
            edition_hash = await _published(http)
        yield Server(port, process.pid, headers, edition_hash)
    finally:
        process.terminate()
        await process.wait()


async def _wait(http: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(START_S):
        while True:
            with contextlib.suppress(httpx2.TransportError):  # not listening yet
                if (await http.get("/health/live")).status_code == 200:
                    return
            await asyncio.sleep(0.1)


async def _published(http: httpx2.AsyncClient) -> str:
    pack: dict[str, Any] = load_pack(FRAMEWORK).model_dump(mode="json")
    loaded = await http.post("/v1/frameworks", json=pack, headers={"Idempotency-Key": str(new_id())})
    assert loaded.status_code == 201, loaded.text
    sent = {"If-Match": loaded.headers["ETag"]}
    published = await http.post(f"/v1/editions/{loaded.json()['id']}/publish", headers=sent)
    assert published.status_code == 200, published.text
    return str(published.json()["edition_hash"])
