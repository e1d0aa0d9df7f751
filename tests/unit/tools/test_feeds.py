"""What `cdp feeds` shows of the answers of the services' own commands, and how it ends."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cdp_tools import feeds
from cdp_tools.services import SERVICES

STANDING = {
    "source": "procurement",
    "position": 41,
    "read_at": "2026-11-23T02:10:11.123456+00:00",
    "retrying": 0,
    "parked_events": 2,
    "parked_aggregates": 1,
}
PARKED = {
    "position": 40,
    "type": "agreement.signed",
    "aggregate_type": "agreement",
    "aggregate_id": "01a20000-0000-7000-8000-000000000001",
    "attempts": 5,
    "last_error": "measure_not_known: no measure LATER",
    "first_failed_at": "2026-11-23T02:10:11+00:00",
    "last_failed_at": "2026-11-23T02:10:15+00:00",
}
Ran = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Ran:
    """Runs a command whose service answers with the rows given, and keeps what it was asked."""
    monkeypatch.setenv("COLUMNS", "200")

    def running(*arguments: str, rows: list[dict[str, Any]]) -> tuple[int, str]:
        monkeypatch.setattr(feeds, "_asked", lambda *asked: rows)
        done = CliRunner().invoke(feeds.feeds, list(arguments))
        return done.exit_code, done.output

    return running


def test_the_list_names_each_feed_and_ends_with_1_while_something_is_set_aside(run: Ran) -> None:
    status, shown = run("list", rows=[STANDING])
    assert status == 1
    assert shown.count("2026-11-23 02:10:11 UTC") == 3  # reporting-api, procurement-api and charter-api
    never = {**STANDING, "read_at": None, "parked_events": 0}
    status, shown = run("list", rows=[never])
    assert (status, "never" in shown) == (0, True)


def test_what_is_set_aside_is_shown_with_its_reason(run: Ran) -> None:
    status, shown = run("show", "reporting-api", "procurement", rows=[PARKED])
    assert status == 1
    for told in ("40", "agreement.signed", PARKED["aggregate_id"], "5", PARKED["last_error"]):
        assert str(told) in shown
    whole = {**PARKED, "event": {"data": {"lines": [{"measure": "LATER"}]}}}
    status, shown = run("show", "reporting-api", "procurement", "40", rows=[whole])
    assert (status, '"measure": "LATER"' in shown) == (1, True)
    assert run("show", "reporting-api", "procurement", rows=[]) == (
        0,
        "Nothing of procurement is set aside.\n",
    )


def test_a_replay_says_what_was_applied_what_failed_and_what_stays(run: Ran) -> None:
    failed = {**STANDING, "applied": 3, "failed_again": [40]}
    status, shown = run("replay", "reporting-api", "procurement", rows=[failed])
    assert status == 1
    assert shown.splitlines() == [
        "Applied: 3. Still set aside: 2.",
        "Failed again: 40; `cdp feeds show` says why.",
    ]
    whole = {**STANDING, "parked_events": 0, "applied": 2, "failed_again": []}
    assert run("replay", "reporting-api", "procurement", rows=[whole]) == (
        0,
        "Applied: 2. Still set aside: 0.\n",
    )


def test_who_follows_nothing_and_a_platform_that_does_not_run_are_refused(
    run: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, shown = run("show", "toms-engine", "partners", rows=[])
    assert status == 1
    assert "toms-engine follows no feed; those that do: procurement-api, charter-api, reporting-api" in shown
    monkeypatch.undo()
    monkeypatch.setenv("CDP_STATE", str(tmp_path))
    refused = CliRunner().invoke(feeds.feeds, ["list"])
    assert (refused.exit_code, "does not run: start it with `cdp up`" in refused.output) == (1, True)
    assert list(tmp_path.iterdir()) == []


def test_the_table_of_services_says_who_follows_a_feed() -> None:
    root = Path(__file__).resolve().parents[3]
    commands = {
        service.name
        for service in SERVICES
        if (root / "services" / service.name / "src" / service.package / "feeds.py").is_file()
    }
    assert {service.name for service in SERVICES if service.follows} == commands
