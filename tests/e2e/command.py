"""The `cdp` command as somebody runs it, in a process of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx2

from cdp_common.db.embedded.launch import guarded_command
from cdp_tools.environment import Environment
from cdp_tools.services import service_named
from cdp_tools.story.parties import Party
from tests.e2e.town import free_port_base

CDP = Path(sys.executable).with_name("cdp")


@dataclass
class Command:
    """`cdp` on one state folder, with ports of its own."""

    environment: Environment
    process: subprocess.Popen[str] | None = None
    output: str = ""

    @classmethod
    def on(cls, folder: Path) -> "Command":
        return cls(Environment(folder=folder, port_base=free_port_base()))

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command that ends by itself."""
        return subprocess.run(
            [CDP, *arguments], env=self._variables(), capture_output=True, text=True, timeout=60, check=False
        )

    def up(self) -> None:
        """Start the platform without its story, and wait until it says that it is up."""
        command = (str(CDP), "up", "--no-story", "--port-base", str(self.environment.port_base))
        self.process = subprocess.Popen(
            guarded_command(command, death_signal=signal.SIGTERM),  # should the tests be killed, it ends too
            env=self._variables(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line
            if "Ctrl-C stops it" in line:
                return
        raise AssertionError(f"it ended before it was up:\n{self.output}")

    def end(self, request: signal.Signals) -> int:
        """Send a signal, and give the exit status."""
        assert self.process is not None
        self.process.send_signal(request)
        rest, _ = self.process.communicate(timeout=60)
        self.output += rest
        return self.process.returncode

    def party(self, http: httpx2.Client, client_id: str | None = None, secret: str | None = None) -> Party:
        """An outsider of this platform."""
        issuer = self.environment.issuer
        return Party(name="Somebody", issuer=issuer, http=http, client_id=client_id, secret=secret)

    def url(self, path: str) -> str:
        """An address at partners-api."""
        return self.environment.url(service_named("partners-api")) + path

    def _variables(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
        return inherited | {"CDP_STATE": str(self.environment.folder), "COLUMNS": "200"}


@dataclass(frozen=True)
class FirstRun:
    """A platform that was started on nothing, used, and stopped by Ctrl-C."""

    environment: Environment
    status: int
    output: str
    meanwhile: dict[str, subprocess.CompletedProcess[str]]
    """What `cdp status` and `cdp reset` answered while it ran."""
    processes: int
    left_running: list[str]
    client_id: str
    secret: str
    organisation_id: str


def end(command: Command) -> None:
    """End what a failing test has left."""
    if command.process is not None:
        command.process.kill()
        command.process.wait()
        if command.process.stdout is not None:
            command.process.stdout.close()


def processes_of(folder: Path, *, seconds: float) -> list[str]:
    """Processes that still belong to a state folder once they had time to end."""
    give_up_at = time.monotonic() + seconds
    while (found := processes_mentioning(str(folder))) and time.monotonic() < give_up_at:
        time.sleep(0.1)
    return found


def processes_mentioning(text: str) -> list[str]:
    """Processes whose command line, folder or environment names a text."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        if int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            command = (entry / "cmdline").read_bytes()
            known_by = [command, (entry / "environ").read_bytes(), str((entry / "cwd").readlink()).encode()]
            if command and any(text.encode() in known for known in known_by):
                found.append(command.replace(b"\0", b" ").decode(errors="replace"))
    return found


def first_run_in(folder: Path) -> FirstRun:
    """Start a platform on nothing, let an organisation register, and stop the platform as Ctrl-C does."""
    command = Command.on(folder)
    try:
        command.up()
        with httpx2.Client(timeout=30, trust_env=False) as http:
            organisation = {"legal_name": "Lasting Ltd (fictional)", "kind": "private"}
            draft = {"organisation": organisation, "client_name": "c"}
            made = command.party(http).post(command.url("/v1/registrations"), draft).body
        meanwhile = {"status": command.run("status"), "reset": command.run("reset")}
        processes = len(processes_mentioning(str(folder)))
        status = command.end(signal.SIGINT)
    finally:
        end(command)
    return FirstRun(
        environment=command.environment,
        status=status,
        output=command.output,
        meanwhile=meanwhile,
        processes=processes,
        left_running=processes_of(folder, seconds=10),
        client_id=made["client"]["client_id"],
        secret=made["client"]["client_secret"],
        organisation_id=made["organisation"]["id"],
    )
