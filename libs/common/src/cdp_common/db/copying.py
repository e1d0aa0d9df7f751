"""Many rows in one go, by PostgreSQL's COPY, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Sequence
from typing import Any

import asyncpg
from sqlalchemy import Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

MAX_COPY_S = 900


class RowsClash(Exception):
    """A row that was copied breaks a rule of the table; `constraint` names it and `detail` the row."""

    def __init__(self, constraint: str, detail: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint
        self.detail = detail


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
    await tx.execute(text(f"SET LOCAL statement_timeout = '{int(limit_s)}s'"))
    raw = (await tx.get_raw_connection()).driver_connection
    assert raw is not None
    try:
        status: str = await raw.copy_records_to_table(
            table.name, columns=list(columns), records=rows, timeout=limit_s
        )
    except asyncpg.IntegrityConstraintViolationError as clash:
        raise RowsClash(clash.constraint_name or "", clash.detail or "") from clash
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as fault:
        # In the form that the database's own error handling knows: a time limit, a lost connection.
        raise DBAPIError(f"COPY {table.name}", None, fault) from fault
    return int(status.rpartition(" ")[2])
