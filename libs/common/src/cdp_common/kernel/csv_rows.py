"""A CSV file (RFC 4180) as rows of stated cells under a known header, read as spreadsheets write it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from io import StringIO

from cdp_common.kernel.sheet_cells import plain_cell

Refuse = Callable[[str, str], Exception]
"""Makes the refusal of a whole file of a code and words."""


@dataclass(frozen=True)
class RowFault:
    """What is wrong with a cell, or with a row as a whole; rows count from 1, below the header."""

    row: int
    column: str | None
    code: str
    message: str


def read_rows(
    content: bytes, known: Sequence[str], needed: Collection[str], max_rows: int, refuse: Refuse
) -> list[tuple[int, dict[str, str] | RowFault]]:
    """The stated cells of each row by column, or what is wrong with it, with the row's number.

    Rows of which no cell says anything are left out, though they count. Raises what `refuse` makes where the
    file is not such a file.
    """
    rows: list[tuple[int, dict[str, str] | RowFault]] = []
    try:
        records = csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = without_blank_end([name.strip() for name in next(records, [])])
        _require_header(header, known, needed, refuse)
        for number, cells in enumerate(records, start=1):
            if number > max_rows:
                raise refuse("too_many_rows", f"A file has at most {max_rows} rows.")
            if not any(cell.strip() for cell in cells):
                continue
            record = without_blank_end(cells, len(header))
            if len(record) != len(header):
                words = f"The row has {len(record)} cells, the header {len(header)}."
                rows.append((number, RowFault(number, None, "columns_mismatch", words)))
            else:
                named = list(zip(header, record, strict=True))
                unusable = next((name for name, cell in named if "\x00" in cell), None)
                if unusable is not None:
                    words = "holds a character that cannot be stored"
                    rows.append((number, RowFault(number, unusable, "text_unusable", words)))
                else:
                    rows.append((number, {name: plain_cell(cell) for name, cell in named if cell.strip()}))
    except UnicodeDecodeError as fault:
        raise refuse("text_not_utf8", "The file is in UTF-8.") from fault
    except csv.Error as fault:
        raise refuse("csv_malformed", "The file is not CSV as RFC 4180 has it.") from fault
    return rows


def without_blank_end(record: list[str], width: int = 0) -> list[str]:
    """The record without the blank cells at its end beyond `width`: spreadsheets write columns once used."""
    end = len(record)
    while end > width and not record[end - 1].strip():
        end -= 1
    return record[:end]


def _require_header(
    header: Sequence[str], known: Sequence[str], needed: Collection[str], refuse: Refuse
) -> None:
    for name in header:
        if name not in known:
            raise refuse("column_unknown", f"There is no such column; known: {', '.join(known)}.")
        if header.count(name) > 1:
            raise refuse("column_repeated", f"The column {name} stands there twice.")
    for name in needed:
        if name not in header:
            raise refuse("column_missing", f"The header names the column {name}.")
