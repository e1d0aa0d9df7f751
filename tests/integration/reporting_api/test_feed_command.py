"""What an operator's command says of a feed: how it stands, what is set aside, and what mending it does."""

import os
import subprocess
import sys
from typing import Any

import pytest
from tests.integration.reporting_api.framework import MEASURES
from tests.integration.reporting_api.world import PROCUREMENT, World, promised_line

from cdp_common.db.feed_repairs import RewindRefused
from cdp_common.web.feed_command import FeedRefusal, answer, arguments_of
from reporting_api.use_cases.follow_feeds import feeds_followed

Lines = list[dict[str, Any]]


async def asked(world: World, *arguments: str) -> tuple[Lines, int]:
    return await answer(world.db, feeds_followed(world.taker), arguments_of(arguments))


def part(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: row[name] for name in names}


async def test_an_event_that_could_not_be_digested_is_shown_mended_and_replayed_once(world: World) -> None:
    late = world.commitment(lines=[promised_line(measure="LATER")])
    world.neighbours.tell(PROCUREMENT, "agreement.signed", late.source_id, late.model_dump(mode="json"))
    for _ in range(5):
        await world.consume_once(PROCUREMENT, "procurement")
    await world.end(late, late.ends_on)  # told after it, and of the same agreement: waits behind it

    listed, status = await asked(world, "list")
    assert status == 1
    assert [row["source"] for row in listed] == ["partners", "procurement", "charter", "toms"]
    counts = ("source", "position", "retrying", "parked_events", "parked_aggregates")
    assert part(listed[1], *counts) == dict(zip(counts, ("procurement", 2, 0, 2, 1), strict=True))

    shown, status = await asked(world, "show", "procurement")
    assert status == 1
    told = [part(row, "position", "type", "aggregate_id", "attempts", "last_error") for row in shown]
    about = {"aggregate_id": str(late.source_id)}
    unknown = "toms-engine has no measure LATER in the edition that the line names."
    assert told == [
        {"position": 1, "type": "agreement.signed", **about, "attempts": 5}
        | {"last_error": f"measure_not_known: {unknown}"},
        {"position": 2, "type": "agreement.terminated", **about, "attempts": 1}
        | {"last_error": "an earlier event of its aggregate is set aside"},
    ]
    [whole], _ = await asked(world, "show", "procurement", "1")
    assert whole["event"]["data"]["lines"][0]["measure"] == "LATER"
    assert [row["position"] for row in (await asked(world, "show", "procurement", "--after", "1"))[0]] == [2]
    assert len((await asked(world, "show", "procurement", "--limit", "1"))[0]) == 1

    [failed], status = await asked(world, "replay", "procurement")
    assert part(failed, "applied", "failed_again", "parked_events") == {
        "applied": 0,
        "failed_again": [1],
        "parked_events": 2,
    }
    assert status == 1
    assert (await asked(world, "show", "procurement"))[0][0]["attempts"] == 6
    assert await world.count("ledger_inbox") == 0

    world.neighbours.measures["LATER"] = MEASURES["HOURS"]
    [done], status = await asked(world, "replay", "procurement")
    assert (done["applied"], done["failed_again"], done["parked_events"], status) == (2, [], 0, 0)
    entries = await world.count("ledger_inbox")
    committed = [entry.pence for entry in await world.ledger("committed")]
    assert committed == [2_400_000, -2_400_000]  # entered once, and taken back at its end once
    [again], _ = await asked(world, "replay", "procurement")
    assert again["applied"] == 0
    [back], _ = await asked(world, "rewind", "procurement", "0")
    assert part(back, "position", "position_before") == {"position": 0, "position_before": 2}
    assert await world.consume() == 2  # both are told again, and neither has a second effect
    assert await world.count("ledger_inbox") == entries
    assert (await asked(world, "show", "procurement")) == ([], 0)


async def test_what_an_operator_cannot_do_is_refused_with_the_reason(world: World) -> None:
    await world.sign()
    refusals = {
        ("replay", "reporting"): "it follows: partners, procurement, charter, toms",
        ("show", "procurement", "1"): "event 1 of procurement is not set aside",
        ("rewind", "procurement", "2"): "the feed was read up to 1, and a cursor is only ever set back",
    }
    for arguments, words in refusals.items():
        with pytest.raises((FeedRefusal, RewindRefused), match=words):
            await asked(world, *arguments)
    listed, status = await asked(world, "list")
    assert (listed[1]["position"], status) == (1, 0)


@pytest.mark.parametrize(
    "given",
    [
        [],
        ["mend"],
        ["rewind", "procurement", "-1"],
        ["rewind", "procurement", str(2**63)],
        ["show", "procurement", "--limit", "1001"],
        ["replay", "procurement", "--limit", "0"],
        ["replay", "procurement", "--aggregate", "7"],
    ],
)
def test_what_cannot_be_read_is_no_command(given: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        arguments_of(given)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: feeds")


@pytest.mark.parametrize("given", [["list"], ["show", "nobody"]])
def test_a_command_that_cannot_reach_its_database_says_so_on_the_error_stream_alone(given: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "charter_api", "feeds", *given],
        env={"PATH": os.environ["PATH"], "CDP_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    refused = {
        "list": "database_unavailable: ",
        "show": "this service does not follow a feed “nobody”; it follows: partners",
    }
    assert done.stderr.splitlines()[-1].startswith(refused[given[0]])
