"""How fast a report of 100,000 lines is taken in: validated, valued by toms-engine, and submitted."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import httpx2
from sqlalchemy import text
from tests.integration.reporting_api.conftest import Answering, running
from tests.integration.reporting_api.neighbours import Neighbours
from tests.integration.reporting_api.world import World, keyed
from tests.performance.plain_lines import plain_lines
from tests.performance.server import Server, cpu_s

from cdp_common.testing.plugin import MakeDatabase

LINES = 100_000
FEW_LINES = 20_000
MOST_S = 30
MOST_MORE_MIB = 64
HEADER = b"measure,quantity,unit,route,areas,note\n"
OF_THE_ENGINE = ("/v1/valuations/", "/v1/measures/", "/v1/editions/")

Say = Callable[[str], None]


def file_of(count: int) -> bytes:
    """A report of so many lines, every third of which lands in two areas."""
    frame = plain_lines(count).frame

    def rows() -> Iterator[str]:
        for number, (_, measure, quantity, unit, *_rest) in enumerate(frame.iter_rows()):
            areas = "E01000001=0.5;E01000002=0.25" if number % 3 == 0 else ""
            yield f"{measure},{quantity},{unit},own_activity,{areas},{number}\n"

    return HEADER + "".join(rows()).encode()


def beside(server: Server, http: httpx2.AsyncClient) -> Callable[[Neighbours], Answering]:
    """toms-engine is the process beside; everybody else is made up."""

    def made(neighbours: Neighbours) -> Answering:
        async def answer(request: httpx2.Request) -> httpx2.Response:
            if not request.url.path.startswith(OF_THE_ENGINE):
                return await neighbours.answer(request)
            headers = {**server.headers, "content-type": request.headers.get("content-type", "")}
            url = f"{server.url}{request.url.raw_path.decode()}"
            found = await http.request(request.method, url, content=request.content, headers=headers)
            kept = {"content-type": found.headers["content-type"]}
            return httpx2.Response(found.status_code, content=found.content, headers=kept)

        return answer

    return made


def peak_mib() -> float:
    """The most memory that this process has ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@dataclass(frozen=True)
class Taken:
    """What a file takes: seconds by the clock, and of processors: here, in the engine, in the database."""

    clock_s: float
    service_s: float
    engine_s: float
    database_s: float

    @property
    def cpu_s(self) -> float:
        """Seconds of all processors."""
        return self.service_s + self.engine_s + self.database_s

    def __str__(self) -> str:
        return (
            f"{self.clock_s:.1f} s by the clock, {self.cpu_s:.1f} s of processors (service"
            f" {self.service_s:.1f}, engine {self.engine_s:.1f}, database {self.database_s:.1f})"
        )


async def used(world: World, server: Server) -> Taken:
    """What has been taken so far."""
    async with world.db.begin() as tx:
        sessions = await tx.scalars(
            text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        )
        database_s = sum(cpu_s(pid) for pid in sessions)
    return Taken(time.perf_counter(), time.process_time(), server.cpu_s(), database_s)


async def submit(world: World, server: Server, content: bytes, month: str) -> Taken:
    """What a file takes, as the report of a month."""
    params = {
        "place_id": str(world.place),
        "period_start": f"{month}-01",
        "period_end": f"{month}-28",
        "edition_hash": server.edition_hash,
    }
    headers = {**keyed(world.as_org(world.council)), "Content-Type": "text/csv"}
    before = await used(world, server)
    answer = await world.http.post("/v1/report-files", params=params, content=content, headers=headers)
    after = await used(world, server)
    assert answer.status_code == 201, answer.text[:2000]
    receipt = answer.json()
    assert (receipt["line_count"], receipt["rows_left_out"]) == (content.count(b"\n") - 1, 0)
    return Taken(*(late - early for late, early in zip(astuple(after), astuple(before), strict=True)))


async def test_a_report_of_100_000_lines_is_submitted_within_its_time_and_memory(
    server: Server, make_database: MakeDatabase, secret_key_file: Path, say: Say
):
    few, many = file_of(FEW_LINES), file_of(LINES)
    async with httpx2.AsyncClient(timeout=120) as http:
        db = await make_database("reporting_api", "reporting")
        async with running(db, secret_key_file, beside(server, http)) as world:
            few_taken = await submit(world, server, few, "2026-07")
            before = peak_mib()
            many_taken = await submit(world, server, many, "2026-08")
            more = peak_mib() - before
            assert await world.count("report_lines") == FEW_LINES + LINES
            assert await world.count("ledger_inbox") >= FEW_LINES + LINES
    say(f"{FEW_LINES} lines: {few_taken}")
    say(f"{LINES} lines: {many_taken}; {more:.0f} MiB more at most")
    # Two cores that do nothing else need at least half of the processors' time, and at most what the service
    # takes by itself: it reads, judges and writes one portion after the other.
    assert many_taken.service_s < MOST_S
    assert many_taken.cpu_s / 2 < MOST_S
    assert more < MOST_MORE_MIB
