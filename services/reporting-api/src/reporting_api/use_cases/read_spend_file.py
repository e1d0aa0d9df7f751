"""A file of payments as rows under a mapping: looked over once as a whole, then read row by row.

CSV in any usual encoding and separator, or a workbook; blocking, and so to be read in a thread.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain, islice

from cdp_common.kernel.csv_text import SEPARATORS, CsvUnreadable, text_lines
from cdp_common.kernel.sheet_cells import Cell, is_blank, text_of
from cdp_common.web.uploads import Upload
from cdp_common.web.workbooks import XLSX, rows_of_workbook
from reporting_api.domain.spend_cells import DateEvidence, DateOrder, OrderBasis
from reporting_api.domain.spend_header import (
    MAX_PREAMBLE_ROWS,
    SAMPLE_ROWS,
    ColumnMapping,
    SpendFileUnreadable,
    header_row_of,
    mapping_of,
)
from reporting_api.domain.spend_rows import MAX_SPEND_ROWS, MAX_SPEND_WORKBOOK_ROWS, RowReader
from reporting_api.domain.spend_rules import SpendField, SpendRules

CSV = "text/csv"
MEDIA_TYPES = frozenset({CSV, XLSX})
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
_SNIFFED_LINES = 64
_MAX_RECORD_LINES = 50
"""A record over more lines than this is one whose quotation mark was never closed."""
_LONGEST_AHEAD = timedelta(days=366)

NumberedRow = tuple[int, Sequence[Cell | None]]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a caller says about the file instead of what would be found."""

    columns: Mapping[SpendField, int | None] = field(default_factory=dict)
    header_row: int | None = None
    """The line of the header, from 1; 0 where the file has none."""
    date_order: DateOrder | None = None
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class SpendFileLook:
    """What the whole file says about how it is to be read."""

    mapping: ColumnMapping
    header: tuple[str, ...]
    preamble_rows: int
    """So many rows with something in them stand above the first row of content."""
    separator: str | None
    date_order: DateOrder
    order_basis: OrderBasis
    evidence: DateEvidence

    @property
    def digest(self) -> str:
        """What confirming the mapping names."""
        return self.mapping.digest(self.date_order)


class SpendFile:
    """A received file of payments."""

    def __init__(self, upload: Upload, media_type: str, choices: Choices, rules: SpendRules) -> None:
        self._upload, self._choices, self._rules = upload, choices, rules
        self._is_workbook = media_type == XLSX

    def look(self) -> SpendFileLook:
        """Find header, columns and the order of days; the file is read to its end once.

        Raises `SpendFileUnreadable`, `SpendColumnsMissing`, and what CSV and workbooks raise.
        """
        with self._rows() as (rows, separator):
            first = list(islice(rows, MAX_PREAMBLE_ROWS + SAMPLE_ROWS))
            preamble, header_row, header = self._header(first)
            sample = [cells for _, cells in first[preamble:]]
            mapping = mapping_of(
                header,
                header_row,
                sample,
                self._choices.columns,
                self._rules,
                decimal_comma=separator == ";",
            )
            at, evidence = mapping.places["paid_on"], DateEvidence()
            for count, (_, cells) in enumerate(chain(first[preamble:], rows), start=1):
                if count > MAX_SPEND_ROWS:
                    raise SpendFileUnreadable(f"A file of payments has at most {MAX_SPEND_ROWS} rows.")
                evidence.take(cells[at] if at < len(cells) else None)
        order, basis = evidence.order
        if self._choices.date_order is not None:
            order, basis = self._choices.date_order, "chosen"
        return SpendFileLook(mapping, tuple(header), preamble, separator, order, basis, evidence)

    @contextmanager
    def content(self, look: SpendFileLook, today: date) -> Iterator[tuple[RowReader, Iterator[NumberedRow]]]:
        """What reads rows, and the rows below the header with their lines."""
        decimal_comma = look.separator == ";"
        latest = today + _LONGEST_AHEAD
        reader = RowReader(look.mapping, look.header, look.date_order, decimal_comma, latest, self._rules)
        with self._rows() as (rows, _):
            for _ in islice(rows, look.preamble_rows):
                pass
            yield reader, rows

    def _header(self, first: Sequence[NumberedRow]) -> tuple[int, int, list[str]]:
        """How many rows come before the content, the line of the header, and the header."""
        if not first:
            raise SpendFileUnreadable("The file is empty.")
        chosen = self._choices.header_row
        if chosen == 0:
            width = max(len(cells) for _, cells in first)
            return 0, 0, [f"column {number}" for number in range(1, width + 1)]
        if chosen is None:
            index = header_row_of(first[:MAX_PREAMBLE_ROWS], self._rules)
        else:
            index = next((at for at, (line, _) in enumerate(first) if line == chosen), -1)
            if index < 0:
                raise SpendFileUnreadable(f"Line {chosen} is blank or too far down to be the header.")
        line, cells = first[index]
        header = ["" if cell is None else " ".join(text_of(cell).split()) for cell in cells]
        while header and not header[-1]:
            header.pop()
        return index + 1, line, header

    @contextmanager
    def _rows(self) -> Iterator[tuple[Iterator[NumberedRow], str | None]]:
        """The rows with something in them, from the start of the file, and what separates cells."""
        if self._is_workbook:
            with self._upload.unpacked() as file:
                yield (
                    rows_of_workbook(
                        file,
                        sheet=self._choices.sheet or "",
                        max_bytes=MAX_UNPACKED_BYTES,
                        max_rows=MAX_SPEND_WORKBOOK_ROWS,
                    ),
                    None,
                )
            return
        lines = text_lines(self._upload.content())
        first = list(islice(lines, _SNIFFED_LINES))
        separator = separator_among(first)
        yield _records(chain(first, lines), separator), separator


def separator_among(lines: Sequence[str]) -> str:
    """The separator that the same number of times stands in most lines; a comma where none does.

    Titles above the header have none of it, and amounts with commas have them here and there.
    """
    best, best_score = ",", (0, 0)
    for separator in SEPARATORS:
        counts = Counter(
            count for line in lines if (count := "".join(line.split('"')[::2]).count(separator)) > 0
        )
        if counts:
            times, in_lines = max(counts.items(), key=lambda item: (item[1], item[0]))
            best_score, best = max((best_score, best), ((times * in_lines, in_lines), separator))
    return best


def _records(lines: Iterator[str], separator: str) -> Iterator[NumberedRow]:
    """The records that hold something, each with the line on which it begins, from 1."""
    reader = csv.reader(lines, delimiter=separator)
    while True:
        before = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            raise CsvUnreadable(f"Line {reader.line_num}: {fault}.") from fault
        if reader.line_num - before > _MAX_RECORD_LINES:
            raise CsvUnreadable(f"Line {before + 1}: a quotation mark is not closed.")
        if not all(is_blank(cell) for cell in cells):
            yield before + 1, cells
