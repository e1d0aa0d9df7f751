"""The commands that look at a platform, and the one that forgets it."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdp_tools.main import app
from cdp_tools.state import StateFolder

RUNNER = CliRunner()


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StateFolder:
    monkeypatch.setenv("CDP_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("CDP_ADMIN_DATABASE_URL", raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    return StateFolder(tmp_path / "state")


@pytest.fixture
def answering() -> Iterator[tuple[str, list[int]]]:
    """A server of its own: its address, and the status that it answers with, to be changed."""
    statuses = [200]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(statuses[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", statuses
        server.shutdown()
        thread.join()


def test_status_of_a_platform_that_does_not_run(state: StateFolder) -> None:
    result = RUNNER.invoke(app, ["status"])
    assert result.exit_code == 1
    assert "Not running" in result.output


def test_status_tells_which_services_are_ready(state: StateFolder, answering: tuple[str, list[int]]) -> None:
    address, statuses = answering
    with state.held(), state.announced({"gateway": address}):
        result = RUNNER.invoke(app, ["status"])
        assert result.exit_code == 0
        assert "gateway" in result.output
        assert "yes" in result.output
        statuses[0] = 503
        result = RUNNER.invoke(app, ["status"])
    assert result.exit_code == 1
    assert "no" in result.output


def test_an_announcement_left_by_a_killed_platform_is_not_believed(state: StateFolder) -> None:
    with state.held(), state.announced({"gateway": "http://127.0.0.1:1"}):
        left = (state.folder / "running.json").read_text()
    (state.folder / "running.json").write_text(left)
    assert "Not running" in RUNNER.invoke(app, ["status"]).output


def test_reset_forgets_what_is_kept_and_nothing_else(state: StateFolder) -> None:
    with state.held():
        (state.folder / "secrets" / "gateway").mkdir(parents=True)
        (state.folder / "postgres").mkdir()
        state.note_story_told()
        state.belongs_to("embedded")
    (state.folder / "mine.txt").write_text("keep")
    result = RUNNER.invoke(app, ["reset"])
    assert result.exit_code == 0
    assert "Forgotten" in result.output
    assert [path.name for path in state.folder.iterdir()] == ["mine.txt"]


def test_reset_leaves_no_empty_folder_behind(state: StateFolder) -> None:
    with state.held():
        state.note_story_told()
    RUNNER.invoke(app, ["reset"])
    assert not state.folder.exists()
    assert "Nothing kept" in RUNNER.invoke(app, ["reset"]).output


def test_reset_never_touches_a_folder_that_no_platform_has_used(state: StateFolder) -> None:
    (state.folder / "secrets").mkdir(parents=True)
    assert "Nothing kept" in RUNNER.invoke(app, ["reset"]).output
    assert (state.folder / "secrets").is_dir()


def test_reset_refuses_while_the_platform_runs(state: StateFolder) -> None:
    with state.held():
        state.note_story_told()
        result = RUNNER.invoke(app, ["reset"])
        assert result.exit_code == 1
        assert "is in use by process" in result.output
        assert state.story_is_told()


def test_logs_shows_the_last_lines_of_one_process(state: StateFolder) -> None:
    (state.folder / "logs").mkdir(parents=True)
    (state.folder / "logs" / "gateway.log").write_text("one\ntwo\nthree\n")
    result = RUNNER.invoke(app, ["logs", "gateway", "-n", "2"])
    assert (result.exit_code, result.output) == (0, "two\nthree\n")


def test_logs_of_an_unknown_name_says_which_there_are(state: StateFolder) -> None:
    (state.folder / "logs").mkdir(parents=True)
    (state.folder / "logs" / "gateway.log").write_text("")
    result = RUNNER.invoke(app, ["logs", "../../etc/passwd"])
    assert result.exit_code == 1
    assert "there are: gateway" in result.output
