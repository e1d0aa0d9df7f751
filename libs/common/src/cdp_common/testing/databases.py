"""Migrated databases for tests: made once, copied or rolled back for each test."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import asyncpg
from sqlalchemy import Connection, Dialect, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.util import await_

from cdp_common.db.database import Database, async_url, connect_arguments, fetch_value, typed_failures
from cdp_common.db.migrations import PreparedDatabase, migrate, prepare_database

_PASSWORD = "only-for-tests"  # noqa: S105 - of roles in a server that lives as long as the tests
_POOL_SIZE = 5
# A commit checks deferred constraints, so the savepoint's end has to as well.
_CHECK = text("DO 'BEGIN SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; END'")
_SAVEPOINTS = {
    "do_savepoint": "SAVEPOINT",
    "do_rollback_to_savepoint": "ROLLBACK TO SAVEPOINT",
    "do_release_savepoint": "RELEASE SAVEPOINT",
}
_TABLES = """
    SELECT quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relkind = 'r'"""
_END_OTHERS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_RESTART_SEQUENCES = """
    SELECT setval(s.seqrelid, s.seqstart, false) FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1"""
_MOST_BYTES = 16 * 1024 * 1024
"""Beyond this the pages of rows that are gone slow the next test more than a new copy would."""
_SIZE = """
    SELECT coalesce(sum(pg_relation_size(c.oid)), 0) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1"""


class SavepointDatabase(Database):
    """A database whose transactions are savepoints on one connection, so that a test leaves nothing behind.

    One transaction is open at a time. What concerns several connections (locks, other transactions' rows) is
    not seen here; such tests take a database of their own.
    """

    def __init__(self, url: str, *, schema: str, app_name: str) -> None:
        super().__init__(url, schema=schema, app_name=app_name, pool_size=1)
        _send_savepoints_at_once(self.engine.sync_engine.dialect)
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


def _send_savepoints_at_once(dialect: Dialect) -> None:
    """Make a savepoint one round trip: as a statement each is compiled, prepared and run by its own name."""
    for step, words in _SAVEPOINTS.items():
        setattr(dialect, step, partial(_send, words))


def _send(words: str, connection: Connection, name: str) -> None:
    driver = connection.connection.driver_connection
    assert driver is not None
    await_(driver.execute(f"{words} {name}"))


@dataclass
class TestDatabases:
    """The databases of one test session: a migrated template for each service, and copies of it."""

    __test__ = False  # the name is no invitation to pytest to collect it

    admin_url: str = field(repr=False)
    _templates: dict[tuple[str, str], PreparedDatabase] = field(default_factory=dict)
    _written: dict[str, dict[str, str]] = field(default_factory=dict)
    """By schema what migrations themselves write: the rows of each table that has some, as JSON."""
    _idle: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _altered: set[str] = field(default_factory=set)
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
                self._written[schema] = await self._rows(known.name, schema)
                self._templates[package, schema] = known
            return known

    async def clone(self, package: str, schema: str) -> Database:
        """A copy of the template, connected as the application; give it back with `give_back`."""
        template = await self.template(package, schema)
        idle = self._idle[template.name]
        name = idle.pop() if idle else await self._copy(template, schema)
        url = make_url(template.app_url).set(database=name).render_as_string(hide_password=False)
        return Database(url, schema=schema, app_name=f"test {package}", pool_size=_POOL_SIZE)

    async def give_back(self, database: Database) -> None:
        """Close a copy's connections; it is emptied for the next who wants one, or removed.

        Emptying takes a tenth of what making a copy takes. Whose owner's address was asked for may have been
        altered, so it is removed.
        """
        await database.dispose()
        name = str(database.engine.url.database)
        if name not in self._altered and await self._emptied(name, str(database.schema)):
            self._idle[name.rpartition("_")[0]].append(name)
        else:
            await self.administer(f"DROP DATABASE {name} WITH (FORCE)")

    async def _copy(self, template: PreparedDatabase, schema: str) -> str:
        name = f"{template.name}_{next(self._numbers)}"
        await self.administer(
            # wal_log copies through the WAL, which for a small database is faster than a copy of files.
            f"CREATE DATABASE {name} TEMPLATE {template.name} STRATEGY wal_log OWNER {template.owner_role}",
            f"ALTER ROLE {template.owner_role} IN DATABASE {name} SET search_path = {schema}",
        )
        return name

    async def _rows(self, name: str, schema: str) -> dict[str, str]:
        """The rows of each table that has some."""
        async with self._as_superuser(name) as connection:
            tables = [one[0] for one in await connection.fetch(_TABLES, schema)]
            rows = {
                table: await connection.fetchval(f"SELECT json_agg(t) FROM {schema}.{table} t")  # noqa: S608 - names of the catalogue
                for table in tables
            }
        return {table: found for table, found in rows.items() if found is not None}

    async def _emptied(self, name: str, schema: str) -> bool:
        """Whether the copy is as the migrations left it: not when it has grown too large for that."""
        async with self._as_superuser(name) as connection:
            await connection.execute(_END_OTHERS)
            if await connection.fetchval(_SIZE, schema) > _MOST_BYTES:
                return False
            # As a replica no trigger fires, so that tables which only grow can be emptied, in any order.
            emptied = ["SET session_replication_role = replica"]
            emptied += [
                f"DELETE FROM {schema}.{one[0]}"  # noqa: S608 - names of the catalogue
                for one in await connection.fetch(_TABLES, schema)
            ]
            await connection.execute(";".join(emptied))
            await connection.execute(_RESTART_SEQUENCES, schema)
            for table, rows in self._written[schema].items():
                whole = f"{schema}.{table}"
                await connection.execute(
                    f"INSERT INTO {whole} SELECT * FROM json_populate_recordset(NULL::{whole}, $1)",  # noqa: S608 - the same
                    rows,
                )
        return True

    @asynccontextmanager
    async def _as_superuser(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.admin_url, database=name)
        try:
            yield connection
        finally:
            await connection.close()

    def owner_url(self, database: Database) -> str:
        """The address of a copy for its owner, who may alter it: nobody gets it after that."""
        self._altered.add(str(database.engine.url.database))
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
        """Close what is open; the copies go with their server."""
        while self._standing:
            await self._standing.popitem()[1].dispose_for_good()
        while self._shared:
            await self._shared.popitem()[1].dispose()
        await self._admin.dispose()

    async def administer(self, *statements: str) -> None:
        """Run statements as the superuser, each on its own."""
        async with self._admin.connect() as connection:
            for statement in statements:
                await connection.exec_driver_sql(statement)
