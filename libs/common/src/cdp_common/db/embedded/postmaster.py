"""What `postmaster.pid` says, and when it may be removed."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

_STATUS_LINE = 7
_READY = "ready"


@dataclass(frozen=True, slots=True)
class PidFile:
    """One reading of a server's pid file."""

    pid: int
    ready: bool


def read_pid_file(data: Path) -> PidFile | None:
    """What the server of a data folder says of itself; nothing if it has not written a whole file yet."""
    try:
        lines = (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].strip().isdigit():
        return None
    status = lines[_STATUS_LINE].strip() if len(lines) > _STATUS_LINE else ""
    return PidFile(pid=int(lines[0]), ready=status == _READY)


def wait_for_former_server(data: Path, *, timeout: float) -> None:
    """Let a server whose owner has just died finish its shutdown, so that the data folder is free."""
    deadline = time.monotonic() + timeout
    while (former := read_pid_file(data)) and _serves(former.pid, data):
        if time.monotonic() > deadline:
            return
        time.sleep(0.02)


def drop_stale_pid_file(data: Path) -> bool:
    """Remove the pid file of a server that is gone; the caller holds the folder's lock. True if removed.

    PostgreSQL itself trusts any living process of that number, a zombie or an unrelated program included,
    and would then refuse to start for ever.
    """
    former = read_pid_file(data)
    if former is None or _serves(former.pid, data):
        return False
    (data / "postmaster.pid").unlink(missing_ok=True)
    return True


def _serves(pid: int, data: Path) -> bool:
    """Whether a living process of this number serves this folder: a server works *in* its data folder."""
    proc = Path("/proc")
    if not (proc / "self").exists():
        return _exists(pid)
    try:
        stat = (proc / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        state = stat[stat.rindex(")") + 2]
        return state not in "ZX" and (proc / str(pid) / "cwd").readlink() == data
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False  # gone, or a process of someone else that has taken over the number


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
