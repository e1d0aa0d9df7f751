"""The process that writes a Parquet file: rows come in as lines of JSON and are held in bounded portions.

The first line says the columns with their types, and what the file's metadata are to say.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import IO, Any

import polars as pl
from polars.io.plugins import register_io_source

PORTION_BYTES = 4 * 1024 * 1024
ROW_GROUP_ROWS = 50_000

_DTYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "int64": pl.Int64(),
    "boolean": pl.Boolean(),
    "date32": pl.Date(),
    "timestamp[us, UTC]": pl.Datetime("us", "UTC"),
    "decimal128(20, 2)": pl.Decimal(20, 2),
    "decimal128(28, 8)": pl.Decimal(28, 8),
    "decimal128(38, 18)": pl.Decimal(38, 18),
}
_AS_IN_JSON = frozenset({"string", "int64", "boolean"})


def write_parquet(rows: IO[bytes], path: str) -> None:
    """Write the rows to a new file at the path; nobody may read it before this has returned."""
    head: dict[str, Any] = json.loads(rows.readline())
    types: dict[str, str] = head["types"]
    in_json = {name: _DTYPES[kind] if kind in _AS_IN_JSON else pl.String() for name, kind in types.items()}
    typed = [_typed(name, kind) for name, kind in types.items()]

    def portions(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        # Nothing is selected or left out of what is written whole, so there is nothing to push down.
        while lines := rows.readlines(PORTION_BYTES):
            yield pl.read_ndjson(b"".join(lines), schema=in_json).select(typed)

    source = register_io_source(portions, schema={name: _DTYPES[kind] for name, kind in types.items()})
    source.sink_parquet(
        path,
        compression="zstd",
        row_group_size=ROW_GROUP_ROWS,
        metadata={"cdp_export": json.dumps(head["about"])},
        engine="streaming",
    )


def _typed(name: str, kind: str) -> pl.Expr:
    """The column in its type; what does not fit raises, and nothing is rounded: scales are the database's."""
    column = pl.col(name)
    if kind in _AS_IN_JSON:
        return column
    if kind == "date32":
        return column.str.to_date("%Y-%m-%d")
    if kind.startswith("timestamp"):
        return column.str.to_datetime("%Y-%m-%dT%H:%M:%S%.6fZ", time_unit="us", time_zone="UTC")
    return column.cast(_DTYPES[kind])


if __name__ == "__main__":
    write_parquet(sys.stdin.buffer, sys.argv[1])
