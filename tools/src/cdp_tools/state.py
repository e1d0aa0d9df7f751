"""The state folder: who holds it, which database it belongs to, and what was done already."""

import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cdp_tools.errors import AlreadyRunning, WrongState
from cdp_tools.private_files import private_folder, write_private

# Others may pass through it but see nothing; what lies in it is private, each by itself. Where root has no
# user namespaces the database server runs as `nobody`, and has to pass through to its own folder.
_PASSABLE = 0o711

# Everything a platform keeps; `forget` removes these and nothing else, whatever folder it was pointed at.
_KEPT_FOLDERS = ("postgres", "secrets", "logs", "evidence")
_KEPT_FILES = (
    "database.json",
    "running.json",
    "provision.json",
    "provision.wanted.json",
    "story.done",
    "up.lock",
)


class StateFolder:
    """What a local platform keeps between runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def postgres(self) -> Path:
        """The folder of the PostgreSQL server that is brought along."""
        return self.folder / "postgres"

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder; refuses when another command does. A holder that is killed lets go of it."""
        with self._locked(attempts=5) as handle:
            handle.truncate(0)
            handle.write(str(os.getpid()))
            handle.flush()
            yield

    def is_held(self) -> bool:
        """Whether a command runs on this folder now."""
        if not (self.folder / "up.lock").exists():
            return False
        try:
            self._locked(attempts=1).close()
        except AlreadyRunning:
            return True
        return False

    def belongs_to(self, database: str) -> None:
        """Note which database server the state describes; refuses a different one later."""
        path = self.folder / "database.json"
        if path.exists():
            known = json.loads(path.read_text(encoding="utf-8"))["server"]
            if known != database:
                raise WrongState(
                    f"{self.folder} belongs to the database server “{known}”, not to “{database}”: "
                    "choose another folder with CDP_STATE, or run `cdp reset` first"
                )
            return
        write_private(path, json.dumps({"server": database}))

    @contextlib.contextmanager
    def announced(self, addresses: dict[str, str]) -> Iterator[None]:
        """Say, for as long as the platform runs, where its services answer."""
        path = self.folder / "running.json"
        write_private(path, json.dumps({"pid": os.getpid(), "addresses": addresses}))
        try:
            yield
        finally:
            path.unlink(missing_ok=True)

    def announcement(self) -> dict[str, str] | None:
        """Where the services of a running platform answer; none when it does not run."""
        path = self.folder / "running.json"
        if not path.exists() or not self.is_held():
            return None
        addresses: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["addresses"]
        return addresses

    def story_is_told(self) -> bool:
        """Whether the sample story has been run to its end on this data."""
        return (self.folder / "story.done").exists()

    def note_story_told(self) -> None:
        """Remember that the sample story has been run to its end."""
        write_private(self.folder / "story.done", "")

    def forget(self) -> bool:
        """Remove everything kept; false if there was nothing."""
        if not (self.folder / "up.lock").exists():
            return False
        with self.held():
            for name in _KEPT_FOLDERS:
                shutil.rmtree(self.folder / name, ignore_errors=True)
            for name in _KEPT_FILES:
                (self.folder / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # something that is not ours lies in it
            self.folder.rmdir()
        return True

    def _locked(self, *, attempts: int) -> IO[str]:
        path = private_folder(self.folder, _PASSABLE) / "up.lock"
        for attempt in range(attempts):
            time.sleep(0.05 if attempt else 0)  # somebody who only looked holds it for a moment
            handle = _try_lock(path)
            if handle is not None:
                return handle
        holder = path.read_text(encoding="ascii").strip() or "unknown"
        raise AlreadyRunning(
            f"{self.folder} is in use by process {holder}: "
            "stop that one first, or choose another folder with CDP_STATE"
        )


def _try_lock(path: Path) -> IO[str] | None:
    """The locked file; none if another process has it, or has just removed it."""
    handle = path.open("a+", encoding="ascii")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = os.path.samestat(os.fstat(handle.fileno()), path.stat())
    except (BlockingIOError, FileNotFoundError):
        is_ours = False
    if is_ours:
        return handle
    handle.close()
    return None
