"""What an embedded cluster promises when processes are killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.embedded.conftest import Connect

from cdp_common.db.embedded import EmbeddedCluster

OWNER = """
import sys, time
from pathlib import Path
from cdp_common.db.embedded import EmbeddedCluster
cluster = EmbeddedCluster(Path(sys.argv[1])).start()
print(cluster.pid, flush=True)
time.sleep(600)
"""


def wait_until_gone(pid: int, *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline, f"process {pid} outlived its owner by {seconds} s"
        time.sleep(0.02)


def processes_within(folder: Path) -> list[int]:
    """Every process that works in the cluster's data folder: the server and all its backends."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == folder / "data":
                found.append(int(entry.name))
        except OSError:
            continue
    return found


@pytest.fixture
def owner(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process of its own that owns the cluster, and its server's pid."""
    process = subprocess.Popen([sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout:
        yield process, int(process.stdout.readline())
    process.kill()
    process.wait()


async def test_killing_the_owner_outright_leaves_no_server_and_loses_nothing(
    folder: Path, owner: tuple[subprocess.Popen[str], int], connect: Connect
) -> None:
    process, server = owner
    url = EmbeddedCluster(folder).admin_url
    async with connect(url) as connection:
        await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
    assert server in processes_within(folder)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_until_gone(server)
    assert processes_within(folder) == []
    with EmbeddedCluster(folder) as cluster:
        async with connect(cluster.admin_url) as connection:
            assert await connection.fetchval("SELECT n FROM kept") == 7


async def test_a_new_owner_may_start_at_once_after_the_former_was_killed(
    folder: Path, owner: tuple[subprocess.Popen[str], int]
) -> None:
    process, server = owner
    process.send_signal(signal.SIGKILL)
    process.wait()
    with EmbeddedCluster(folder) as cluster:  # waits for the former server's shutdown by itself
        assert cluster.pid != server
        assert cluster.is_alive()


async def test_a_killed_server_starts_again_with_every_committed_row(folder: Path, connect: Connect) -> None:
    cluster = EmbeddedCluster(folder).start()
    async with connect(cluster.admin_url) as connection:
        await connection.execute("CREATE TABLE kept (n int)")
        for n in range(20):
            await connection.execute("INSERT INTO kept VALUES ($1)", n)
    os.kill(cluster.pid, signal.SIGKILL)
    cluster.stop()
    assert (folder / "data" / "postmaster.pid").exists()
    with cluster:
        async with connect(cluster.admin_url) as connection:
            assert await connection.fetchval("SELECT count(*) FROM kept") == 20


def test_a_stale_pid_file_naming_an_unrelated_living_process_is_removed(folder: Path) -> None:
    lines = [str(os.getpid()), str(folder / "data"), "1", "5432", str(folder / "run"), "", "0 0", "ready"]
    (folder / "data" / "postmaster.pid").write_text("\n".join(lines), encoding="ascii")
    with EmbeddedCluster(folder, durable=False, start_timeout=20) as cluster:
        assert cluster.is_alive()


def test_a_stale_pid_file_naming_a_zombie_is_removed(folder: Path) -> None:
    zombie = subprocess.Popen(["/bin/true"])
    deadline = time.monotonic() + 10
    while Path(f"/proc/{zombie.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    (folder / "data" / "postmaster.pid").write_text(f"{zombie.pid}\n{folder / 'data'}\n", encoding="ascii")
    with EmbeddedCluster(folder, durable=False, start_timeout=20) as cluster:
        assert cluster.is_alive()
    zombie.wait()


def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "pg"
    (folder / "data.new" / "base").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").write_text("18\n", encoding="ascii")
    with EmbeddedCluster(folder, durable=False) as cluster:
        assert cluster.is_alive()
        assert not (folder / "data.new").exists()
