"""What posting a bid of twenty lines costs, beside a bare handler that inserts three rows by one statement.

Both run as processes of their own against one durable PostgreSQL, and are asked in turns: one process of
each, then two of each, which a deployment has at least. Python keeps a process to one core: of two cores one
bare process, with the database and whoever asks beside it, takes all, and one of ours little more than half.
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
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

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
PROCESSES = 2
BIDDERS = 40_000
CLIENTS = 24
CONNECTIONS = 5  # what the service has by default
ROUNDS, ROUND_S = 5, 2.0
OPEN_LOOP_S = 15.0
LEAST_OF_BARE, MOST_P99_MS = 0.5, 60.0
SHARE_OF_PEAK = 0.6


@dataclass
class Target:
    """A process that is posted to."""

    port: int
    pid: int
    requests: Iterator[bytes]
    """No two submit for one bidder."""
    connections: list[Connection] = field(default_factory=list)

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
async def serving(kind: str, known: dict[str, Any], path: str, folder: Path) -> AsyncIterator[Target]:
    """One of the two as a process of its own, with bidders of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    bidders = [str(new_id()) for _ in range(BIDDERS)]
    file, tokens_file = folder / f"{port}.json", folder / f"{port}.tokens"
    told = {**known, "port": port, "bidders": bidders, "tokens_file": str(tokens_file)}
    file.write_text(json.dumps(told), encoding="utf-8")
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
        tokens = tokens_file.read_text(encoding="utf-8").split("\n")
        target = Target(port, process.pid, _requests(kind, path, bidders, tokens))
        target.connections += [await Connection.opened(port) for _ in range(CLIENTS)]
        yield target
        for connection in target.connections:
            connection.close()
    finally:
        process.terminate()
        await process.wait()
        await drained


def _requests(kind: str, path: str, bidders: Sequence[str], tokens: Sequence[str]) -> Iterator[bytes]:
    """A bid of each with its own token; the bare handler reads neither, and is sent one again and again."""
    if kind == "bare":
        body = body_of(bidders[0])
        return (request_of(path, body, tokens[0]) for _ in itertools.count())
    return (request_of(path, body_of(b), t) for b, t in zip(bidders, tokens, strict=True))


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
        known = {
            "database_url": url,
            "plain_url": plain_url,
            "connections": CONNECTIONS,
            "secret_key_file": str(folder / "secret.key"),
            "sealing_key_file": str(folder / "sealing.key"),
        }
        async with AsyncExitStack() as stack:
            targets: dict[str, list[Target]] = {"service": [], "bare": []}
            for kind in targets:
                for _ in range(PROCESSES):
                    begun = await stack.enter_async_context(serving(kind, known, path, folder))
                    targets[kind].append(begun)
            measured = Measured(_cluster_in(folder), targets["service"], targets["bare"], say)
            await measured.warmed()
            await measured.ratio(1)
            ratio, rate = await measured.ratio(PROCESSES)
            p99_ms = await measured.p99_ms(rate * SHARE_OF_PEAK)
        await databases.close()
    assert ratio >= LEAST_OF_BARE
    assert p99_ms <= MOST_P99_MS


def _cluster_in(folder: Path) -> Cluster:
    [file] = folder.rglob("postmaster.pid")
    return Cluster(int(file.read_text().split()[0]))


@dataclass(frozen=True)
class Measured:
    """The service and the bare handler as they are measured beside each other."""

    cluster: Cluster
    services: Sequence[Target]
    bares: Sequence[Target]
    say: Callable[[str], None]

    async def warmed(self) -> None:
        """Have all answered before anything is measured."""
        for targets in (self.services, self.bares):
            await _posted(targets, 1)

    async def ratio(self, processes: int) -> tuple[float, float]:
        """How many bids are taken for one insert by so many processes of each, and how many a second."""
        ratios: list[float] = []
        found: dict[str, list[Round]] = {"bids": [], "inserts": []}
        for _ in range(ROUNDS):
            for name, targets in (("bids", self.services), ("inserts", self.bares)):
                found[name].append(await self._round(targets[:processes]))
            ratios.append(found["bids"][-1].rate / found["inserts"][-1].rate)
        ratio = statistics.median(ratios)
        all_ratios = ", ".join(f"{each:.2f}" for each in sorted(ratios))
        self.say(f"{processes} of each: {ratio:.2f} of bare ({all_ratios})")
        for name, rounds in found.items():
            rate, service_ms, database_ms = map(statistics.median, zip(*rounds, strict=True))
            spent = f"for one {service_ms:.2f} ms of a processor, database {database_ms:.2f} ms"
            self.say(f"  {rate:.0f} {name} a second; {spent}")
        return ratio, statistics.median(each.rate for each in found["bids"])

    async def _round(self, targets: Sequence[Target]) -> Round:
        before, database_before = sum(each.cpu_s() for each in targets), self.cluster.cpu_s()
        posted = await _posted(targets, ROUND_S)
        times = sum(len(each.taken_ms) for each in posted)
        spent = sum(each.cpu_s() for each in targets) - before
        rate = sum(each.rate for each in posted)
        return Round(rate, spent / times * 1000, (self.cluster.cpu_s() - database_before) / times * 1000)

    async def p99_ms(self, rate: float) -> float:
        """How long 99 of 100 bids take that come at a rate, whether or not earlier ones were answered."""
        each = rate / len(self.services)
        found = await asyncio.gather(
            *(at_a_rate(one.connections, one.requests, each, OPEN_LOOP_S) for one in self.services)
        )
        taken_ms = [taken for posted in found for taken in posted.taken_ms]
        middle, p99 = statistics.median(taken_ms), statistics.quantiles(taken_ms, n=100)[98]
        self.say(f"at {rate:.0f} a second, open loop: median {middle:.1f} ms, p99 {p99:.1f} ms")
        return p99


class Round(NamedTuple):
    """What one round gave: calls a second, and processor time for each of the processes and the database."""

    rate: float
    service_ms: float
    database_ms: float


async def _posted(targets: Sequence[Target], seconds: float) -> list[Posted]:
    """All connections of one process, or as many shared out to several."""
    clients = CLIENTS // len(targets)
    asking = (as_fast_as_answered(one.connections[:clients], one.requests, seconds) for one in targets)
    return await asyncio.gather(*asking)
