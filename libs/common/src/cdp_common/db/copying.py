"""Many rows in one go, by PostgreSQL's COPY, inside the caller's transaction."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any
from uuid import UUID

import asyncpg
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

MAX_COPY_S = 900
COPY_PIECE_BYTES = 512 * 1024
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class RowsClash(Exception):
    """A row that was copied breaks a rule of the table; `constraint` names it and `detail` the row."""

    def __init__(self, constraint: str, detail: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint
        self.detail = detail


def copy_line(values: Iterable[Any]) -> str:
    """A row as a line of COPY's text format; its values are texts, numbers, dates, times, ids or nulls."""
    written = ["\\N" if value is None else _WRITERS[value.__class__](value) for value in values]
    return "\t".join(written) + "\n"


def _copy_text(value: str) -> str:
    # Tabs and ends of lines are not printable; most texts hold nothing that is to be escaped.
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPES)


class _Writers(dict[type, Callable[[Any], str]]):
    """How values of each class are written; the driver has a UUID of its own."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        if not issubclass(kind, UUID):
            raise TypeError(f"no column takes a {kind.__name__}")
        return str


_WRITERS = _Writers(
    {
        str: _copy_text,
        int: str,
        bool: lambda value: "t" if value else "f",
        Decimal: str,
        UUID: str,
        date: date.isoformat,
        datetime: datetime.isoformat,
    }
)


async def copy_rows(
    tx: AsyncConnection,
    table: Table,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]] | AsyncIterable[Sequence[Any]],
    *,
    limit_s: int = MAX_COPY_S,
) -> int:
    """How many rows were copied into the table, in the order in which they come; memory stays flat.

    Values are those of the columns, as asyncpg takes them. Raises `RowsClash` when a row breaks a
    constraint; the transaction is then over. `limit_s` replaces the usual time limit of a statement until
    the transaction ends.
    """
    raw = await _ready(tx, limit_s)
    return await _copied(
        table, raw.copy_records_to_table(table.name, columns=list(columns), records=rows, timeout=limit_s)
    )


async def copy_lines_of_text(
    tx: AsyncConnection, table: Table, columns: Sequence[str], file: IO[bytes], *, limit_s: int = MAX_COPY_S
) -> int:
    """The same of rows that lie in a file as `copy_line` writes them; it is read from where it stands."""
    raw = await _ready(tx, limit_s)

    async def pieces() -> AsyncIterator[bytes]:
        while piece := await asyncio.to_thread(file.read, COPY_PIECE_BYTES):
            yield piece

    return await _copied(
        table, raw.copy_to_table(table.name, source=pieces(), columns=list(columns), timeout=limit_s)
    )


async def _ready(tx: AsyncConnection, limit_s: int) -> Any:
    """The driver's own connection, with time for a long statement."""
    await tx.execute(text(f"SET LOCAL statement_timeout = '{int(limit_s)}s'"))
    raw = (await tx.get_raw_connection()).driver_connection
    assert raw is not None
    return raw


async def _copied(table: Table, copying: Awaitable[str]) -> int:
    """How many rows were copied; what the driver raises becomes what the library raises."""
    try:
        status = await copying
    except asyncpg.IntegrityConstraintViolationError as clash:
        raise RowsClash(clash.constraint_name or "", clash.detail or "") from clash
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        # In the form that the database's own error handling knows: a time limit, a lost connection.
        raise DBAPIError(f"COPY {table.name}", None, fault) from fault
    return int(status.rpartition(" ")[2])
