"""What `make up` shows at its end: what happened, the graph's answers, addresses, and commands that work."""

import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from cdp_tools.screen import Screen
from cdp_tools.story.ending import show
from cdp_tools.story.scene import pounds
from tests.e2e.town import Town

WIDE = 400


@pytest.fixture(scope="module")
def shown(town: Town) -> str:
    """The ending as a wide terminal shows it."""
    screen = Screen(Console(file=io.StringIO(), width=WIDE))
    show(town.environment, screen)
    screen.addresses(town.environment)
    said = screen.console.file
    assert isinstance(said, io.StringIO)
    return said.getvalue()


def test_it_shows_what_happened_and_that_every_amount_is_a_sample(town: Town, shown: str) -> None:
    assert "What happened (every amount is a synthetic sample)" in shown
    assert len(town.scene.happenings) >= 20
    for happening in town.scene.happenings:
        assert happening.outcome in shown, happening
    # What is read before the deadline is refused, and shown to be.
    [sealed] = [line for line in shown.splitlines() if "bids_sealed" in line]
    assert "Durham County Council" in sealed


def test_it_shows_the_published_figures_in_both_components_and_every_grouping(town: Town, shown: str) -> None:
    first, second = (town.publication(number)["value"]["figures"] for number in (1, 2))
    for figure in ("committed", "due", "delivered", "validated"):
        [row] = [line for line in shown.splitlines() if line.startswith(f"│ {figure} ")]
        parts = [second[figure][part] for part in ("total_gbp", "social_gbp", "local_economic_gbp")]
        assert [cell.strip() for cell in row.strip("│").split("│")] == [figure, *map(pounds, parts)]
    assert "8 of 10 partners reported, SYNTHETIC_SAMPLE" in shown
    for title in ("By theme", "By organisation", "By need band", "By route"):
        assert title in shown
    beside = shown.partition("Publication beside publication")[2]
    assert pounds(first["validated"]["total_gbp"]) in beside
    assert pounds(second["validated"]["total_gbp"]) in beside
    assert "One pound explained: " in shown
    assert "Source: " in shown
    live = shown.partition("the same window answers live:")[2].partition("\nA procurement portal:")[0]
    assert json.loads(live)["data"]["place"]["collectiveValue"]["publication"] is None


def test_the_figures_that_the_first_page_shows_are_these(shown: str) -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
    promised = [line for line in readme.splitlines() if line.startswith("│ ")]
    assert len(promised) == 4
    assert [line for line in promised if line not in shown.splitlines()] == []


def test_it_names_every_address(town: Town, shown: str) -> None:
    assert len(town.environment.services) == 6
    for service in town.environment.services:
        [row] = [line for line in shown.splitlines() if line.startswith(f"│ {service.name} ")]
        assert town.environment.url(service) in row


@pytest.mark.skipif(shutil.which("curl") is None, reason="the commands are curl's")
@pytest.mark.parametrize("reader", ["A procurement portal:", "A front-end team:", "A signatory:"])
def test_the_command_for_each_reader_works_as_it_is_printed(
    town: Town, shown: str, tmp_path: Path, reader: str
) -> None:
    command = shown.partition(f"\n{reader}\n")[2].partition("\n")[0]
    assert command.startswith("curl ")
    ran = subprocess.run(
        ["bash", "-c", command],
        cwd=tmp_path,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    answer: dict[str, Any] = json.loads(ran.stdout)
    if reader == "A procurement portal:":
        assert {tender["state"] for tender in answer["items"]} >= {"awarded"}
    elif reader == "A front-end team:":
        total = town.publication(2)["value"]["figures"]["validated"]["total_gbp"]
        assert answer["data"]["place"]["collectiveValue"]["validated"]["total"]["amount"] == total
    else:
        assert answer["organisation"]["legal_name"] == "My Company Ltd"
        assert answer["client"]["client_secret"]
