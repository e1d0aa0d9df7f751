"""The same cluster, owned by root with and without user namespaces, and by an ordinary user."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.embedded.conftest import Connect

import cdp_common
from cdp_common.db.embedded import EmbeddedCluster, FolderUnusable

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become someone else")

UNPRIVILEGED = """
import sys
from pathlib import Path
from cdp_common.db.embedded import EmbeddedCluster
with EmbeddedCluster(Path(sys.argv[1]), durable=False) as cluster:
    print(cluster.admin_url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder every user may enter; pytest's own are closed to others."""
    place = Path(tempfile.mkdtemp(prefix="cdp-identity-"))
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@as_root
async def test_root_without_user_namespaces_runs_the_server_as_nobody(
    open_place: Path, connect: Connect
) -> None:
    folder = open_place / "pg"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)  # what a first start without user namespaces leaves behind
    for _ in range(2):
        with EmbeddedCluster(folder, durable=False) as cluster:
            assert owner_of(Path(f"/proc/{cluster.pid}")) == NOBODY
            async with connect(cluster.admin_url) as connection:
                assert await connection.fetchval("SELECT 1") == 1
        assert owner_of(cluster.data) == NOBODY


@as_root
def test_root_is_refused_the_folder_of_an_ordinary_user(tmp_path: Path) -> None:
    folder = tmp_path / "pg"
    folder.mkdir()
    os.chown(folder, 1234, 1234)
    with pytest.raises(FolderUnusable, match="belongs to user 1234"):
        EmbeddedCluster(folder).start()


@as_root
async def test_an_ordinary_user_owns_a_cluster_of_its_own(unprivileged: str, connect: Connect) -> None:
    async with connect(unprivileged) as connection:
        assert await connection.fetchval("SELECT 1") == 1
        where = await connection.fetchval("SHOW data_directory")
    assert owner_of(where) == NOBODY


@pytest.fixture
def unprivileged(open_place: Path) -> Iterator[str]:
    """The address of a cluster that an ordinary user owns in a process of its own."""
    setpriv, python = shutil.which("setpriv"), reachable_python()
    if setpriv is None or python is None:
        pytest.skip("no setpriv, or no Python that an ordinary user may run")
    os.chown(open_place, NOBODY, NOBODY)
    drop = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    source = Path(cdp_common.__file__).parents[1]
    packages = Path(pytest.__file__).parents[1]
    with subprocess.Popen(
        [*drop, python, "-c", UNPRIVILEGED, str(open_place / "pg")],
        env={"PYTHONPATH": f"{source}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    assert process.returncode == 0


def owner_of(path: str | Path) -> int:
    return Path(path).stat().st_uid


def reachable_python() -> str | None:
    """A Python of ours that does not lie in a folder closed to others."""
    for candidate in ("/usr/bin/python3", "/usr/local/bin/python3"):
        if Path(candidate).exists():
            version = subprocess.check_output(
                [candidate, "-c", "import sys; print(*sys.version_info[:2])"], text=True
            )
            if tuple(map(int, version.split())) >= (3, 11):
                return candidate
    return None
