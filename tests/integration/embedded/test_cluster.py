"""What an embedded cluster promises while everything goes well."""

import asyncio
import stat
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.integration.embedded.conftest import Connect

from cdp_common.db.embedded import (
    BinariesNotFound,
    ClusterAlreadyOwned,
    ClusterNotRunning,
    ClusterStartFailed,
    ClusterVersionMismatch,
    EmbeddedCluster,
    LaunchRefused,
    find_binaries,
)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_a_first_start_in_an_empty_place_answers_queries(tmp_path: Path, connect: Connect) -> None:
    with EmbeddedCluster(tmp_path / "a" / "b", durable=False) as cluster:
        async with connect(cluster.admin_url) as connection:
            assert await connection.fetchval("SELECT 1 + 1") == 2
            assert await connection.fetchval("SHOW timezone") == "UTC"
            assert await connection.fetchval("SHOW server_encoding") == "UTF8"
            assert await connection.fetchval("SHOW wal_init_zero") == "off"


async def test_a_second_start_keeps_the_data_and_the_password(folder: Path, connect: Connect) -> None:
    with EmbeddedCluster(folder) as cluster:
        first_url = cluster.admin_url
        async with connect(first_url) as connection:
            await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)")
    with EmbeddedCluster(folder) as cluster:
        assert cluster.admin_url == first_url
        async with connect(first_url) as connection:
            assert await connection.fetchval("SELECT n FROM kept") == 42


async def test_it_is_durable_unless_told_otherwise(folder: Path, connect: Connect) -> None:
    for durable, expected in ((True, "on"), (False, "off")):
        with EmbeddedCluster(folder, durable=durable) as cluster:
            async with connect(cluster.admin_url) as connection:
                for name in ("fsync", "synchronous_commit", "full_page_writes"):
                    assert await connection.fetchval(f"SHOW {name}") == expected


async def test_sqlalchemy_reads_its_own_form_of_the_address(cluster: EmbeddedCluster) -> None:
    engine = create_async_engine(cluster.sqlalchemy_admin_url)
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT current_user"))).scalar() == "postgres"
    await engine.dispose()


def test_only_its_user_may_reach_the_socket_the_data_and_the_password(cluster: EmbeddedCluster) -> None:
    assert mode_of(cluster.folder) == 0o700
    assert mode_of(cluster.socket_folder) == 0o700
    assert mode_of(cluster.socket_folder / f".s.PGSQL.{cluster.port}") == 0o700
    assert mode_of(cluster.data) == 0o700
    assert mode_of(cluster.folder / "superuser.password") == 0o600
    assert mode_of(cluster.log) == 0o600


async def test_a_wrong_or_missing_password_is_refused(cluster: EmbeddedCluster) -> None:
    where = {"host": str(cluster.socket_folder), "port": cluster.port, "user": "postgres"}
    for password in ("wrong", ""):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(**where, password=password, ssl=False)


async def test_no_rule_trusts_a_connection_without_scram(cluster: EmbeddedCluster, connect: Connect) -> None:
    async with connect(cluster.admin_url) as connection:
        methods = await connection.fetch("SELECT DISTINCT auth_method FROM pg_hba_file_rules")
        stored = await connection.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'")
    assert [row["auth_method"] for row in methods] == ["scram-sha-256"]
    assert stored.startswith("SCRAM-SHA-256$")


async def test_it_listens_on_no_network_address_by_default(
    cluster: EmbeddedCluster, connect: Connect
) -> None:
    async with connect(cluster.admin_url) as connection:
        assert await connection.fetchval("SHOW listen_addresses") == ""


async def test_a_port_adds_loopback_and_still_asks_for_the_password(
    folder: Path, unused_port: int, connect: Connect
) -> None:
    with EmbeddedCluster(folder, durable=False, port=unused_port) as cluster:
        async with connect(cluster.admin_url) as connection:
            assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(
                host="127.0.0.1", port=unused_port, user="postgres", password="wrong", ssl=False
            )


async def test_given_settings_are_used(folder: Path, connect: Connect) -> None:
    with EmbeddedCluster(folder, durable=False, settings={"max_connections": "17"}) as cluster:
        async with connect(cluster.admin_url) as connection:
            assert await connection.fetchval("SHOW max_connections") == "17"


def test_a_setting_postgresql_refuses_fails_with_its_own_words(folder: Path) -> None:
    cluster = EmbeddedCluster(folder, durable=False, settings={"max_connections": "many"})
    with pytest.raises(ClusterStartFailed, match="invalid value for parameter"):
        cluster.start()
    assert not cluster.is_alive()
    with EmbeddedCluster(folder, durable=False) as afterwards:  # the folder's lock was let go
        assert afterwards.is_alive()


@pytest.fixture(params=["a-long-name-" * 8, "with a space, a comma: and a colon", "größe"])
def awkward(folder: Path, request: pytest.FixtureRequest) -> Path:
    """A cluster whose path cannot be a socket's address."""
    path = folder.parent / str(request.param) / "pg"
    path.parent.mkdir()
    return folder.rename(path)


async def test_a_path_that_cannot_be_a_sockets_gets_a_short_private_folder(
    awkward: Path, connect: Connect
) -> None:
    with EmbeddedCluster(awkward, durable=False) as cluster:
        assert not cluster.socket_folder.is_relative_to(awkward)
        assert mode_of(cluster.socket_folder) == 0o700
        async with connect(cluster.admin_url) as connection:
            assert await connection.fetchval("SHOW data_directory") == str(awkward / "data")
    assert not cluster.socket_folder.exists()


def test_a_second_owner_is_refused_and_told_who_has_it(cluster: EmbeddedCluster) -> None:
    with pytest.raises(ClusterAlreadyOwned, match=r"in use by process \d+"):
        EmbeddedCluster(cluster.folder).start()
    assert cluster.is_alive()


def test_data_of_another_major_version_is_refused(folder: Path) -> None:
    (folder / "data" / "PG_VERSION").write_text("9\n", encoding="ascii")
    with pytest.raises(ClusterVersionMismatch, match="made by PostgreSQL 9"):
        EmbeddedCluster(folder).start()


async def test_it_is_not_started_from_a_passing_thread(folder: Path) -> None:
    with pytest.raises(LaunchRefused):
        await asyncio.to_thread(EmbeddedCluster(folder).start)


def test_an_address_before_the_first_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClusterNotRunning):
        _ = EmbeddedCluster(tmp_path / "never").admin_url
    with pytest.raises(ClusterNotRunning):
        _ = EmbeddedCluster(tmp_path / "never").pid


def test_starting_twice_and_stopping_twice_change_nothing(folder: Path) -> None:
    cluster = EmbeddedCluster(folder, durable=False)
    pid = cluster.start().pid
    assert cluster.start().pid == pid
    cluster.stop()
    cluster.stop()
    assert not cluster.is_alive()


def test_binaries_named_by_the_environment_must_be_a_server(tmp_path: Path) -> None:
    found = find_binaries({})
    assert find_binaries({"CDP_PG_BIN": str(found.folder)}) == found
    with pytest.raises(BinariesNotFound, match="holds no PostgreSQL server"):
        find_binaries({"CDP_PG_BIN": str(tmp_path)})
