"""The same sum in other engines' exact arithmetic: quantity × £ for each unit × what additionality leaves.

Their tables are loaded and typed before the clock starts; the product's own way begins with text.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, Protocol

import duckdb
import polars as pl
from sqlalchemy import text
from tests.performance.plain_lines import COLUMNS, PlainLines

from cdp_common.db.database import Database
from toms_engine.bulk.rows import Rows
from toms_engine.bulk.valuing import BulkValuer
from toms_engine.domain.line import Options
from toms_engine.domain.line_checks import Terms
from toms_engine.storage.published_figures import shipped_figures

BLOCK = 60_000  # as many rows as the service takes together: three mebibytes of text

Sums = dict[str, int]
"""Pence by measure."""


class Engine(Protocol):
    """Something that values all lines and adds them up by measure."""

    async def sums(self) -> Sums:
        """Pence by measure."""


class Ours:
    """The product's columns, from text to pence."""

    def __init__(self, lines: PlainLines) -> None:
        terms = Terms(lines.book, shipped_figures(), Options(), holds_licence=False)
        self._valuer = BulkValuer(terms)
        numbered = lines.frame.with_row_index("row", offset=1)
        typed = numbered.with_columns(pl.col("row").cast(pl.Int64), is_plain=pl.lit(True))
        self._blocks = [_rows(frame) for frame in typed.iter_slices(BLOCK)]

    async def sums(self) -> Sums:
        """Pence by measure."""
        valued = [self._valuer.value(rows) for rows in self._blocks]
        assert not any(block.refused for block in valued)
        sums = [
            block.frame.group_by("measure").agg(pl.col("total_pence").cast(pl.Int128).sum())
            for block in valued
        ]
        return dict(pl.concat(sums).group_by("measure").agg(pl.col("total_pence").sum()).iter_rows())


def _rows(frame: pl.DataFrame) -> Rows:
    def document(at: int) -> bytes:
        return json.dumps(frame.select(*COLUMNS).row(at, named=True)).encode()

    return Rows(frame, document)


class PolarsInt128:
    """Whole numbers of 128 bits, in one expression."""

    def __init__(self, lines: PlainLines) -> None:
        factors = pl.DataFrame(
            [(one.code, *_whole(*lines.net(one))) for one in lines.measures],
            schema={"measure": pl.String, "price": pl.Int128, "rest": pl.Int128},
            orient="row",
        )
        units = pl.col("quantity").cast(pl.Decimal(38, 2)).to_physical().cast(pl.Int128)
        self._table = lines.frame.select("measure", units=units).join(factors, on="measure", how="left")

    async def sums(self) -> Sums:
        """Pence by measure."""
        below = 10 ** (4 + 6)  # the quantity's two places are the pennies'
        pence = (pl.col("units") * pl.col("price") * pl.col("rest") * 2 + below) // (2 * below)
        return dict(self._table.group_by("measure").agg(pence.sum()).iter_rows())


def _whole(price: Decimal, rest: Decimal) -> tuple[int, int]:
    return int(price.scaleb(4)), int(rest.scaleb(6))


class DuckDb:
    """DECIMAL, with the casts without which a product overflows; one thread."""

    def __init__(self, lines: PlainLines) -> None:
        self._db = duckdb.connect(config={"threads": 1})
        self._db.execute("create table factor (measure text, price decimal(14,4), rest decimal(8,6))")
        factors = [[one.code, *lines.net(one)] for one in lines.measures]
        self._db.executemany("insert into factor values (?, ?, ?)", factors)
        self._db.execute("create table line (measure text, quantity decimal(14,2))")
        for part in lines.frame.select("measure", "quantity").iter_slices(50_000):
            columns = [part.get_column(name).to_list() for name in ("measure", "quantity")]
            self._db.execute("insert into line select unnest($1), unnest($2)::decimal(14,2)", columns)

    async def sums(self) -> Sums:
        """Pence by measure."""
        rows = self._db.execute(
            "select measure, sum(round(quantity::decimal(19,2) * price * rest, 2))"
            " from line join factor using (measure) group by 1"
        ).fetchall()
        return {code: int(total * 100) for code, total in rows}


_FACTORS = "create temporary table factor (measure text, price numeric, rest numeric)"
_LINES = "create temporary table line (measure text, quantity numeric)"


class Postgres:
    """NUMERIC in the database, where the rows are already."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def sums(self) -> Sums:
        """Pence by measure."""
        rows = await self._connection.fetch(
            "select measure, sum(round(quantity * price * rest, 2))"
            " from line join factor using (measure) group by 1"
        )
        return {code: int(total * 100) for code, total in rows}


@asynccontextmanager
async def postgres(database: Database, lines: PlainLines) -> AsyncIterator[Postgres]:
    """The lines in temporary tables of one connection."""
    async with database.engine.connect() as connection:
        for table in (
            "factor (measure text, price numeric, rest numeric)",
            "line (measure text, quantity numeric)",
        ):
            await connection.execute(text(f"create temporary table {table}"))
        driver: Any = (await connection.get_raw_connection()).driver_connection
        factors = [(one.code, *lines.net(one)) for one in lines.measures]
        await driver.copy_records_to_table("factor", records=factors)
        rows = (
            (code, Decimal(quantity))
            for code, quantity in lines.frame.select("measure", "quantity").iter_rows()
        )
        await driver.copy_records_to_table("line", records=rows)
        await driver.execute("analyze line")
        yield Postgres(driver)
