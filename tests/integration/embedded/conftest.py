"""Clusters to start: initdb runs once a session, each test gets a copy of what it made."""

import shutil
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from cdp_common.db.embedded import EmbeddedCluster

Connect = Callable[[str], AbstractAsyncContextManager[asyncpg.Connection]]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pg") / "made"
    with EmbeddedCluster(folder, durable=False):
        pass
    return folder


@pytest.fixture
def folder(made_once: Path, tmp_path: Path) -> Path:
    """A cluster's folder that holds a stopped cluster of its own."""
    copy = tmp_path / "pg"
    shutil.copytree(made_once, copy)
    return copy


@pytest.fixture
def cluster(folder: Path) -> Iterator[EmbeddedCluster]:
    with EmbeddedCluster(folder, durable=False) as running:
        yield running


@pytest.fixture(scope="session")
def connect() -> Connect:
    @asynccontextmanager
    async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(url, ssl=False)
        try:
            yield connection
        finally:
            await connection.close()

    return connected


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
