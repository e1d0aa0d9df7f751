"""The import rules hold, and each of them is noticed when it is broken."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / ".importlinter"

# One broken rule each: a module, what is added to it, and the contract that forbids it.
SEEDED = {
    "Services never import each other": (
        "services/charter-api/src/charter_api/use_cases/answers.py",
        "import toms_engine.domain.needs",
    ),
    "Imports point inwards: main, api, use_cases, storage, domain": (
        "services/toms-engine/src/toms_engine/storage/editions.py",
        "import toms_engine.api.editions",
    ),
    "The domain and the kernel import nothing but the standard library and the kernel": (
        "services/reporting-api/src/reporting_api/domain/amounts.py",
        "import sqlalchemy",
    ),
    "Inside the shared library, the kernel is at the bottom and web at the top": (
        "libs/common/src/cdp_common/db/columns.py",
        "import cdp_common.web.caller",
    ),
    "The tools import of the services only the rules of a pack": (
        "tools/src/cdp_tools/signals.py",
        "import toms_engine.domain.needs",
    ),
    "The gateway has no database": (
        "services/gateway/src/gateway/schema/places.py",
        "import cdp_common.db.database",
    ),
}


def lint(folder: Path, *sources: Path) -> subprocess.CompletedProcess[str]:
    """Run the linter in a folder; packages in `sources` are taken before the installed ones."""
    program = Path(sys.executable).with_name("lint-imports")
    return subprocess.run(
        [program, "--config", RULES, "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sources)), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def contracts(said: str) -> dict[str, bool]:
    """Each contract's name as the linter prints it, and whether it was kept."""
    found = {}
    for line in said.splitlines():
        if told := re.fullmatch(r"(.*?)\s*(KEPT|BROKEN)(?: \(\d+ ignored imports?\))?", line):
            found[told[1]] = told[2] == "KEPT"
    return found


def copied(folder: Path) -> list[Path]:
    """The packages of the repository in a folder; gives where they are to be imported from."""
    sources = [ROOT / "libs/common/src", ROOT / "tools/src", *sorted(ROOT.glob("services/*/src"))]
    only_code = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for source in sources:
        shutil.copytree(source, folder / source.relative_to(ROOT), ignore=only_code)
    return [folder / source.relative_to(ROOT) for source in sources]


def test_every_rule_holds(tmp_path: Path):
    linted = lint(tmp_path)
    assert linted.returncode == 0, linted.stdout
    assert contracts(linted.stdout) == dict.fromkeys(SEEDED, True)


def test_every_rule_that_is_broken_is_found(tmp_path: Path):
    sources = copied(tmp_path)
    for module, line in SEEDED.values():
        with (tmp_path / module).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")

    linted = lint(tmp_path, *sources)

    assert linted.returncode == 1, linted.stdout + linted.stderr
    assert contracts(linted.stdout) == dict.fromkeys(SEEDED, False)


def test_a_module_in_no_room_is_found(tmp_path: Path):
    sources = copied(tmp_path)
    (tmp_path / "services/charter-api/src/charter_api/helpers.py").write_text('"""Stray."""\n')

    linted = lint(tmp_path, *sources)

    assert linted.returncode == 1, linted.stdout + linted.stderr
    assert [name for name, kept in contracts(linted.stdout).items() if not kept] == [
        "Imports point inwards: main, api, use_cases, storage, domain"
    ]
    assert "helpers" in linted.stdout
