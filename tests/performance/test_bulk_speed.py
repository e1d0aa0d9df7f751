"""How fast files of lines are valued: in the process, over HTTP, and beside other engines' exact decimals."""

from __future__ import annotations

import csv
import statistics
import time
from collections.abc import Callable, Iterator

from tests.performance.other_engines import DuckDb, Engine, Ours, PolarsInt128, postgres
from tests.performance.plain_lines import COLUMNS, plain_lines
from tests.performance.server import Server

from cdp_common.testing.plugin import MakeDatabase
from toms_engine.bulk.writing import CSV_COLUMNS

LINES = 300_000
ROUNDS = 5
FEWEST_IN_PROCESS = 2_000_000
FEWEST_OVER_HTTP = 300_000
FILE_LINES = 900_000
LARGE_FILE_LINES = 5_000_000
MOST_MIB = 300

Say = Callable[[str], None]


async def test_columns_value_plain_lines_as_fast_as_whole_numbers_can_be_multiplied(
    make_database: MakeDatabase, say: Say
):
    lines = plain_lines(LINES)
    async with postgres(await make_database("toms_engine", "toms"), lines) as numeric:
        engines: dict[str, Engine] = {
            "these columns, from text": Ours(lines),
            "polars Int128": PolarsInt128(lines),
            "DuckDB DECIMAL": DuckDb(lines),
            "PostgreSQL NUMERIC": numeric,
        }
        ours, *others = [await engine.sums() for engine in engines.values()]
        assert all(other == ours for other in others)
        taken: dict[str, list[float]] = {name: [] for name in engines}
        cpu: dict[str, list[float]] = {name: [] for name in engines}
        for _ in range(ROUNDS):
            for name, engine in engines.items():
                started, cpu_started = time.perf_counter(), time.process_time()
                await engine.sums()
                taken[name].append(time.perf_counter() - started)
                cpu[name].append(time.process_time() - cpu_started)
    speeds = {name: LINES / statistics.median(times) for name, times in taken.items()}
    first = speeds["these columns, from text"]
    for name, speed in speeds.items():
        say(f"{name}: {speed / 1e6:.2f} M lines/s, {speed / first:.2f} of these columns")
    # By its processor time, so that other work on the machine does not count: it runs on one core.
    on_one_core = LINES / min(cpu["these columns, from text"])
    say(f"these columns, on one core to themselves: {on_one_core / 1e6:.2f} M lines/s")
    assert on_one_core >= FEWEST_IN_PROCESS


def file_of(lines: int) -> tuple[Iterator[bytes], int]:
    """A CSV file of so many lines in pieces, and its size."""
    header = (",".join(COLUMNS) + "\n").encode()
    block = plain_lines(50_000).csv()
    count = lines // 50_000
    half = len(block) // 2

    def pieces() -> Iterator[bytes]:
        yield header
        for _ in range(count):
            yield block[:half]
            yield block[half:]

    return pieces(), len(header) + count * len(block)


async def send(server: Server, lines: int) -> float:
    """Lines a second of a file of so many lines, all of them valued."""
    pieces, size = file_of(lines)
    started = time.perf_counter()
    _, tail = await server.send_file(pieces, size)
    taken_s = time.perf_counter() - started
    last = [line for line in tail.decode(errors="replace").splitlines() if line.startswith("summary")][-1]
    summary = dict(zip(CSV_COLUMNS, next(csv.reader([last])), strict=True))
    assert (summary["valued"], summary["refused"]) == (str(lines), "0")
    return lines / taken_s


async def test_a_file_is_valued_over_http_as_fast_as_it_should_be(server: Server, say: Say):
    await send(server, 50_000)
    before_s = server.cpu_s()
    speeds = [await send(server, FILE_LINES) for _ in range(3)]
    cpu_s = (server.cpu_s() - before_s) / 3
    by_clock, by_cpu = statistics.median(speeds) / 1e3, FILE_LINES / cpu_s / 1e3
    say(f"over HTTP as CSV: {by_clock:.0f} k lines a second, {by_cpu:.0f} k a second of the processor")
    assert max(speeds) >= FEWEST_OVER_HTTP


async def test_memory_stays_flat_over_five_million_lines(server: Server, say: Say):
    await send(server, 50_000)
    at_first = server.peak_mib()
    await send(server, LARGE_FILE_LINES)
    at_last = server.peak_mib()
    say(f"resident at most: {at_first:.0f} MiB after 50,000 lines, {at_last:.0f} MiB after 5,000,000")
    assert at_last < MOST_MIB
