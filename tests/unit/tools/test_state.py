"""The state folder keeps to one database server and one command at a time."""

from pathlib import Path

import pytest

from cdp_tools.errors import AlreadyRunning, WrongState
from cdp_tools.servers import whereabouts
from cdp_tools.state import StateFolder


def test_only_one_command_holds_the_folder(tmp_path: Path) -> None:
    with StateFolder(tmp_path / "s").held():
        assert StateFolder(tmp_path / "s").is_held()
        with pytest.raises(AlreadyRunning, match="in use by process"), StateFolder(tmp_path / "s").held():
            pass
    assert not StateFolder(tmp_path / "s").is_held()


def test_two_folders_do_not_disturb_each_other(tmp_path: Path) -> None:
    with StateFolder(tmp_path / "a").held(), StateFolder(tmp_path / "b").held():
        assert StateFolder(tmp_path / "a").is_held()


def test_looking_at_a_folder_makes_none(tmp_path: Path) -> None:
    assert not StateFolder(tmp_path / "none").is_held()
    assert StateFolder(tmp_path / "none").announcement() is None
    assert not StateFolder(tmp_path / "none").forget()
    assert not (tmp_path / "none").exists()


def test_the_folder_stays_with_its_database_server(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    state.belongs_to("embedded")
    state.belongs_to("embedded")
    with pytest.raises(WrongState, match="belongs to the database server “embedded”"):
        state.belongs_to("db.example:5432")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me:secret@db.example:6432/postgres", "db.example:6432"),
        ("postgresql+asyncpg://me:secret@db.example/postgres", "db.example:5432"),
        ("postgresql://me:secret@/postgres?host=/run/pg&port=5433", "/run/pg:5433"),
    ],
)
def test_whereabouts_of_a_server_hold_no_secret(url: str, expected: str) -> None:
    assert whereabouts(url) == expected


@pytest.mark.parametrize("url", ["postgres", "postgresql:///postgres", "postgresql://h:port/x"])
def test_an_address_without_a_server_is_refused(url: str) -> None:
    with pytest.raises(WrongState, match="CDP_ADMIN_DATABASE_URL must read"):
        whereabouts(url)
