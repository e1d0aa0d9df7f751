"""Starts the stubs and the gateways of the benchmark, each gateway on one core of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.performance.graph import load
from tests.performance.graph.stubs import PARTNERS_PATH, REPORTING_PATH

ROOT = Path(__file__).resolve().parents[3]
NODE_FOLDER = Path(__file__).parent / "node"
START_S = 60
GATEWAY_CORE, OTHER_CORE = 0, 1


@dataclass(frozen=True)
class Gateway:
    """A gateway that answers."""

    name: str
    port: int
    pid: int

    async def load(self, requests: list[load.Request], count: int) -> load.Measured:
        """Send it so many requests, and measure."""
        return await load.load(self.port, [self.pid], requests, count)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def process(*command: str, core: int, more: Mapping[str, str] | None = None) -> AsyncIterator[int]:
    """A process on one core until the block ends, by its id."""
    started = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env={**os.environ, "NODE_ENV": "production", **(more or {})},
        stdout=asyncio.subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    try:
        yield started.pid
    finally:
        started.terminate()
        await started.wait()


@asynccontextmanager
async def stubs() -> AsyncIterator[str]:
    """The canned services and subgraphs, by their address."""
    port = free_port()
    async with process(sys.executable, "-m", "tests.performance.graph.stubs", str(port), core=OTHER_CORE):
        await _listening(port)
        yield f"http://127.0.0.1:{port}"


@asynccontextmanager
async def ours(address: str, *, cache_s: float = 0) -> AsyncIterator[Gateway]:
    """The gateway of this repository."""
    port = free_port()
    module = "tests.performance.graph.serve_gateway"
    command = (sys.executable, "-m", module, str(port), address, str(cache_s))
    async with process(*command, core=GATEWAY_CORE) as pid:
        await _listening(port)
        yield Gateway("ours", port, pid)


@asynccontextmanager
async def apollo(supergraph: Path) -> AsyncIterator[Gateway]:
    """Apollo Gateway."""
    port = free_port()
    command = ("node", str(NODE_FOLDER / "apollo.mjs"), str(port), str(supergraph))
    async with process(*command, core=GATEWAY_CORE) as pid:
        await _listening(port)
        yield Gateway("Apollo Gateway", port, pid)


@asynccontextmanager
async def hive(supergraph: Path, *, cache_ms: int = 0) -> AsyncIterator[Gateway]:
    """Hive Gateway, with its response cache where `cache_ms` is given."""
    port = free_port()
    binary = NODE_FOLDER / "node_modules" / ".bin" / "hive-gateway"
    config = NODE_FOLDER / "hive.config.mjs"
    more = {"PORT": str(port), "SUPERGRAPH": str(supergraph), "CACHE_MS": str(cache_ms)}
    command = ("node", str(binary), "supergraph", "-c", str(config))
    async with process(*command, core=GATEWAY_CORE, more=more) as pid:
        await _listening(port)
        yield Gateway("Hive Gateway", port, pid)


async def supergraph(address: str, folder: Path) -> Path:
    """The two subgraphs, composed."""
    composed = folder / "supergraph.graphql"
    composer = await asyncio.create_subprocess_exec(
        "node",
        str(NODE_FOLDER / "compose.mjs"),
        str(composed),
        f"partners={address}{PARTNERS_PATH}",
        f"reporting={address}{REPORTING_PATH}",
    )
    assert await composer.wait() == 0
    return composed


def are_installed() -> bool:
    """Whether the gateways of others are there."""
    return shutil.which("node") is not None and (NODE_FOLDER / "node_modules").exists()


async def _listening(port: int) -> None:
    async with asyncio.timeout(START_S):
        while True:
            with contextlib.suppress(OSError):  # not listening yet
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.1)
