"""Answers in CSV and JSON Lines: a record for each row in its place, and one at the end."""

import csv
import io
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from heapq import merge

import polars as pl

from cdp_common.kernel.errors import CdpError, FieldError
from cdp_common.kernel.money import gbp_text
from toms_engine.bulk.arithmetic import pounds, shown_text
from toms_engine.bulk.rows import Refusal, ValuedRows
from toms_engine.bulk.totals import Totals

_AMOUNTS = ("social", "local_economic", "total", "low", "high", "fiscal", "initial_spend")
_LINE = ("row", "ref", "measure", "unit", "counted_quantity", *(f"{name}_gbp" for name in _AMOUNTS))
_ENDING = ("lines", "valued", "refused", "edition_hash", "method_version")

CSV_COLUMNS: tuple[str, ...] = ("record", *_LINE, "errors", *_ENDING)
"""The columns of an answer in CSV; `errors` holds `field:code` pairs, a blank between them."""


class RowWriter(ABC):
    """Writes what became of rows."""

    media_type: str

    @abstractmethod
    def beginning(self) -> bytes:
        """What stands before the first record."""

    @abstractmethod
    def rows(self, rows: ValuedRows) -> bytes:
        """The records of a block, in the order of its rows."""

    @abstractmethod
    def ending(self, totals: Totals, edition_hash: str, method_version: str, fault: CdpError | None) -> bytes:
        """The last record: `summary`, or `stopped` with the fault for which the rest was not read."""


class CsvWriter(RowWriter):
    """Writes CSV (RFC 4180, UTF-8, lines ended by LF)."""

    media_type = "text/csv"

    def beginning(self) -> bytes:
        """The header."""
        return (",".join(CSV_COLUMNS) + "\n").encode()

    def rows(self, rows: ValuedRows) -> bytes:
        """One record a row."""
        valued = rows.frame.select(pl.lit("line").alias("record"), *_line_columns())
        blanks = len(CSV_COLUMNS) - valued.width
        if rows.refused:
            valued = pl.concat([valued, _refused_frame(rows.refused)], how="diagonal").sort("row")
            blanks = len(_ENDING)
        # Looking whether each field needs quotes takes half of the time, and codes and numbers need none.
        is_bare = not rows.refused and not rows.frame.select(_needs_quotes(pl.col("ref")).any()).item()
        text: str = valued.write_csv(
            include_header=False,
            quote_style="never" if is_bare else "necessary",
            line_terminator="," * blanks + "\n",  # the columns that such a record leaves empty
        )
        return text.encode()

    def ending(self, totals: Totals, edition_hash: str, method_version: str, fault: CdpError | None) -> bytes:
        """The last record."""
        stated = _ending(totals, edition_hash, method_version, fault)
        stated["errors"] = fault.code if fault is not None else ""
        text = io.StringIO()
        csv.DictWriter(text, CSV_COLUMNS, lineterminator="\n", extrasaction="ignore").writerow(stated)
        return text.getvalue().encode()


class JsonLinesWriter(RowWriter):
    """Writes JSON Lines; amounts are decimal strings."""

    media_type = "application/x-ndjson"

    def beginning(self) -> bytes:
        """Nothing: every line names its fields."""
        return b""

    def rows(self, rows: ValuedRows) -> bytes:
        """One object a row."""
        amounts = (pl.col(f"{name}_gbp").cast(pl.String) for name in _AMOUNTS)
        lines = rows.frame.select(pl.lit("line").alias("record"), *_line_columns())
        frame = lines.with_columns(*amounts)
        valued: bytes = frame.write_ndjson().encode() if frame.height else b""
        if not rows.refused:
            return valued
        numbered = zip(frame.get_column("row"), valued.splitlines(keepends=True), strict=True)
        refused = ((refusal.row, _refused_line(refusal)) for refusal in rows.refused)
        return b"".join(line for _, line in merge(numbered, refused))

    def ending(self, totals: Totals, edition_hash: str, method_version: str, fault: CdpError | None) -> bytes:
        """The last record."""
        stated = _ending(totals, edition_hash, method_version, fault)
        return json.dumps(stated).encode() + b"\n"


def _line_columns() -> list[pl.Expr]:
    """The columns of a valued row as they are written."""
    amounts = [pounds(pl.col(f"{name}_pence")).alias(f"{name}_gbp") for name in _AMOUNTS]
    counted = shown_text(pl.col("counted_quantity")).alias("counted_quantity")
    return [pl.col("row", "ref", "measure", "unit"), counted, *amounts]


def _needs_quotes(text: pl.Expr) -> pl.Expr:
    """Whether a text cannot stand in a record as it is."""
    return text.str.contains(r'[",\r\n]')


def _refused_frame(refused: Sequence[Refusal]) -> pl.DataFrame:
    read = [("refused", one.row, one.ref, " ".join(map(_pair, one.faults))) for one in refused]
    schema = {"record": pl.String, "row": pl.Int64, "ref": pl.String, "errors": pl.String}
    return pl.DataFrame(read, schema=schema, orient="row")


def _pair(fault: FieldError) -> str:
    return f"{_field(fault)}:{fault.code}"


def _field(fault: FieldError) -> str:
    """The field that a fault names; nothing when it concerns the whole row or a name that is no field."""
    name = fault.pointer.removeprefix("/")
    return name if name.isidentifier() else ""


def _refused_line(refusal: Refusal) -> bytes:
    faults = [{"field": _field(one), "code": one.code, "message": one.message} for one in refusal.faults]
    stated = {"record": "refused", "row": refusal.row, "ref": refusal.ref, "errors": faults}
    return json.dumps(stated).encode() + b"\n"


def _ending(
    totals: Totals, edition_hash: str, method_version: str, fault: CdpError | None
) -> dict[str, object]:
    stated: dict[str, object] = {
        "record": "summary" if fault is None else "stopped",
        "lines": totals.lines,
        "valued": totals.valued,
        "refused": totals.refused,
        "social_gbp": gbp_text(totals.social_pence),
        "local_economic_gbp": gbp_text(totals.local_economic_pence),
        "total_gbp": gbp_text(totals.total_pence),
        "fiscal_gbp": gbp_text(totals.fiscal_pence),
        "edition_hash": edition_hash,
        "method_version": method_version,
    }
    if fault is not None:
        stated["code"], stated["message"] = fault.code, fault.detail
    return stated
