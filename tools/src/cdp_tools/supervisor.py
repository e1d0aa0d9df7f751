"""Child processes that are watched, stopped together, and never outlive this one."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cdp_common.db.embedded.launch import spawn_guarded
from cdp_tools.errors import ProcessFailed
from cdp_tools.private_files import private_folder

_TAIL_BYTES = 64 * 1024
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Program:
    """A command to run, with everything it is told."""

    name: str
    command: tuple[str, ...]
    variables: Mapping[str, str]
    log: Path


@dataclass(frozen=True, slots=True)
class Child:
    """A running program."""

    program: Program
    process: subprocess.Popen[bytes]

    @property
    def name(self) -> str:
        """The program's name."""
        return self.program.name

    def status(self) -> int | None:
        """Its exit status; none while it runs."""
        return self.process.poll()

    def failure(self) -> ProcessFailed:
        """What to report when it ended badly."""
        return ProcessFailed(f"{self.name} {_ending(self.process.returncode)}", tail=tail(self.program.log))


class Supervisor:
    """Starts programs, tells when one has ended, and stops them all: the last started before the others."""

    def __init__(self, *, patience_s: float = 10) -> None:
        self._patience_s = patience_s
        self._children: list[Child] = []

    def start(self, program: Program) -> Child:
        """Run a program; its output goes to its log, and the log of the run before is kept beside it."""
        private_folder(program.log.parent)
        if program.log.exists():
            program.log.replace(program.log.with_suffix(".log.1"))
        program.log.touch(mode=0o600)
        with program.log.open("ab") as output:
            process = spawn_guarded(program.command, output=output, environment=program.variables)
        child = Child(program, process)
        self._children.append(child)
        return child

    def check(self) -> None:
        """Nothing while every child runs; else the failure of the first that has ended."""
        for child in self._children:
            if child.status() is not None:
                raise child.failure()

    def stop(self) -> None:
        """End every child: asked, waited for, then killed with all it started.

        The last started, which asks the others on behalf of everybody, has ended before those are asked.
        """
        for together in (self._children[-1:], self._children[-2::-1]):
            _end([child.process for child in together], self._patience_s)
        self._children.clear()

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def run_to_end(programs: Sequence[Program], *, timeout_s: float = 300) -> None:
    """Run programs side by side until all have ended well; the first bad end stops the others."""
    deadline = time.monotonic() + timeout_s
    with Supervisor() as supervisor:
        waiting = [supervisor.start(program) for program in programs]
        while waiting:
            for child in [child for child in waiting if child.status() is not None]:
                if child.status() != 0:
                    raise child.failure()
                waiting.remove(child)
            if waiting and time.monotonic() > deadline:
                late = waiting[0]
                raise ProcessFailed(f"{late.name} took over {timeout_s:.0f} s", tail=tail(late.program.log))
            time.sleep(_POLL_S)


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log; empty if there is none."""
    with contextlib.suppress(FileNotFoundError), log.open("rb") as handle:
        handle.seek(0, os.SEEK_END)
        handle.seek(max(0, handle.tell() - _TAIL_BYTES))
        text = handle.read().decode("utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])
    return ""


def _end(processes: Sequence[subprocess.Popen[bytes]], patience_s: float) -> None:
    running = [process for process in processes if process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + patience_s
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            # It leads a session of its own, and is not reaped yet: the group is its own and nobody else's.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _ending(status: int) -> str:
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"ended with exit status {status}"
