"""What is committed about the public surface is what the code generates, and a change of it is seen."""

import sys
from functools import cache
from pathlib import Path

import pytest

from cdp_tools.checks import snapshots
from cdp_tools.checks.snapshots import ROOT, differences
from cdp_tools.services import SERVICES


@cache
def generated() -> dict[Path, str]:
    """The snapshots as the code has them now, on a machine with settings of its own.

    It takes a while, and they are the same for every test.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDP_ISSUER", "https://elsewhere.example")
        return dict(snapshots.snapshots())


@pytest.fixture(autouse=True)
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is compared is generated once for all tests."""
    made = generated()
    monkeypatch.setattr(snapshots, "snapshots", lambda: iter(made.items()))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with snapshots as they are to be committed now."""
    for path, text in generated().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    assert differences(tmp_path) == []
    return tmp_path


def test_the_committed_snapshots_are_what_the_code_generates():
    changed = {str(found.path): found.lines[:20] for found in differences(ROOT)}
    assert changed == {}, "make snapshots writes them again, if the change is wanted"


def test_every_process_and_every_page_has_a_snapshot():
    assert {str(path) for path in generated()} == {
        *(f"docs/api/{service.name}.openapi.json" for service in SERVICES if service.schema),
        "docs/api/gateway.graphql",
        "docs/api/framework-pack.schema.json",
        "docs/errors.md",
        "docs/events.md",
        "docs/settings.md",
    }


@pytest.mark.parametrize(
    "file, word, other",
    [
        ("docs/api/charter-api.openapi.json", '"sign_charter"', '"sign_the_charter"'),
        ("docs/api/gateway.graphql", "type Query", "type Queries"),
        ("docs/errors.md", "| 409 |", "| 400 |"),
        ("docs/events.md", "`bid.received`", "`bid.came`"),
        ("docs/settings.md", "CDP_PORT", "CDP_DOOR"),
    ],
)
def test_a_change_is_found_and_shown(copy: Path, file: str, word: str, other: str):
    text = (copy / file).read_text(encoding="utf-8")
    assert word in text
    (copy / file).write_text(text.replace(word, other, 1), encoding="utf-8")

    [found] = differences(copy)

    assert str(found.path) == file
    assert any(line.startswith("-") and other in line for line in found.lines)
    assert any(line.startswith("+") and word in line for line in found.lines)


def test_a_snapshot_that_is_missing_or_left_over_is_found(copy: Path):
    (copy / "docs/errors.md").unlink()
    (copy / "docs/api/ledger-api.openapi.json").write_text("{}\n")

    assert [(str(found.path), bool(found.committed), bool(found.now)) for found in differences(copy)] == [
        ("docs/errors.md", False, True),
        ("docs/api/ledger-api.openapi.json", True, False),
    ]


def test_writing_makes_them_agree_and_the_check_says_so(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (copy / "docs/errors.md").write_text("old\n")
    (copy / "docs/api/ledger-api.openapi.json").write_text("{}\n")
    monkeypatch.setattr(snapshots, "ROOT", copy)

    monkeypatch.setattr(sys, "argv", ["snapshots"])
    before = snapshots.main()
    assert (copy / "docs/errors.md").read_text() == "old\n"
    monkeypatch.setattr(sys, "argv", ["snapshots", "--write"])
    written = snapshots.main()
    monkeypatch.setattr(sys, "argv", ["snapshots"])
    after = snapshots.main()

    assert (before, written, after) == (1, 0, 0)
    assert not (copy / "docs/api/ledger-api.openapi.json").exists()
    assert "docs/errors.md differs" in capsys.readouterr().out


def test_the_environment_of_the_machine_does_not_show():
    assert not any("elsewhere.example" in text for text in generated().values())


def test_errors_of_tests_and_tools_are_not_listed():
    listed = generated()[Path("docs/errors.md")]
    assert "| `signature_not_found` | 404 |" in listed
    assert "name_taken" not in listed  # defined by the sample service of the tests
