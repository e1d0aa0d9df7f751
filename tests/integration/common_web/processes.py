"""Services as real processes on loopback, and what they need around them: an issuer and a trace collector."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI, Request
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from cdp_common.contracts.partners import RevocationPage
from cdp_common.testing.callers import TokenMint

START_TIMEOUT_S = 60


@dataclass
class Process:
    """A service that runs; after `stop` its log lines are there to be read."""

    url: str
    running: asyncio.subprocess.Process
    lines: list[dict[str, Any]] = field(default_factory=list)
    exit_code: int | None = None

    def signal(self) -> None:
        """Ask it to end."""
        self.running.send_signal(signal.SIGTERM)

    async def ended(self) -> None:
        """Wait for its end and read what it logged."""
        out, err = await self.running.communicate()
        assert err == b"", err.decode()
        self.exit_code = self.running.returncode
        self.lines = [json.loads(line) for line in out.decode().splitlines()]

    async def stop(self) -> None:
        """End it and read what it logged."""
        if self.exit_code is None:
            self.signal()
            await self.ended()


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


async def start(module: str, **settings: str) -> Process:
    """A service that has said that it is alive, at a port of its own unless the settings name one."""
    port = settings.setdefault("CDP_PORT", str(free_port()))
    running = await run(module, **settings)
    process = Process(f"http://127.0.0.1:{port}", running)
    await answering(f"{process.url}/health/live", running)
    return process


async def answering(url: str, process: asyncio.subprocess.Process | None = None) -> None:
    """Wait until the address answers, or the process that should make it answer has ended."""
    async with asyncio.timeout(START_TIMEOUT_S), httpx2.AsyncClient() as http:
        while True:
            try:
                (await http.get(url)).raise_for_status()
                return
            except httpx2.ConnectError:
                if process is not None and process.returncode is not None:
                    raise AssertionError((await process.communicate())[1].decode()) from None
                await asyncio.sleep(0.05)


async def run(module: str, *arguments: str, **settings: str) -> asyncio.subprocess.Process:
    """`python -m module arguments` with these settings and no others."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("CDP_", "OTEL_"))}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"tests.integration.common_web.{module}",
        *arguments,
        env={**inherited, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


class Surroundings:
    """An issuer that trusts the mint, and a collector that keeps the spans it is sent."""

    def __init__(self, mint: TokenMint) -> None:
        self.spans: list[tuple[str, Span]] = []
        self.app = FastAPI()

        @self.app.get("/.well-known/jwks.json")
        async def get_jwks() -> dict[str, Any]:
            return dict(await mint.fetch_jwks())

        @self.app.get("/v1/revocations")
        async def list_revocations(after: int) -> RevocationPage:
            return await mint.fetch_revocations(after)

        @self.app.post("/v1/traces")
        async def collect(request: Request) -> None:
            exported = ExportTraceServiceRequest.FromString(await request.body())
            for resource in exported.resource_spans:
                attributes = {a.key: a.value.string_value for a in resource.resource.attributes}
                for scope in resource.scope_spans:
                    self.spans.extend((attributes["service.name"], span) for span in scope.spans)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """The address at which both answer."""
        port = free_port()
        config = uvicorn.Config(self.app, port=port, log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        # Not `serve()`: it takes the signals of the process, which are pytest's.
        task = asyncio.create_task(server._serve())
        await answering(f"http://127.0.0.1:{port}/v1/revocations?after=0")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await task
