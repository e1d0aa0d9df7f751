"""What posting a bid of twenty lines costs, beside a bare handler that inserts three rows by one statement.

Both run as processes of their own against one durable PostgreSQL, and are asked in turns.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import socket
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import pytest
from sqlalchemy import make_url
from tests.integration.procurement_api.conftest import running, settings_in
from tests.integration.procurement_api.world import NOW, TERMS, import_document, release
from tests.performance.bid_servers import BARE_TABLES
from tests.performance.posting import Connection, Posted, as_fast_as_answered, at_a_rate

from cdp_common.db.embedded import EmbeddedCluster
from cdp_common.kernel.clock import utc_now
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.databases import TestDatabases
from procurement_api.settings import PACKAGE, SCHEMA

ROOT = Path(__file__).resolve().parents[2]
LOTS = [str(number) for number in range(1, 6)]
UNITS = {"M-JOB": "fte_years", "M-HOURS": "hours", "M-CARBON": "tco2e", "M-COUNT": "count"}
BIDDERS = 30_000
CLIENTS = 24
CONNECTIONS = 5  # what the service has by default
ROUNDS, ROUND_S = 5, 3.0
OPEN_LOOP_S = 15.0
LEAST_OF_BARE, MOST_P99_MS = 0.5, 60.0
SHARE_OF_PEAK = 0.6


@dataclass
class Target:
    """A process that is posted to."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """The processor time it has taken."""
        return _cpu_s(self.pid)


@dataclass
class Cluster:
    """PostgreSQL, by the process that all of its others are children of."""

    pid: int

    def cpu_s(self) -> float:
        """The processor time that all of its processes have taken which are there now."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return sum(_cpu_s(pid) for pid in (self.pid, *map(int, children)))


def _cpu_s(pid: int) -> float:
    """The processor time of a process, in nanoseconds by the scheduler; none of one that has ended."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except FileNotFoundError:
        return 0.0


def body_of(bidder: str) -> bytes:
    """A bid of twenty lines with answers of an ordinary length."""
    lines = [
        {"measure": measure, "lot": lot, "quantity": "12.5", "unit": unit, "answer": "We shall. " * 20}
        for measure, unit in UNITS.items()
        for lot in LOTS
    ]
    attestation = {"authorised_by": "Director", "authorised_at": NOW, "portal_user_ref": "u-1"}
    document = {"tenderer": {"organisation_id": bidder}, "lines": lines, "attestation": attestation}
    return json.dumps(document).encode()


def request_of(path: str, body: bytes, token: str) -> bytes:
    """A whole HTTP request with a fresh key."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nIdempotency-Key: {new_id()}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def published_tender(databases: TestDatabases, folder: Path) -> tuple[str, str]:
    """A published tender that stays open, and the address of its database."""
    database = await databases.clone(PACKAGE, SCHEMA)
    lots = [{"id": lot, "title": f"Lot {lot}"} for lot in LOTS]
    tender_part = {**release()["tender"], "lots": lots}
    measures = [{"measure": measure, "weight": "25"} for measure in UNITS]
    terms = {**TERMS, "measures": measures, "deadline_at": (utc_now() + timedelta(days=1)).isoformat()}
    async with running(database, settings_in(folder)) as world:
        document = import_document(world, package={"releases": [release(tender=tender_part)]})
        report = await world.done("POST", "/v1/ocds/imports", document, as_=world.buyer)
        path = f"/v1/tenders/{report['tenders'][0]['id']}"
        etag = await world.etag(path, as_=world.buyer)
        await world.done("PUT", f"{path}/terms", terms, as_=world.buyer, if_match=etag)
        etag = await world.etag(path, as_=world.buyer)
        await world.done("POST", f"{path}/publish", as_=world.buyer, if_match=etag)
    return database.engine.url.render_as_string(hide_password=False), f"{path}/bids"


@asynccontextmanager
async def serving(kind: str, known: dict[str, Any], folder: Path) -> AsyncIterator[Target]:
    """One of the two as a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file = folder / f"{kind}.json"
    file.write_text(json.dumps({**known, "port": port}), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.performance.bid_servers",
        kind,
        str(file),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        await process.stdout.readline()
        drained = asyncio.create_task(process.stdout.read())  # its log lines
        async with httpx2.AsyncClient() as http, asyncio.timeout(60):
            while True:
                try:
                    await http.get(f"http://127.0.0.1:{port}/health/live")
                    break
                except httpx2.TransportError:
                    await asyncio.sleep(0.1)
        yield Target(port, process.pid)
    finally:
        process.terminate()
        await process.wait()
        await drained


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="cdp-bench-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


async def test_a_bid_of_twenty_lines_beside_a_bare_insert(folder: Path, say: Callable[[str], None]):
    with EmbeddedCluster(folder / "pg", settings={"jit": "off", "max_wal_size": "2GB"}).start() as cluster:
        databases = TestDatabases(cluster.admin_url)
        url, path = await published_tender(databases, folder)
        plain_url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        admin = make_url(cluster.admin_url).set(database=make_url(url).database)
        owner = await asyncpg.connect(admin.render_as_string(hide_password=False))
        await owner.execute(BARE_TABLES)
        await owner.close()
        bidders = [str(new_id()) for _ in range(BIDDERS)]
        known = {
            "database_url": url,
            "plain_url": plain_url,
            "connections": CONNECTIONS,
            "bidders": bidders,
            "tokens_file": str(folder / "tokens"),
            "secret_key_file": str(folder / "secret.key"),
            "sealing_key_file": str(folder / "sealing.key"),
        }
        async with serving("service", known, folder) as service, serving("bare", known, folder) as bare:
            tokens = (folder / "tokens").read_text(encoding="utf-8").split("\n")
            requests = (request_of(path, body_of(b), t) for b, t in zip(bidders, tokens, strict=True))
            plain = (request_of(path, body_of(bidders[0]), tokens[0]) for _ in itertools.count())
            await compared(service, bare, _cluster_in(folder), requests, plain, say)
        await databases.close()


def _cluster_in(folder: Path) -> Cluster:
    [file] = folder.rglob("postmaster.pid")
    return Cluster(int(file.read_text().split()[0]))


async def compared(
    service: Target,
    bare: Target,
    cluster: Cluster,
    requests: Iterator[bytes],
    plain: Iterator[bytes],
    say: Callable[[str], None],
) -> None:
    ours = [await Connection.opened(service.port) for _ in range(CLIENTS)]
    theirs = [await Connection.opened(bare.port) for _ in range(CLIENTS)]
    await as_fast_as_answered(ours, requests, 1)
    await as_fast_as_answered(theirs, plain, 1)
    ratios: list[float] = []
    rates: list[float] = []
    cpu: dict[str, list[float]] = {"service": [], "bare": []}
    database_cpu: dict[str, list[float]] = {"service": [], "bare": []}
    for _ in range(ROUNDS):
        found: dict[str, Posted] = {}
        for name, target, connections, sent in (
            ("service", service, ours, requests),
            ("bare", bare, theirs, plain),
        ):
            before, database_before = target.cpu_s(), cluster.cpu_s()
            found[name] = await as_fast_as_answered(connections, sent, ROUND_S)
            times = len(found[name].taken_ms)
            cpu[name].append((target.cpu_s() - before) / times * 1000)
            database_cpu[name].append((cluster.cpu_s() - database_before) / times * 1000)
        ratios.append(found["service"].rate / found["bare"].rate)
        rates.append(found["service"].rate)
        a_second = f"{found['service'].rate:.0f} bids a second, {found['bare'].rate:.0f} bare inserts"
        say(f"{a_second}: {ratios[-1]:.2f}")
    for of, spent in (("the service and the bare handler", cpu), ("the database for each", database_cpu)):
        a_bid, an_insert = statistics.median(spent["service"]), statistics.median(spent["bare"])
        say(f"processor time of {of}: {a_bid:.2f} ms a bid, {an_insert:.2f} ms a bare insert")
    open_loop = await at_a_rate(ours, requests, statistics.median(rates) * SHARE_OF_PEAK, OPEN_LOOP_S)
    p99 = statistics.quantiles(open_loop.taken_ms, n=100)[98]
    middle = statistics.median(open_loop.taken_ms)
    say(f"at {open_loop.rate:.0f} a second, open loop: median {middle:.1f} ms, p99 {p99:.1f} ms")
    for connection in (*ours, *theirs):
        connection.close()
    say(f"median of the ratios {statistics.median(ratios):.2f}")
    assert statistics.median(ratios) >= LEAST_OF_BARE
    assert p99 <= MOST_P99_MS
