"""Starting children that cannot outlive this process, under an identity PostgreSQL accepts."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO

from cdp_common.db.embedded.errors import FolderUnusable, LaunchRefused

NOBODY = 65534
_HELPER = Path(__file__).with_name("exec_helper.py")


class Identity(StrEnum):
    """Whom a child runs as."""

    SELF = "self"
    """The user of this process."""
    MAPPED = "mapped"
    """Root, seen as `nobody` inside a user namespace: files stay root's, and PostgreSQL does not refuse."""
    NOBODY = "nobody"
    """The system's `nobody`: where a container runs as root but refuses user namespaces."""


def guarded_command(
    command: Sequence[str | Path],
    *,
    identity: Identity = Identity.SELF,
    death_signal: signal.Signals = signal.SIGKILL,
    parent: int | None = None,
) -> list[str]:
    """The command line that runs `command` (an absolute path) and sends it `death_signal` when we die."""
    owner = os.getpid() if parent is None else parent
    helper = [sys.executable, "-I", "-S", str(_HELPER), identity, str(int(death_signal)), str(owner)]
    return [*helper, *map(str, command)]


def spawn_guarded(
    command: Sequence[str | Path],
    *,
    output: IO[bytes],
    identity: Identity = Identity.SELF,
    death_signal: signal.Signals = signal.SIGKILL,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """A child in a session of its own that the kernel ends when this process ends, however it ends."""
    if threading.current_thread() is not threading.main_thread():
        # The kernel watches the *thread* that forked: a child of a passing worker thread would die with it.
        raise LaunchRefused("children are started from the main thread only")
    return subprocess.Popen(  # noqa: S603  an argument list, without a shell
        guarded_command(command, identity=identity, death_signal=death_signal),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=environment,
        cwd=folder,
        start_new_session=True,  # Ctrl-C in the terminal is for us; we stop our children in order
    )


def run_as(
    identity: Identity, command: Sequence[str | Path], *, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """What `command` answered under an identity: its status, and its two outputs together in `stdout`."""
    return subprocess.run(  # noqa: S603  an argument list, without a shell
        guarded_command(command, identity=identity),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
        start_new_session=True,
    )


def choose_identity(folder: Path) -> Identity:
    """Whom the server of this folder runs as; an existing folder is kept with the identity that made it."""
    if os.geteuid() != 0:
        return Identity.SELF
    owner = folder.stat().st_uid
    if owner == NOBODY:
        return Identity.NOBODY
    if owner != 0:
        raise FolderUnusable(f"{folder} belongs to user {owner}: run as that user, or choose another folder")
    probe = run_as(Identity.MAPPED, [sys.executable, "-I", "-S", "-c", ""])
    return Identity.MAPPED if probe.returncode == 0 else Identity.NOBODY
