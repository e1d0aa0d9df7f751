"""What `cdp up` keeps and `cdp reset` forgets, and that Ctrl-C leaves nothing running.

The platform that all tests of this folder share is itself the second start on what a first run has kept.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from cdp_tools.state import StateFolder
from cdp_tools.story.parties import Party
from tests.e2e.command import Command, FirstRun, end
from tests.e2e.town import Town

SECOND_START_LIMIT_S = 60
"""Generous: an idle machine of two cores needs about eight seconds."""


@pytest.fixture
def kept(first_run: FirstRun, kept_by_first_run: Path, tmp_path: Path) -> Iterator[Command]:
    """The command on a copy of what the first run has kept."""
    command = Command.on(Path(shutil.copytree(kept_by_first_run, tmp_path / "state")))
    yield command
    end(command)


def test_ctrl_c_ends_everything(first_run: FirstRun) -> None:
    assert first_run.status == 0, first_run.output
    assert first_run.output.rstrip().endswith("Stopped.")
    assert "databases migrated: partners-api, toms-engine" in first_run.output
    assert first_run.left_running == []


def test_a_second_start_is_quick_and_keeps_the_data(first_run: FirstRun, town: Town) -> None:
    assert town.start.seconds < SECOND_START_LIMIT_S
    assert "gateway ready" in town.start.output
    assert "databases migrated" not in town.start.output
    somebody = Party(
        name="Somebody",
        issuer=town.environment.issuer,
        http=town.http,
        client_id=first_run.client_id,
        secret=first_run.secret,
    )
    organisation = town.get("partners-api", f"/v1/organisations/{first_run.organisation_id}", somebody)
    assert organisation["legal_name"] == "Lasting Ltd (fictional)"


def test_while_it_runs_its_state_is_shown_and_cannot_be_reset(first_run: FirstRun) -> None:
    assert first_run.processes > 6
    assert first_run.meanwhile["status"].returncode == 0
    refused = first_run.meanwhile["reset"]
    assert (refused.returncode, "in use by process" in refused.stdout) == (1, True)


def test_reset_forgets_data_keys_and_logs(kept: Command) -> None:
    assert StateFolder(kept.environment.folder).postgres.exists()
    forgotten = kept.run("reset")
    assert (forgotten.returncode, "Forgotten" in forgotten.stdout) == (0, True)
    assert not kept.environment.folder.exists()
    assert "Nothing kept" in kept.run("reset").stdout
    assert kept.run("status").returncode == 1
