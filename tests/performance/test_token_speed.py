"""What tokens cost: issuing one beside an empty request, and verifying one beside its bare signature.

Each is a ratio of processor time, taken in turns in one run, for the clock of a shared machine says little.
"""

from __future__ import annotations

import asyncio
import base64
import os
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from joserfc.jwk import OKPKey
from tests.performance.serve_partners import EMPTY

from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint
from cdp_common.testing.plugin import MakeDatabase

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS, REQUESTS, ROUNDS = 16, 800, 3
BATCHES, BATCH = 60, 25
"""Few at a time and many times: what else runs on the machine then meets all that is compared."""
START_S = 60
AT_LEAST, AT_FIRST_AT_MOST, AFTERWARDS_AT_MOST_S = 0.60, 2.0, 20e-6


@dataclass(frozen=True)
class Issuer:
    """The running service with a client."""

    pid: int
    port: int
    basic: str

    def cpu_s(self) -> float:
        """The processor time that its process has taken."""
        fields = Path(f"/proc/{self.pid}/schedstat").read_text().split()
        return int(fields[0]) / 1e9

    async def cost_s(self, request: bytes, expected: bytes) -> float:
        """Processor seconds of the service for each of many equal requests."""
        before = self.cpu_s()
        await asyncio.gather(*[self._ask(request, expected) for _ in range(CONNECTIONS)])
        return (self.cpu_s() - before) / REQUESTS

    async def _ask(self, request: bytes, expected: bytes) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for _ in range(REQUESTS // CONNECTIONS):
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(expected), head
            length = next(
                (
                    int(line[16:])
                    for line in head.lower().split(b"\r\n")
                    if line.startswith(b"content-length: ")
                ),
                0,
            )
            await reader.readexactly(length)
        writer.close()


def _length(head: bytes) -> int:
    """How long the body is that a head announces."""
    fields = [line.partition(b": ") for line in head.lower().split(b"\r\n")]
    return next((int(value) for name, _, value in fields if name == b"content-length"), 0)


@asynccontextmanager
async def issuing(database_url: str, folder: Path) -> AsyncIterator[Issuer]:
    """The service as a process of its own, with one registered client."""
    key = folder / "secret.key"
    key.write_text(base64.urlsafe_b64encode(bytes(range(32))).decode(), encoding="ascii")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.performance.serve_partners", database_url, str(port)),
        cwd=ROOT,
        env={**os.environ, "CDP_SECRET_KEY_FILE": str(key)},
    )
    try:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            await _ready(http)
            body = {"organisation": {"legal_name": "Bench Ltd", "kind": "private"}, "client_name": "B"}
            made = await http.post("/v1/registrations", json=body, headers={"Idempotency-Key": str(new_id())})
        client = made.json()["client"]
        basic = base64.b64encode(f"{client['client_id']}:{client['client_secret']}".encode()).decode()
        yield Issuer(process.pid, port, basic)
    finally:
        process.terminate()
        await process.wait()


async def _ready(http: httpx2.AsyncClient) -> None:
    async with asyncio.timeout(START_S):
        while True:
            try:
                if (await http.get("/health/ready")).status_code == 200:
                    return
            except httpx2.TransportError:  # not listening yet
                await asyncio.sleep(0.1)


def _post(path: str, body: str = "", **headers: str) -> bytes:
    sent = {"Host": "bench", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n{body}".encode()


async def test_a_token_is_issued_at_the_agreed_share_of_an_empty_requests_throughput(
    make_database: MakeDatabase, tmp_path: Path, say: Callable[[str], None]
) -> None:
    database = await make_database("partners_api", "partners")
    url = database.engine.url.render_as_string(hide_password=False)
    async with issuing(url, tmp_path) as issuer:
        empty = _post(EMPTY)
        form = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Basic {issuer.basic}"}
        token = _post("/oauth/token", "grant_type=client_credentials", **form)
        await issuer.cost_s(empty, b"HTTP/1.1 204")
        await issuer.cost_s(token, b"HTTP/1.1 200")
        rounds = [
            (await issuer.cost_s(empty, b"HTTP/1.1 204"), await issuer.cost_s(token, b"HTTP/1.1 200"))
            for _ in range(ROUNDS)
        ]
    share = statistics.median(nothing / issued for nothing, issued in rounds)
    nothing, issued = (statistics.median(each) * 1e6 for each in zip(*rounds, strict=True))
    say(f"an empty request {nothing:.0f} µs, a token {issued:.0f} µs: {share:.2f} of its throughput")
    assert share >= AT_LEAST


async def test_a_token_is_verified_within_the_agreed_multiple_of_its_signature(
    say: Callable[[str], None],
) -> None:
    mint = TokenMint()
    verifier = mint.verifier(poll_interval_s=3600)
    await verifier.refresh_keys()
    await verifier.refresh_revocations()
    [jwk] = (await mint.fetch_jwks())["keys"]
    first, raw, again = [], [], []
    for _ in range(BATCHES):
        tokens = [mint.token(scopes=["bids:read", "bids:write"]) for _ in range(BATCH)]
        first.append(await _cost_s(verifier.verify, tokens))
        again.append(await _cost_s(verifier.verify, tokens))
        raw.append(_signature_cost_s(jwk, tokens))
    at_first = statistics.median(one / bare for one, bare in zip(first, raw, strict=True))
    afterwards = statistics.median(again)
    say(f"at first {at_first:.2f} × the signature ({statistics.median(raw) * 1e6:.0f} µs), ")
    say(f"then {afterwards * 1e6:.1f} µs")
    assert at_first <= AT_FIRST_AT_MOST
    assert afterwards <= AFTERWARDS_AT_MOST_S


async def _cost_s(verify: Callable[[str], Awaitable[object]], tokens: list[str]) -> float:
    """Processor seconds for each token."""
    before = time.process_time()
    for token in tokens:
        await verify(token)
    return (time.process_time() - before) / len(tokens)


def _signature_cost_s(jwk: Mapping[str, Any], tokens: list[str]) -> float:
    """Processor seconds for the bare check of each signature, its parts being taken apart before."""
    key: Any = OKPKey.import_key(dict(jwk)).public_key
    taken = []
    for token in tokens:
        signed, _, signature = token.rpartition(".")
        taken.append((base64.urlsafe_b64decode(signature + "=="), signed.encode()))
    before = time.process_time()
    for signature_bytes, content in taken:
        key.verify(signature_bytes, content)
    return (time.process_time() - before) / len(tokens)
