"""Migrated databases for tests: made once, copied or rolled back for each test."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from cdp_common.db.database import Database, async_url, connect_arguments, fetch_value, typed_failures
from cdp_common.db.migrations import PreparedDatabase, migrate, prepare_database

_PASSWORD = "only-for-tests"  # noqa: S105 - of roles in a server that lives as long as the tests
_POOL_SIZE = 5
# A commit checks deferred constraints, so the savepoint's end has to as well.
_CHECK = text("DO 'BEGIN SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; END'")


class SavepointDatabase(Database):
    """A database whose transactions are savepoints on one connection, so that a test leaves nothing behind.

    One transaction is open at a time. What concerns several connections (locks, other transactions' rows) is
    not seen here; such tests take a database of their own.
    """

    def __init__(self, url: str, *, schema: str, app_name: str) -> None:
        super().__init__(url, schema=schema, app_name=app_name, pool_size=1)
        self._connection: AsyncConnection | None = None
        self._turn = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """The connection in a savepoint: released when the block ends, rolled back when it raises."""
        if self._turn.locked() and self._holder is asyncio.current_task():
            raise RuntimeError("a transaction is begun inside another: pass the first one on")
        async with self._turn:
            self._holder = asyncio.current_task()
            connection = self._opened()
            with typed_failures():
                async with connection.begin_nested():
                    yield connection
                    await connection.execute(_CHECK)

    async def call(self, statement: str, *arguments: object) -> object:
        """What the statement gives, in a savepoint of its own."""
        async with self.begin() as tx:
            raw = await tx.get_raw_connection()
            return await fetch_value(raw.driver_connection, statement, *arguments)

    @asynccontextmanager
    async def undone(self) -> AsyncIterator[None]:
        """What the block does is undone when it ends, and what was there before stays."""
        await self._run("SAVEPOINT before")
        try:
            yield
        finally:
            await self._run("ROLLBACK TO SAVEPOINT before; RELEASE SAVEPOINT before")

    async def _run(self, statements: str) -> None:
        """Run statements in one round trip, which SQLAlchemy has no word for."""
        async with self._turn:  # the application's own work may be at it
            raw = await self._opened().get_raw_connection()
            assert raw.driver_connection is not None
            await raw.driver_connection.execute(statements)

    @property
    def is_open(self) -> bool:
        """Whether a test is using it."""
        return self._connection is not None

    async def open(self) -> None:
        """Take the connection and begin the transaction around everything."""
        self._connection = await self.engine.connect()
        await self._connection.begin()
        await self._connection.execute(text("SELECT 1"))  # the driver begins with the first statement

    async def close(self) -> None:
        """Undo everything that was done since `open`; the connection stays for who opens it next."""
        await self._opened().rollback()
        await self._opened().close()
        self._connection = None

    async def dispose(self) -> None:
        """Nothing: an application that stops must not lose the tests their connection."""

    async def dispose_for_good(self) -> None:
        """Close the connection."""
        await super().dispose()

    def _opened(self) -> AsyncConnection:
        if self._connection is None:
            raise RuntimeError("the database is not open")
        return self._connection


@dataclass
class TestDatabases:
    """The databases of one test session: a migrated template for each service, and copies of it."""

    __test__ = False  # the name is no invitation to pytest to collect it

    admin_url: str = field(repr=False)
    _templates: dict[tuple[str, str], PreparedDatabase] = field(default_factory=dict)
    _shared: dict[tuple[str, str], Database] = field(default_factory=dict)
    _standing: dict[tuple[str, str], SavepointDatabase] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        url = async_url(self.admin_url)
        settings = {"application_name": "test admin"}
        self._admin = create_async_engine(
            url, pool_size=1, isolation_level="AUTOCOMMIT", connect_args=connect_arguments(url, settings)
        )

    async def template(self, package: str, schema: str) -> PreparedDatabase:
        """The service's database as its migrations leave it; made when it is first asked for."""
        async with self._making:
            known = self._templates.get((package, schema))
            if known is None:
                known = await prepare_database(self.admin_url, schema, _PASSWORD, _PASSWORD)
                await migrate(package, known.owner_url, schema, known.app_role)
                self._templates[package, schema] = known
            return known

    async def clone(self, package: str, schema: str) -> Database:
        """A fresh copy of the template, connected as the application; give it to `drop` in the end."""
        template = await self.template(package, schema)
        name = f"{template.name}_{next(self._numbers)}"
        await self.administer(
            # wal_log copies through the WAL, which for a small database is faster than a copy of files.
            f"CREATE DATABASE {name} TEMPLATE {template.name} STRATEGY wal_log OWNER {template.owner_role}",
            f"ALTER ROLE {template.owner_role} IN DATABASE {name} SET search_path = {schema}",
        )
        url = make_url(template.app_url).set(database=name).render_as_string(hide_password=False)
        return Database(url, schema=schema, app_name=f"test {package}", pool_size=_POOL_SIZE)

    async def drop(self, database: Database) -> None:
        """Close a clone's connections and remove it."""
        await database.dispose()
        await self.administer(f"DROP DATABASE {database.engine.url.database} WITH (FORCE)")

    def owner_url(self, database: Database) -> str:
        """The address of a clone for its owner."""
        owner = f"cdp_{database.schema}_owner"
        return database.engine.url.set(username=owner).render_as_string(hide_password=False)

    @asynccontextmanager
    async def rolled_back(self, package: str, schema: str) -> AsyncIterator[SavepointDatabase]:
        """A copy that stays for the session; changes to it are undone when the block ends.

        Its connection stays too, with the statements that it has prepared. Blocks of one package at the same
        time have a connection each.
        """
        standing = self._standing.get((package, schema))
        database = (
            await self._savepoints(package, schema) if standing is None or standing.is_open else standing
        )
        self._standing.setdefault((package, schema), database)
        await database.open()
        try:
            yield database
        finally:
            await database.close()
            if self._standing[package, schema] is not database:
                await database.dispose_for_good()

    async def _savepoints(self, package: str, schema: str) -> SavepointDatabase:
        if (package, schema) not in self._shared:  # the template itself must stay free of connections
            self._shared[package, schema] = await self.clone(package, schema)
        url = self._shared[package, schema].engine.url.render_as_string(hide_password=False)
        return SavepointDatabase(url, schema=schema, app_name=f"test {package}")

    async def close(self) -> None:
        """Remove the copies that stayed for the session."""
        while self._standing:
            await self._standing.popitem()[1].dispose_for_good()
        while self._shared:
            await self.drop(self._shared.popitem()[1])
        await self._admin.dispose()

    async def administer(self, *statements: str) -> None:
        """Run statements as the superuser, each on its own."""
        async with self._admin.connect() as connection:
            for statement in statements:
                await connection.exec_driver_sql(statement)
