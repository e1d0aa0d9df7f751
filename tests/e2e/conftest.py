"""One platform for all tests of this folder: real processes, a real database, the story told once."""

import io
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from cdp_tools.platform import running_platform
from cdp_tools.screen import Screen
from cdp_tools.story.ending import keep
from cdp_tools.story.scene import open_connections, open_scene
from cdp_tools.story.telling import PARTS
from tests.e2e.books import Books
from tests.e2e.command import FirstRun, first_run_in
from tests.e2e.town import Start, Town, Wire

LEAST_DEADLINE_S = 2.5  # the bids take less than one; a slow machine gets more
PATIENCE_S = 300  # the first test waits for the platform and its story; a busy machine needs a while


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give the tests of this folder more time."""
    item.add_marker(pytest.mark.timeout(PATIENCE_S))


@pytest.fixture(scope="package")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> FirstRun:
    """What is left of a first run, which was stopped before any other."""
    return first_run_in(tmp_path_factory.mktemp("platform") / "state")


@pytest.fixture(scope="package")
def kept_by_first_run(first_run: FirstRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the state folder as the first run left it."""
    return Path(shutil.copytree(first_run.environment.folder, tmp_path_factory.mktemp("kept") / "state"))


@pytest.fixture(scope="package")
def town(first_run: FirstRun, kept_by_first_run: Path) -> Iterator[Town]:
    """The platform, started a second time, with its story told. It runs in the folder of the first run."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    environment = replace(first_run.environment, inherited=inherited | {"CDP_POLL_INTERVAL_S": "0.3"})
    shown, wire, began = io.StringIO(), Wire(), time.monotonic()
    with running_platform(environment, Screen(Console(file=shown))) as running, wire.client() as recorded:
        start = Start(time.monotonic() - began, shown.getvalue())
        scene = open_scene(environment, recorded)
        begins = time.monotonic()
        for _, part in PARTS:
            # The bids take a fifth of what was told before them; a demonstration waits longer.
            scene.sample["tender"]["deadline_in_seconds"] = LEAST_DEADLINE_S + time.monotonic() - begins
            part(scene)
        keep(scene)
        told = tuple(wire.exchanges)
        with open_connections() as http, Books(running.server.admin_url) as books:
            yield Town(environment, start, books, scene, told, http)
