"""How long a nation's file and a large postcode lookup take to load, and whether memory stays flat."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from tests.official_files import IOD_2019, IOD_2025, official_file, postcode_lines
from tests.performance.server import Server

from cdp_common.clients.base import UploadFile
from cdp_common.clients.tokens import forwarded
from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import open_http
from cdp_common.kernel.identifiers import new_id

POSTCODES = 500_000
FILE_CPU_S = 20.0
"""Seconds of the process alone, twice what was measured; the wall clock depends on who else is busy."""

MOST_MIB_MORE = 64
"""What a file five times as long may add to the most memory that was ever resident."""


async def test_whole_nations_load_in_seconds(server: Server, tmp_path: Path, say: Callable[[str], None]):
    async with open_http() as http:
        toms = TomsClient(server.url, forwarded(server.headers["Authorization"].split()[1]), http)
        for edition in (IOD_2019, IOD_2025):
            path = tmp_path / f"{edition.index}.csv"
            path.write_bytes(official_file(edition))
            wall_s, cpu_s = time.perf_counter(), server.cpu_s()
            receipt = await toms.import_need_file(
                UploadFile(path, "text/csv"), layout=edition.layout, idempotency_key=str(new_id())
            )
            wall_s, cpu_s = time.perf_counter() - wall_s, server.cpu_s() - cpu_s
            say(f"{edition.index}: {receipt.areas_added} areas in {wall_s:.1f} s, {cpu_s:.1f} s of them ours")
            assert receipt.areas_added == edition.area_count
            assert {check.outcome for check in receipt.checks} == {"passed"}
            assert cpu_s < FILE_CPU_S


async def test_half_a_million_postcodes_load_in_flat_memory(
    server: Server, tmp_path: Path, say: Callable[[str], None]
):
    peaks = []
    async with open_http() as http:
        toms = TomsClient(server.url, forwarded(server.headers["Authorization"].split()[1]), http)
        for edition, count in (("2024-05", POSTCODES // 5), ("2024-11", POSTCODES)):
            path = tmp_path / f"{edition}.csv"
            with path.open("wb") as file:
                file.writelines(_lines(count))
            wall_s, cpu_s = time.perf_counter(), server.cpu_s()
            receipt = await toms.import_lookup(
                UploadFile(path, "text/csv"),
                layout="uk-onspd",
                edition=edition,
                idempotency_key=str(new_id()),
            )
            wall_s, cpu_s = time.perf_counter() - wall_s, server.cpu_s() - cpu_s
            peaks.append(server.peak_mib())
            say(
                f"{count:,} postcodes in {wall_s:.1f} s, {cpu_s:.1f} s of them ours; "
                f"{count / wall_s:,.0f} a second; at most {peaks[-1]:.0f} MiB"
            )
            assert receipt.row_count == count
    assert peaks[1] - peaks[0] < MOST_MIB_MORE


def _lines(count: int) -> Iterator[bytes]:
    return islice(postcode_lines(count), count + 1)
