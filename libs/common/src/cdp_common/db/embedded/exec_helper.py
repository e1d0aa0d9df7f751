"""Become another program, tied to the life of the process that asked for it.

Run as a script: `python -I -S exec_helper.py IDENTITY SIGNAL PARENT_PID COMMAND...`

It is a program of its own, not a `preexec_fn`, because unshare() needs a process with a single thread, and
libraries with at-fork hooks (OpenTelemetry's is one) start a thread in every forked child.
Standard library only: it runs without site-packages, from a bare interpreter.
"""

import ctypes
import os
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NOBODY = 65534
CANNOT_LAUNCH = 125


def enter_user_namespace() -> None:
    """Make root look like `nobody` to the program, while files it makes stay root's outside."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "this machine refuses user namespaces")
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{NOBODY} {uid} 1"),
        ("gid_map", f"{NOBODY} {gid} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(line, encoding="ascii")


def become_nobody() -> None:
    """Give up root for good."""
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)


def die_with_parent(parent: int, signal_number: int) -> None:
    """Have the kernel send `signal_number` when the parent is gone, even if it was killed outright."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "the kernel refuses a parent-death signal")
    if os.getppid() != parent:
        raise ProcessLookupError("the owner ended before its child began")


def main(arguments: list[str]) -> None:
    """Take the identity, bind to the parent, and become the command."""
    identity, signal_number, parent, *command = arguments
    if identity == "mapped":
        enter_user_namespace()
    elif identity == "nobody":
        become_nobody()
    # After the change of identity: the kernel clears the setting whenever the uid changes.
    if int(parent):
        die_with_parent(int(parent), int(signal_number))
    os.execv(command[0], command)  # noqa: S606  becoming the command, without a shell, is this file's purpose


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except OSError as problem:
        sys.stderr.write(f"cannot launch {sys.argv[4:5]}: {problem}\n")
        sys.exit(CANNOT_LAUNCH)
