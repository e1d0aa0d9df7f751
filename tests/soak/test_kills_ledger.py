"""What was promised stands in the ledger once, although who reads the feed was killed all the time."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter, defaultdict
from decimal import Decimal
from typing import Any

from tests.soak.books import at_rest, rows
from tests.soak.storm import Aftermath

ENTRIES = "SELECT figure, source_line_id, social_pence, local_pence, reverses FROM ledger_entries"


async def test_each_promised_line_is_entered_once_with_its_pence(aftermath: Aftermath):
    await at_rest(aftermath.platform)
    lines = _lines(aftermath)
    entries = await rows(aftermath.platform, "reporting", ENTRIES)
    committed = [entry for entry in entries if entry["figure"] == "committed"]
    assert Counter(str(entry["source_line_id"]) for entry in committed) == Counter(lines.keys())
    assert {
        str(entry["source_line_id"]): (entry["social_pence"], entry["local_pence"]) for entry in committed
    } == lines
    assert {entry["figure"] for entry in entries} == {"committed", "due"}


async def test_what_falls_due_sums_to_what_was_promised(aftermath: Aftermath):
    await at_rest(aftermath.platform)
    due: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for entry in await rows(aftermath.platform, "reporting", f"{ENTRIES} WHERE figure = 'due'"):
        social, local = due[str(entry["source_line_id"])]
        due[str(entry["source_line_id"])] = (social + entry["social_pence"], local + entry["local_pence"])
    assert due == _lines(aftermath)


async def test_no_event_was_set_aside(aftermath: Aftermath):
    await at_rest(aftermath.platform)
    assert await rows(aftermath.platform, "reporting", "SELECT * FROM event_failures") == []


async def test_the_ledger_verifies(aftermath: Aftermath, record_property: Any):
    await at_rest(aftermath.platform)
    [count] = await rows(
        aftermath.platform,
        "reporting",
        "SELECT count(*) AS entries, count(DISTINCT block_number) AS blocks FROM ledger_entries",
    )
    record_property("ledger", count)
    verified = await asyncio.to_thread(_verify, aftermath)
    assert (verified.returncode, verified.stdout) == (0, "0 faults\n"), verified.stderr


def _verify(aftermath: Aftermath) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reporting_api", "verify"],
        env=aftermath.platform.variables("reporting-api"),
        capture_output=True,
        text=True,
        check=False,
    )


def _lines(aftermath: Aftermath) -> dict[str, tuple[int, int]]:
    """Social and local economic pence of every line that was promised, by its id."""
    agreements = [json.loads(one.answer) for one in aftermath.record.of("agreement")]
    return {
        line["line_id"]: (_pence(line["social_gbp"]), _pence(line["local_economic_gbp"]))
        for agreement in agreements
        for line in agreement["lines"]
    }


def _pence(pounds: str) -> int:
    return int(Decimal(pounds) * 100)
