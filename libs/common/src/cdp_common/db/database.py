"""One service's connections to its schema: bounded pool, bounded statements, one transaction at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from ipaddress import ip_address
from typing import Any, NoReturn

import asyncpg
from sqlalchemy import URL, make_url
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import greenlet_spawn

from cdp_common.kernel.errors import Conflict, InvalidInput, Unavailable

STATEMENT_TIMEOUT_MS = 10_000
LOCK_TIMEOUT_MS = 3_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000
CONNECT_TIMEOUT_S = 5
POOL_TIMEOUT_S = 5
DRIVER = "postgresql+asyncpg"

_LOST_CLASSES = ("08", "53")  # connection exceptions, insufficient resources
# The driver has read that the server ends the session, and not yet that the connection is closed: it finds
# itself in no state to send anything, and says so as a fault of its own.
_CLOSING = "the connection to the database is being closed"
_LOST_STATES = ("57P01", "57P02", "57P03", "25P03")  # shut down, crashed, starting, idle for too long


class WriteConflict(Conflict):
    """Another transaction changed the same things at the same time; sending it again will work."""

    code = "write_conflict"
    title = "Somebody else changed this at the same moment"
    retry_after_s = 1


class DatabaseBusy(Unavailable):
    """A lock or a free connection did not come in time."""

    code = "database_busy"
    title = "The database is busy"
    retry_after_s = 1


class DatabaseTimeout(Unavailable):
    """A statement ran longer than it may."""

    code = "database_timeout"
    title = "The database took too long"
    retry_after_s = 5


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached or has closed the connection."""

    code = "database_unavailable"
    title = "The database cannot be reached"
    retry_after_s = 5


class TextNotStorable(InvalidInput):
    """A text holds a character that PostgreSQL has no place for: NUL, or half of a surrogate pair."""

    code = "text_not_storable"
    title = "A text contains a character that cannot be stored"


class Database:
    """Transactions in one schema of one PostgreSQL database."""

    def __init__(
        self,
        url: str | URL,
        *,
        schema: str,
        app_name: str,
        pool_size: int = 5,
        pool_timeout_s: float = POOL_TIMEOUT_S,
    ) -> None:
        self.schema = schema
        self._engine = create_async_engine(
            async_url(url),
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout_s,
            hide_parameters=True,  # what people submit must not come out in an error's text
            connect_args=connect_arguments(
                url,
                {
                    "application_name": app_name,
                    "search_path": schema,
                    "timezone": "UTC",
                    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
                    "lock_timeout": str(LOCK_TIMEOUT_MS),
                    "idle_in_transaction_session_timeout": str(IDLE_IN_TRANSACTION_TIMEOUT_MS),
                },
            ),
        )

    @property
    def engine(self) -> AsyncEngine:
        """The engine underneath, for instrumentation and for connections without a transaction."""
        return self._engine

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """One connection in one transaction: committed when the block ends, rolled back when it raises."""
        async with AsyncExitStack() as stack:
            # Connecting is kept apart: an OSError raised by the block's own code is not ours to rename.
            with _connecting():
                connection = await stack.enter_async_context(self._engine.connect())
            with typed_failures():
                try:
                    async with connection.begin():
                        yield connection
                except DBAPIError as problem:
                    if isinstance(problem.orig, AsyncAdapt_asyncpg_dbapi.InternalClientError):
                        await connection.invalidate(problem)  # nobody else is to be given it
                        raise DatabaseUnavailable(_CLOSING) from problem
                    raise

    async def call(self, statement: str, *arguments: object) -> object:
        """What one statement gives that is a whole transaction: committed when it answers.

        The driver's own connection sends it in one round trip, which costs a quarter of what `begin()` does.
        Placeholders are the driver's ($1, $2).
        """
        with _connecting():
            pooled = await self._engine.raw_connection()
        driver = pooled.driver_connection
        assert driver is not None
        try:
            return await fetch_value(driver, statement, *arguments)
        finally:
            if driver.is_closed():
                pooled.invalidate()  # nobody else is to be given it
            await greenlet_spawn(pooled.close)

    async def dispose(self) -> None:
        """Close every connection of the pool."""
        await self._engine.dispose()


async def fetch_value(driver: Any, statement: str, *arguments: object) -> object:
    """What the statement gives, sent by the driver's connection; its failures of the moment are typed."""
    try:
        return await driver.fetchval(statement, *arguments)
    except asyncpg.PostgresError as problem:
        _raise_for_state(problem.sqlstate or "", problem)
        raise
    except asyncpg.InternalClientError as problem:
        driver.terminate()
        raise DatabaseUnavailable(_CLOSING) from problem
    except (OSError, asyncpg.InterfaceError) as problem:
        if driver.is_closed():
            raise DatabaseUnavailable("the connection to the database was lost") from problem
        raise


def async_url(url: str | URL) -> URL:
    """The same address, spoken to through asyncpg."""
    return make_url(url).set(drivername=DRIVER)


def connect_arguments(url: str | URL, server_settings: dict[str, str]) -> dict[str, Any]:
    """What asyncpg is given beside the address: the session's settings, and no TLS on this machine."""
    arguments: dict[str, Any] = {"server_settings": server_settings, "timeout": CONNECT_TIMEOUT_S}
    parsed = make_url(url)
    if "ssl" not in parsed.query and _stays_on_this_machine(parsed):
        arguments["ssl"] = False  # else each connection tries TLS first and is turned down
    return arguments


@contextmanager
def typed_failures() -> Iterator[None]:
    """A block whose database failures of the moment come out as `Conflict` or `Unavailable`."""
    try:
        yield
    except DBAPIError as problem:
        _raise_typed(problem)


@contextmanager
def _connecting() -> Iterator[None]:
    """A block that only obtains a connection."""
    try:
        with typed_failures():
            yield
    except PoolTimeout as problem:
        raise DatabaseBusy("no database connection became free in time") from problem
    except (OSError, DBAPIError, AsyncAdapt_asyncpg_dbapi.Error) as problem:
        # The last is what the pool raises by itself; connections of the engine put it into the one before.
        raise DatabaseUnavailable("no connection to the database could be made") from problem


def _raise_typed(problem: DBAPIError) -> NoReturn:
    """Raise what the SQLSTATE stands for; a fault of our own (syntax, constraint, data) stays what it is."""
    state = getattr(problem.orig, "sqlstate", None) or ""
    _raise_for_state(state, problem)
    if problem.connection_invalidated:
        raise DatabaseUnavailable("the connection to the database was lost") from problem
    raise problem


def _raise_for_state(state: str, problem: Exception) -> None:
    """Raise what the SQLSTATE stands for, if it is a failure of the moment."""
    if state in ("40001", "40P01"):
        raise WriteConflict("another change was made at the same moment; send it again") from problem
    if state in ("22021", "22P05"):
        raise TextNotStorable("a text contains a character that cannot be stored") from problem
    if state == "55P03":
        raise DatabaseBusy("a lock was not given in time") from problem
    if state == "57014":
        raise DatabaseTimeout("a statement was cut off at the time limit") from problem
    if state[:2] in _LOST_CLASSES or state in _LOST_STATES:
        raise DatabaseUnavailable("the connection to the database was lost") from problem


def _stays_on_this_machine(url: URL) -> bool:
    """Whether the address is a socket in a folder or the loopback interface."""
    host = url.host or url.query.get("host") or ""
    if not isinstance(host, str):
        return False  # several servers
    if host in ("", "localhost") or host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
