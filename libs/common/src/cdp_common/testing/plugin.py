"""Pytest fixtures: a real PostgreSQL server with a migrated database for each test, and signed callers.

In a conftest at the root of the tests: `pytest_plugins = ["cdp_common.testing.plugin"]`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest

from cdp_common.db.database import Database
from cdp_common.testing.callers import TokenMint
from cdp_common.testing.databases import SavepointDatabase, TestDatabases
from cdp_common.testing.postgres import TestCluster

MakeDatabase = Callable[[str, str], Awaitable[Database]]
"""`await make_database(package, schema)`: a migrated database of the test's own, as the application."""

MakeSavepointDatabase = Callable[[str, str], Awaitable[SavepointDatabase]]
"""`await savepoint_database(package, schema)`: one connection, everything undone when the test ends."""


@pytest.fixture(scope="session")
def cluster() -> Iterator[TestCluster]:
    """The session's PostgreSQL server; each xdist worker has one of its own."""
    with TestCluster() as started:
        yield started


@pytest.fixture(scope="session")
async def databases(cluster: TestCluster) -> AsyncIterator[TestDatabases]:
    """The session's templates and copies, for fixtures that need another scope than one test."""
    made = TestDatabases(cluster.admin_url)
    yield made
    await made.close()


@pytest.fixture
async def make_database(databases: TestDatabases) -> AsyncIterator[MakeDatabase]:
    """Makes databases of the test's own, which others get, emptied, when it ends."""
    async with AsyncExitStack() as made:

        async def make(package: str, schema: str) -> Database:
            database = await databases.clone(package, schema)
            made.push_async_callback(databases.give_back, database)
            return database

        yield make


@pytest.fixture
async def savepoint_database(databases: TestDatabases) -> AsyncIterator[MakeSavepointDatabase]:
    """Opens databases whose changes are undone when the test ends."""
    async with AsyncExitStack() as opened:

        async def make(package: str, schema: str) -> SavepointDatabase:
            return await opened.enter_async_context(databases.rolled_back(package, schema))

        yield make


@pytest.fixture
def mint() -> TokenMint:
    """An issuer of tokens for this test, and of verifiers that trust it."""
    return TokenMint()
