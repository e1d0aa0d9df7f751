"""Rows of an uploaded CSV file or workbook as lines of a report, portion by portion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pydantic import ValidationError

from cdp_common.contracts.base import AS_SENT
from cdp_common.contracts.reporting import ReportLineDraft
from cdp_common.kernel.csv_text import CsvText
from cdp_common.kernel.sheet_cells import Cell
from cdp_common.web.pointers import field_errors
from cdp_common.web.uploads import Upload
from cdp_common.web.workbooks import XLSX, rows_of_workbook
from reporting_api.domain.report_file import (
    MAX_FILE_ROWS,
    MAX_WORKBOOK_ROWS,
    Header,
    ReportFileUnreadable,
    RowFault,
    header_of,
    line_of,
)

CSV = "text/csv"
MEDIA_TYPES = frozenset({CSV, XLSX})
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""What a workbook may unpack to: ten thousand rows in their XML are a few percent of it."""

NumberedRow = tuple[int, Sequence[Cell | None]]


@dataclass
class Portion:
    """Rows that were read: the lines they state with their rows, and the faults of those that state none."""

    rows: list[int] = field(default_factory=list)
    lines: list[ReportLineDraft] = field(default_factory=list)
    faults: list[list[RowFault]] = field(default_factory=list)
    without_quantity: int = 0

    @property
    def row_count(self) -> int:
        """How many rows with something in them were read."""
        return len(self.rows) + len(self.faults) + self.without_quantity


class ReportFileRows:
    """The rows of one file; blocking, and so to be read in a thread."""

    def __init__(
        self, header: Header, rows: Iterator[NumberedRow], text: CsvText | None, edition_hash: str | None
    ) -> None:
        self._header, self._rows, self._text, self._edition_hash = header, rows, text, edition_hash

    def portion(self, size: int) -> Portion:
        """The next rows, at most so many; none after the last."""
        portion = Portion()
        comma = self._text is not None and self._text.has_decimal_commas
        for number, cells in islice(self._rows, size):
            if number > MAX_FILE_ROWS:
                raise ReportFileUnreadable(f"A file has at most {MAX_FILE_ROWS} rows.")
            self._take(portion, number, cells, decimal_comma=comma)
        return portion

    def _take(
        self, portion: Portion, number: int, cells: Sequence[Cell | None], *, decimal_comma: bool
    ) -> None:
        stated = self._header.stated(cells)
        if len(cells) > self._header.width:
            message = f"the row has {len(cells)} cells, the header {self._header.width}"
            portion.faults.append([RowFault(number, None, "columns_mismatch", message)])
            return
        if "quantity" not in stated:
            portion.without_quantity += 1
            return
        document, faults = line_of(number, stated, decimal_comma=decimal_comma)
        if "edition_hash" not in document and "commitment_line_id" not in document:
            document["edition_hash"] = self._edition_hash
        if not faults:
            document.setdefault("areas", [])  # what is stated need not be copied from the contract
            document.setdefault("evidence", [])
            try:
                portion.lines.append(ReportLineDraft.model_validate(document, context=AS_SENT))
                portion.rows.append(number)
                return
            except ValidationError as fault:
                faults = [
                    RowFault(number, _column(error.pointer), error.code, error.message)
                    for error in field_errors(_in_body(fault), document)
                ]
        portion.faults.append(faults)


@contextmanager
def rows_of(upload: Upload, media_type: str, edition_hash: str | None) -> Iterator[ReportFileRows]:
    """The file's rows; lines that name neither a commitment nor an edition are of `edition_hash`.

    Raises `ReportFileUnreadable` where the header does not hold, and what CSV and workbooks raise.
    """
    if media_type == XLSX:
        with upload.unpacked() as file:
            found = rows_of_workbook(
                file, sheet="lines", max_bytes=MAX_UNPACKED_BYTES, max_rows=MAX_WORKBOOK_ROWS + 1
            )
            at, names = next(found, (0, []))
            rows: Iterator[NumberedRow] = ((number - at, cells) for number, cells in found)
            yield ReportFileRows(header_of(names), rows, None, edition_hash)
        return
    text = CsvText(upload.content())
    records = text.numbered_rows()
    at, first = next(records, (0, []))
    numbered: Iterator[NumberedRow] = ((number - at, cells) for number, cells in records)
    yield ReportFileRows(header_of(first), numbered, text, edition_hash)


def _in_body(fault: ValidationError) -> list[dict[str, Any]]:
    """The faults of a line, placed as if it had been a request's body."""
    return [{**error, "loc": ("body", *error["loc"])} for error in fault.errors(include_url=False)]


def _column(pointer: str) -> str | None:
    """The column of a fault of a line's document."""
    return pointer.split("/")[1] or None if pointer.startswith("/") else None
