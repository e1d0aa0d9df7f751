"""What was promised stands in the ledger once, although who reads the feed was killed all the time."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from tests.soak.books import at_rest, rows
from tests.soak.storm import Aftermath

# What was promised in all, signed and falling due, from the roll-ups and from the lines.
ROLLED_UP = """
    SELECT figure, sum(entry_count)::int AS entries, sum(social_pence + local_pence)::bigint AS pence
    FROM ledger_rollups WHERE marginal = 'measure' AND span = 'year' AND figure IN ('signed', 'due')
    GROUP BY figure"""
SUMMED = """
    SELECT CASE figure WHEN 'committed' THEN 'signed' ELSE figure END AS figure, count(*)::int AS entries,
        sum(social_pence + local_pence)::bigint AS pence
    FROM ledger_entries GROUP BY 1"""
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


async def test_no_roll_up_has_drifted(aftermath: Aftermath, record_property: Any):
    await at_rest(aftermath.platform)
    heads = "SELECT place_id, max(last_position) AS position FROM ledger_blocks GROUP BY place_id"
    folds = await rows(aftermath.platform, "reporting", "SELECT place_id, position FROM ledger_folds")
    assert _by_first(folds) == _by_first(await rows(aftermath.platform, "reporting", heads))
    rolled = _by_first(await rows(aftermath.platform, "reporting", ROLLED_UP))
    assert rolled == _by_first(await rows(aftermath.platform, "reporting", SUMMED))
    record_property("rolled up", rolled)


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


def _by_first(found: Iterable[Any]) -> dict[Any, tuple[Any, ...]]:
    """The other columns of each row by its first."""
    return {key: tuple(rest) for key, *rest in (tuple(row.values()) for row in found)}


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
