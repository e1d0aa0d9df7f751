"""`cdp up` from the first start to every way it can end."""

import json
import signal
import socket
import stat
import urllib.error
from pathlib import Path

import pytest
from tests.integration.tools.conftest import (
    MadeOnce,
    Start,
    answer_of,
    processes_mentioning,
    wait_until_gone,
    wait_until_none,
)

from cdp_common.db.embedded import EmbeddedCluster

LOCKS = {"up.lock", "owner.lock"}  # hold the number of a process, nothing else


def test_a_first_up_serves_and_a_second_goes_on_with_the_same_data_and_keys(
    start: Start, state: Path
) -> None:
    first = start()
    first.wait_until_up()
    assert "databases migrated: keeper" in "".join(first.output)
    assert answer_of(first.base, path="/visits")["visits"] == 1
    told = answer_of(first.base)["told"]
    assert (state / "running.json").exists()
    status, output = first.end(signal.SIGTERM)
    assert (status, "Stopped." in output) == (0, True)
    wait_until_none(str(state))
    assert not (state / "running.json").exists()

    second = start()
    second.wait_until_up()
    assert answer_of(second.base, path="/visits")["visits"] == 2
    assert answer_of(second.base)["told"] == told
    status, output = second.end(signal.SIGINT)
    assert (status, "Stopped." in output) == (0, True)
    wait_until_none(str(state))
    assert "databases migrated" not in output
    assert (state.parent / "told").read_text() == "x"  # the story is told once


def test_a_check_run_leaves_with_success_and_nothing_for_others_to_read(made_once: MadeOnce) -> None:
    assert made_once.status == 0, made_once.output
    assert "keeper ready" in made_once.output
    assert "plain ready" in made_once.output
    wait_until_none(str(made_once.folder / "state"))
    assert_nobody_else_can_read(made_once.folder / "state")


def assert_nobody_else_can_read(state: Path) -> None:
    assert stat.S_IMODE(state.stat().st_mode) == 0o711
    for name in ("postgres", "secrets", "logs"):
        assert stat.S_IMODE((state / name).stat().st_mode) == 0o700
    files = [path for path in state.rglob("*") if path.is_file() and path.name not in LOCKS]
    assert {"database.json", "client.jwk.json", "secret.key", "superuser.password"} <= {
        path.name for path in files
    }
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_killed_outright_it_leaves_no_process_and_the_next_up_works_and_ends_with_its_terminal(
    start: Start, kept: Path
) -> None:
    platform = start()
    platform.wait_until_up()
    services = [answer_of(platform.base, offset)["pid"] for offset in (0, 1)]
    assert len(processes_mentioning(str(kept / "postgres" / "data"))) >= 1
    platform.end(signal.SIGKILL)
    for pid in services:
        wait_until_gone(pid)
    wait_until_none(str(kept / "postgres" / "data"))

    following = start(CDP_ADMIN_DATABASE_URL="", CDP_LOG_LEVEL="DEBUG", CDP_OTHER="not for services")
    following.wait_until_up()
    assert_each_process_is_told_its_own_secrets(following.base)
    status, output = following.end(signal.SIGHUP)
    assert status == 0, output
    wait_until_none(str(kept))


def assert_each_process_is_told_its_own_secrets(base: int) -> None:
    keeper, plain = answer_of(base)["told"], answer_of(base, 1)["told"]
    assert isinstance(keeper, dict)
    assert isinstance(plain, dict)
    assert "cdp_tiny_app:" in keeper["CDP_DATABASE_URL"]
    assert keeper["CDP_LOG_LEVEL"] == "DEBUG"
    for told in (keeper, plain):
        assert "CDP_DATABASE_OWNER_URL" not in told
        assert "CDP_OTHER" not in told
        assert "CDP_ADMIN_DATABASE_URL" not in told
    assert "CDP_DATABASE_URL" not in plain
    assert keeper["CDP_CLIENT_KEY_FILE"] != plain["CDP_CLIENT_KEY_FILE"]


def test_a_second_up_on_the_same_folder_is_refused_and_the_first_goes_on_until_a_process_of_it_dies(
    start: Start, kept: Path
) -> None:
    first = start()
    first.wait_until_up()
    status, output = start().ending()
    assert status == 1
    assert f"is in use by process {first.process.pid}" in output
    assert answer_of(first.base)["pid"]

    with pytest.raises((urllib.error.URLError, ConnectionError)):
        answer_of(first.base, 1, "/die")
    status, output = first.ending()
    assert status == 1
    assert "plain ended with exit status 3" in output
    assert "last words of a dying service" in output
    wait_until_none(str(kept))


def test_migrating_alone_brings_the_databases_up_to_date_and_starts_no_service(
    start: Start, state: Path
) -> None:
    status, output = start("--migrate").ending()
    assert (status, "databases migrated" in output, "ready" in output) == (0, True, False)
    wait_until_none(str(state))
    status, output = start("--exit").ending()
    assert status == 0
    assert "databases migrated" not in output  # there was nothing left to do


def test_a_migration_that_fails_ends_everything_with_its_last_words(start: Start, state: Path) -> None:
    status, output = start(TINY_MIGRATION="fails").ending()
    assert status == 1
    assert "keeper migrate ended with exit status 1" in output
    assert "the migration has failed" in output
    wait_until_none(str(state))


def test_a_story_that_fails_ends_everything_and_is_told_again_next_time(start: Start, kept: Path) -> None:
    (kept / "story.done").unlink()
    status, output = start(TINY_STORY="fails").ending()
    assert status == 1
    assert "ValueError: the story has failed" in output
    wait_until_none(str(kept))
    status, output = start("--exit").ending()
    assert status == 0
    assert "the ending of the story" in output


def test_asked_to_end_before_it_was_up_it_takes_everything_down_and_says_so(start: Start, kept: Path) -> None:
    (kept / "story.done").unlink()
    platform = start("--exit", TINY_STORY="takes long")
    platform.wait_for("telling")
    status, output = platform.end(signal.SIGINT)
    assert status == 1
    assert "stopped before everything was up" in output
    wait_until_none(str(kept))
    assert not (kept / "story.done").exists()


def test_a_busy_port_is_named_before_anything_is_made(start: Start, state: Path, port_base: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port_base + 1))
        other.listen()
        status, output = start().ending()
    assert status == 1
    assert f"already in use on 127.0.0.1: {port_base + 1} (plain)" in output
    assert not (state / "postgres").exists()
    assert not (state / "secrets").exists()


def test_it_uses_the_server_it_is_given_and_starts_none(start: Start, state: Path, tmp_path: Path) -> None:
    with EmbeddedCluster(tmp_path / "theirs", durable=False) as theirs:
        platform = start(CDP_ADMIN_DATABASE_URL=theirs.admin_url)
        platform.wait_until_up()
        assert answer_of(platform.base, path="/visits")["visits"] == 1
        assert platform.end()[0] == 0
        assert not (state / "postgres").exists()
        kept = json.loads((state / "database.json").read_text())
        assert kept["server"] == f"{theirs.socket_folder}:5432"
    status, output = start().ending()  # the same folder, now without that server
    assert status == 1
    assert "belongs to the database server" in output
