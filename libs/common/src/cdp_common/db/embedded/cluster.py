"""One PostgreSQL server as a direct child of this process, its data kept in one folder."""

import contextlib
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from cdp_common.db.embedded.binaries import Binaries, find_binaries
from cdp_common.db.embedded.errors import (
    ClusterAlreadyOwned,
    ClusterNotRunning,
    ClusterStartFailed,
    ClusterVersionMismatch,
    FolderUnusable,
)
from cdp_common.db.embedded.launch import NOBODY, Identity, choose_identity, run_as, spawn_guarded
from cdp_common.db.embedded.postmaster import drop_stale_pid_file, read_pid_file, wait_for_former_server

SUPERUSER = "postgres"
DEFAULT_PORT = 5432
_PLAIN_PATH = re.compile(r"[A-Za-z0-9._/+-]+")  # commas and colons mean something in an address
_LONGEST_SOCKET_FOLDER = 90  # the kernel allows 107 bytes, and "/.s.PGSQL.65535.lock" takes 20 of a name
_LARGEST_LOG_BYTES = 8 * 1024 * 1024
_POLL_S = 0.01
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedCluster:
    """A PostgreSQL server in a private folder, for one owner at a time; it ends when the owner ends.

    It listens on a unix socket in a folder only its user may enter, and on 127.0.0.1 if a port is given.
    Every connection needs a password (SCRAM): the superuser's is generated once and kept beside the data.
    `durable=False` leaves out every wait for the disk: for tests, whose data may be lost.
    """

    def __init__(
        self,
        folder: Path,
        *,
        durable: bool = True,
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
        start_timeout: float = 60,
    ) -> None:
        self.folder = folder.resolve()
        self._durable = durable
        self._tcp_port = port
        self._settings = dict(settings or {})
        self._start_timeout = start_timeout
        self._resources: contextlib.ExitStack | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._identity = Identity.SELF

    @property
    def port(self) -> int:
        """The port on 127.0.0.1, or the number in the socket's name when there is none."""
        return self._tcp_port or DEFAULT_PORT

    @property
    def data(self) -> Path:
        """The data folder proper."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.folder / "postgres.log"

    @property
    def socket_folder(self) -> Path:
        """The unix socket's folder: within the cluster's, unless that path cannot be a socket's address."""
        inside = self.folder / "run"
        if _PLAIN_PATH.fullmatch(str(inside)) and len(str(inside)) <= _LONGEST_SOCKET_FOLDER:
            return inside
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"cdp-pg-{os.geteuid()}-{name}"

    @property
    def pid(self) -> int:
        """The server's process."""
        return self._running().pid

    @property
    def admin_url(self) -> str:
        """The superuser's address, in the form asyncpg and libpq read."""
        return self.url_for(SUPERUSER, self._password())

    @property
    def sqlalchemy_admin_url(self) -> str:
        """The superuser's address, in the form SQLAlchemy reads."""
        return self.url_for(SUPERUSER, self._password(), driver="postgresql+asyncpg")

    def url_for(
        self, user: str, password: str, *, database: str = "postgres", driver: str = "postgresql"
    ) -> str:
        """The address of one database for one role, over the unix socket."""
        login = f"{quote(user, safe='')}:{quote(password, safe='')}"
        where = f"host={quote(str(self.socket_folder), safe='/')}&port={self.port}"
        return f"{driver}://{login}@/{quote(database, safe='')}?{where}"

    def start(self) -> Self:
        """Make the cluster if it is new, start its server, and return once it takes connections."""
        if self._process is not None:
            return self
        with contextlib.ExitStack() as resources:
            self._take_folder(resources)
            binaries = find_binaries()
            self._create(binaries)
            self._prepare_socket_folder(resources)
            output = resources.enter_context(self._open_log())
            self._process = self._launch(binaries, output)
            self._resources = resources.pop_all()
        return self

    def stop(self) -> None:
        """End the server cleanly: sessions are closed, data is flushed; nothing if it is not running."""
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._resources is not None:
            self._resources.close()
            self._resources = None

    def is_alive(self) -> bool:
        """Whether the server is running at this moment."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ClusterNotRunning(f"the server in {self.folder} is not running")
        return self._process

    def _password(self) -> str:
        try:
            return (self.folder / "superuser.password").read_text(encoding="ascii")
        except FileNotFoundError:
            raise ClusterNotRunning(f"no cluster was made in {self.folder} yet") from None

    def _take_folder(self, resources: contextlib.ExitStack) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._identity = choose_identity(self.folder)
        if self._identity is not Identity.NOBODY and self.folder.stat().st_uid != os.geteuid():
            raise FolderUnusable(f"{self.folder} belongs to user {self.folder.stat().st_uid}, not to us")
        self.folder.chmod(0o700)
        self._hand_over(self.folder)
        resources.enter_context(_locked(self.folder / "owner.lock"))

    def _create(self, binaries: Binaries) -> None:
        """Make the data folder, whole or not at all: a half-made one is never taken for a cluster."""
        marker = self.data / "PG_VERSION"
        if marker.exists():
            made_by = marker.read_text(encoding="ascii").strip()
            if made_by != str(binaries.major):
                raise ClusterVersionMismatch(
                    f"{self.data} was made by PostgreSQL {made_by}, but {binaries.folder} is {binaries.major}"
                )
            return
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        password = self.folder / "superuser.password"
        _write_private(password, secrets.token_urlsafe(32))
        self._hand_over(fresh, password)
        answer = run_as(self._identity, self._initdb_command(binaries, fresh, password))
        if answer.returncode != 0:
            raise ClusterStartFailed(f"initdb failed:\n{answer.stdout[-2000:]}{self._reach_hint()}")
        fresh.rename(self.data)

    def _initdb_command(self, binaries: Binaries, target: Path, password: Path) -> list[str | Path]:
        # The built-in locale sorts and folds case the same way on every machine; older servers lack it.
        builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if binaries.major >= 17 else []
        return [
            binaries.initdb,
            *("--pgdata", target, "--username", SUPERUSER, f"--pwfile={password}"),
            *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", *builtin),
            *(() if self._durable else ("--no-sync",)),
        ]

    def _prepare_socket_folder(self, resources: contextlib.ExitStack) -> None:
        folder = self.socket_folder
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        ours = {os.geteuid(), NOBODY} if self._identity is Identity.NOBODY else {os.geteuid()}
        if found.st_uid not in ours or not stat.S_ISDIR(found.st_mode):
            raise FolderUnusable(f"the socket folder {folder} belongs to user {found.st_uid}")
        folder.chmod(0o700)
        self._hand_over(folder)
        if folder.parent != self.folder:
            resources.callback(_remove_if_empty, folder)

    def _open_log(self) -> IO[bytes]:
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        self.log.touch(mode=0o600)
        return self.log.open("ab")

    def _launch(self, binaries: Binaries, output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the server and wait until it takes connections; clear remains of a crashed one first."""
        deadline = time.monotonic() + self._start_timeout
        while True:
            wait_for_former_server(self.data, timeout=max(0, deadline - time.monotonic()))
            drop_stale_pid_file(self.data)
            log_start = self.log.stat().st_size
            process = spawn_guarded(
                self._server_command(binaries),
                output=output,
                identity=self._identity,
                death_signal=signal.SIGINT,  # a "fast" shutdown: sessions end, data is flushed
            )
            try:
                if self._becomes_ready(process, deadline):
                    return process
            except BaseException:
                _end(process)
                raise
            _end(process)
            said = self._log_since(log_start)
            if time.monotonic() > deadline or "pre-existing shared memory block" not in said:
                raise ClusterStartFailed(f"PostgreSQL did not start:\n{said}{self._reach_hint()}")
            time.sleep(0.1)  # sessions of a server killed outright are still leaving

    def _becomes_ready(self, process: subprocess.Popen[bytes], deadline: float) -> bool:
        while process.poll() is None and time.monotonic() < deadline:
            status = read_pid_file(self.data)
            if status and status.pid == process.pid and status.ready:
                return True
            time.sleep(_POLL_S)
        return False

    def _server_command(self, binaries: Binaries) -> list[str | Path]:
        settings = {
            "listen_addresses": "127.0.0.1" if self._tcp_port else "",
            "port": str(self.port),
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            "password_encryption": "scram-sha-256",
            "logging_collector": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
            # A new file of the log filled with zeros first holds every commit up for some 50 ms.
            "wal_init_zero": "off",
            **({} if self._durable else _NOT_DURABLE),
            **self._settings,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [binaries.postgres, "-D", self.data, *options]

    def _log_since(self, position: int) -> str:
        with self.log.open("rb") as log:
            log.seek(position)
            return log.read().decode("utf-8", errors="replace")[-2000:]

    def _reach_hint(self) -> str:
        if self._identity is not Identity.NOBODY:
            return ""
        return (
            f"\nThis machine runs us as root without user namespaces, so the server runs as nobody: "
            f"{self.folder} and the PostgreSQL programs must lie where nobody may go. "
            "Run as an ordinary user, or choose another folder."
        )

    def _hand_over(self, *paths: Path) -> None:
        for path in paths if self._identity is Identity.NOBODY else ():
            os.chown(path, NOBODY, NOBODY)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the folder's lock; the kernel lets go of it when the owner ends, however it ends."""
    with path.open("a+", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            owner = handle.read().strip() or "unknown"
            raise ClusterAlreadyOwned(f"{path.parent} is in use by process {owner}") from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def _remove_if_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(text)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask for a fast shutdown, then an immediate one, then end it."""
    for request, patience in ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, None)):
        if process.poll() is not None:
            return
        process.send_signal(request)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
