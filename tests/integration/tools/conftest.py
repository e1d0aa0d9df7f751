"""A platform of tiny services, so that what is tested here is the tool and not the six."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

TINY_SERVICE = '''
"""Serves /health/ready; migrates by making a table; dies or hangs when it is told to."""
import asyncio, json, os, sys
import asyncpg, uvicorn


async def visit():
    url = os.environ["CDP_DATABASE_URL"].replace("postgresql+asyncpg", "postgresql")
    connection = await asyncpg.connect(url, ssl=False)
    await connection.execute("INSERT INTO visits VALUES (1)")
    count = await connection.fetchval("SELECT count(*) FROM visits")
    await connection.close()
    return count

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    if scope["path"] == "/die":
        print("last words of a dying service", flush=True)
        os._exit(3)
    body = {"pid": os.getpid(), "told": {k: v for k, v in os.environ.items() if k.startswith("CDP_")}}
    if "CDP_DATABASE_URL" in os.environ and scope["path"] == "/visits":
        body["visits"] = await visit()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})

if sys.argv[1:] == ["migrate"]:
    if os.environ.get("TINY_MIGRATION") == "fails":
        sys.exit("the migration has failed")
    from cdp_common.db.migrations import migrate
    asyncio.run(migrate("tiny_service", os.environ["CDP_DATABASE_OWNER_URL"], "tiny", "cdp_tiny_app"))
else:
    uvicorn.run(app, host=os.environ["CDP_HOST"], port=int(os.environ["CDP_PORT"]), log_level="warning")
'''

TINY_FILES = {
    "__init__.py": "",
    "__main__.py": TINY_SERVICE,
    "storage/__init__.py": "",
    "storage/tables.py": "from sqlalchemy import MetaData\nmetadata = MetaData()\n",
    "storage/migrations/__init__.py": "",
    "storage/migrations/versions/__init__.py": "",
    "storage/migrations/versions/0001_start.py": (
        "from alembic import op\n"
        "revision, down_revision = '0001', None\n"
        "def upgrade():\n"
        "    op.execute('CREATE TABLE visits (n int)')\n"
    ),
}

RUNNER = """
import os, sys, time
from pathlib import Path
from cdp_tools.environment import Environment
from cdp_tools.platform import Story, bring_up, migrate_all
from cdp_tools.screen import Screen
from cdp_tools.services import Service

def service(name, offset, schema=None):
    return Service(name=name, package="tiny_service", port_offset=offset, url_variable="CDP_TINY_URL",
                   purpose="tests", schema=schema)

def tell(environment, screen):
    if os.environ.get("TINY_STORY") == "fails":
        raise ValueError("the story has failed")
    if os.environ.get("TINY_STORY") == "takes long":
        print("telling", flush=True)
        time.sleep(60)
    told = environment.folder.parent / "told"
    told.write_text(told.read_text() + "x" if told.exists() else "x")

def show(environment, screen):
    screen.say("the ending of the story")

environment = Environment(
    Path(sys.argv[1]), int(sys.argv[2]), (service("keeper", 0, "tiny"), service("plain", 1))
)
screen = Screen()
with screen.reporting_problems():
    if "--migrate" in sys.argv:
        migrate_all(environment, screen)
    else:
        bring_up(environment, screen, story=Story(tell, show), leave_at_once="--exit" in sys.argv)
"""


@dataclass
class Platform:
    """One `up` in a process of its own."""

    process: subprocess.Popen[str]
    base: int
    output: list[str] = field(default_factory=list)

    def wait_until_up(self) -> None:
        self.wait_for("Ctrl-C")

    def wait_for(self, text: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if text in line:
                return
        raise AssertionError(f"it ended before it said {text!r}:\n" + "".join(self.output))

    def end(self, request: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(request)
        return self.ending()

    def ending(self) -> tuple[int, str]:
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, "".join(self.output) + rest


Start = Callable[..., Platform]


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder from which the tiny service is imported."""
    folder = tmp_path_factory.mktemp("packages")
    for name, text in TINY_FILES.items():
        path = folder / "tiny_service" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@dataclass(frozen=True)
class MadeOnce:
    """What one whole run, a check, has left and said."""

    folder: Path
    """Its state folder is in it, to be copied."""
    status: int
    output: str


@pytest.fixture(scope="session")
def made_once(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """The first run on an empty folder."""
    folder = tmp_path_factory.mktemp("made")
    return MadeOnce(folder, *run_up(packages, folder / "state", free_port_base(), "--exit").ending())


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state folder of this test's platform: empty."""
    return tmp_path / "state"


@pytest.fixture
def kept(made_once: MadeOnce, state: Path) -> Path:
    """The same folder with what an earlier run has kept."""
    assert made_once.status == 0, made_once.output
    shutil.copytree(made_once.folder, state.parent, dirs_exist_ok=True)
    return state


@pytest.fixture
def port_base() -> int:
    return free_port_base()


@pytest.fixture
def start(packages: Path, state: Path, port_base: int) -> Iterator[Start]:
    """Starts an `up` on the test's state folder; whatever still runs at the end is killed."""
    started: list[Platform] = []

    def begin(*arguments: str, **variables: str) -> Platform:
        started.append(run_up(packages, state, port_base, *arguments, **variables))
        return started[-1]

    yield begin
    for platform in started:
        platform.process.kill()
        platform.process.wait()
        assert platform.process.stdout is not None
        platform.process.stdout.close()


def run_up(packages: Path, state: Path, base: int, *arguments: str, **variables: str) -> Platform:
    told = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    process = subprocess.Popen(
        [sys.executable, "-c", RUNNER, str(state), str(base), *arguments],
        env=told | {"PYTHONPATH": str(packages), "COLUMNS": "200"} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return Platform(process, base)


def free_port_base() -> int:
    """Two neighbouring ports that are free now."""
    for _ in range(50):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            base = int(first.getsockname()[1])
            try:
                second.bind(("127.0.0.1", base + 1))
            except OSError:
                continue
            return base
    raise AssertionError("no two neighbouring ports are free")


def processes_mentioning(text: str) -> list[int]:
    """Living processes whose command line, or folder, names a text."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
            where = str((entry / "cwd").readlink())
        except OSError:
            continue
        if (text in command or text in where) and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def wait_until_none(mentioning: str, *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while left := processes_mentioning(mentioning):
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.05)


def wait_until_gone(pid: object, *, seconds: float = 20) -> None:
    """Wait for a process to end; one that nobody has reaped yet has ended too."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        assert time.monotonic() < deadline, f"process {pid} is still running"
        time.sleep(0.02)


def answer_of(base: int, offset: int = 0, path: str = "/health/ready") -> dict[str, object]:
    with urllib.request.urlopen(f"http://127.0.0.1:{base + offset}{path}", timeout=5) as response:
        return dict(json.loads(response.read()))
