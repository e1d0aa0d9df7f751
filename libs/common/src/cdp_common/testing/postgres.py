"""A throw-away PostgreSQL server for one test session."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from cdp_common.db.embedded import EmbeddedCluster
from cdp_common.kernel.clock import utc_now

_PREFIX = f"cdp-test-pg-{os.geteuid()}-"
_SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "128MB",
    "max_wal_size": "512MB",
    "checkpoint_timeout": "1h",  # seldom does a checkpoint interrupt a session
    "autovacuum": "off",
    "jit": "off",
    "deadlock_timeout": "100ms",  # one that a test has made is found that soon
}

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made in it is nobody else's
_LEAST_BYTES = 4 * 1024**3
"""Room that a folder in memory has to have; where there is less, the disk serves."""


def quick_folder() -> Path:
    """Where tests put their files: in memory if there is room, where a new database's cost a third."""
    try:
        room = shutil.disk_usage(_IN_MEMORY).free
    except OSError:
        room = 0
    is_usable = room >= _LEAST_BYTES and os.access(_IN_MEMORY, os.W_OK | os.X_OK)
    return _IN_MEMORY if is_usable else Path(tempfile.gettempdir())


class TestCluster:
    """A PostgreSQL server in a temporary folder that waits for no disk and leaves nothing behind.

    Start it from the main thread: it ends with the thread that started it.
    """

    __test__: ClassVar[bool] = False  # the name is no invitation to pytest to collect it

    def __init__(self) -> None:
        self._cluster: EmbeddedCluster | None = None

    @property
    def admin_url(self) -> str:
        """The superuser's address, in the form asyncpg and libpq read."""
        return self._started().admin_url

    @property
    def sqlalchemy_admin_url(self) -> str:
        """The superuser's address, in the form SQLAlchemy reads."""
        return self._started().sqlalchemy_admin_url

    def url_for(
        self, user: str, password: str, *, database: str = "postgres", driver: str = "postgresql+asyncpg"
    ) -> str:
        """The address of one database for one role."""
        return self._started().url_for(user, password, database=database, driver=driver)

    def start(self) -> Self:
        """Make a new cluster and start its server."""
        if self._cluster is None:
            _sweep_abandoned()
            folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=quick_folder()))
            self._cluster = EmbeddedCluster(folder, durable=False, settings=_SETTINGS).start()
        return self

    def stop(self) -> None:
        """End the server and remove its folder."""
        if self._cluster is not None:
            self._cluster.stop()
            shutil.rmtree(self._cluster.folder, ignore_errors=True)
            self._cluster = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _started(self) -> EmbeddedCluster:
        if self._cluster is None:
            raise RuntimeError("the test cluster was not started")
        return self._cluster


def _sweep_abandoned() -> None:
    """Remove what sessions that were killed outright have left: old folders whose lock nobody holds."""
    longest_start = 600  # seconds: a younger folder may be one whose owner is about to lock it
    for lock in quick_folder().glob(f"{_PREFIX}*/owner.lock"):
        if utc_now().timestamp() - lock.stat().st_mtime < longest_start:
            continue
        with lock.open("a", encoding="ascii") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(lock.parent, ignore_errors=True)
