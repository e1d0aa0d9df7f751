"""Workbooks (XLSX): rows read out of what is sent, within bounds, and sheets written that run nothing.

openpyxl is loaded with the first workbook: it takes a tenth of a service's start, and 30 MB.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from cdp_common.kernel.errors import InvalidInput
from cdp_common.kernel.sheet_cells import Cell, is_blank, safe_cell
from cdp_common.kernel.xml_text import xml_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MAX_COLUMNS = 100
MAX_BLANK_ROWS = 1_000
"""So many rows without anything in them end a sheet: formatting often reaches a million rows down."""
MAX_TEXT_CHARS = 32_767
_READ_BYTES = 64 * 1024
_WIDTH = 14


class WorkbookUnreadable(InvalidInput):
    """The file is no workbook, or a larger one than is read."""

    code = "workbook_unreadable"
    title = "The workbook cannot be read"


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet that is written: its heading, its width, and whether the reader fills it in."""

    name: str
    width: int = _WIDTH
    is_filled_in: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet that is written; without columns it has no heading."""

    title: str
    rows: Iterable[Sequence[str]]
    columns: Sequence[SheetColumn] = field(default=())


def workbook_of(sheets: Iterable[Sheet]) -> bytes:
    """A workbook whose cells are all text, whatever they begin with."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    for sheet in sheets:
        written: Any = book.create_sheet(sheet.title)
        if sheet.columns:
            written.freeze_panes = "A2"
            for index, column in enumerate(sheet.columns, start=1):
                written.column_dimensions[get_column_letter(index)].width = column.width
            written.append([_heading(written, column) for column in sheet.columns])
        for row in sheet.rows:
            written.append([_text(written, text) for text in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def rows_of_workbook(
    file: IO[bytes], *, sheet: str, max_bytes: int, max_rows: int
) -> Iterator[tuple[int, list[Cell | None]]]:
    """The rows of the sheet of this name, else of the first shown, with their numbers from 1; blank ones not.

    Formulas give the value that was last computed for them. Raises `WorkbookUnreadable` when the workbook
    unpacks to more than `max_bytes`, has more than `max_rows` rows with something in them, or is broken.
    """
    from openpyxl import load_workbook

    _require_bounded(file, max_bytes)
    try:
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except Exception as fault:  # whatever breaks in reading a broken archive or its XML
        raise WorkbookUnreadable("The file is no workbook that can be read.") from fault
    try:
        names = book.sheetnames
        found = book[sheet] if sheet in names else _first_shown(book.worksheets)
        found.reset_dimensions()  # a sheet's word on its size is not taken: some say A1 and mean all
        yield from _rows(found, max_rows)
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, SyntaxError) as fault:
        raise WorkbookUnreadable("A sheet of the workbook cannot be read.") from fault
    finally:
        book.close()


def _first_shown(sheets: Sequence[Any]) -> Any:
    """The first sheet that people see; lists for drop-downs often stand hidden before it."""
    return next((sheet for sheet in sheets if sheet.sheet_state == "visible"), sheets[0])


def _rows(sheet: Any, max_rows: int) -> Iterator[tuple[int, list[Cell | None]]]:
    given = blank = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1):
        cells = [_cell(value) for value in values]
        if all(is_blank(cell) for cell in cells):
            blank += 1
            if blank > MAX_BLANK_ROWS:
                return
            continue
        while is_blank(cells[-1]):
            cells.pop()
        given, blank = given + 1, 0
        if given > max_rows:
            raise WorkbookUnreadable(f"A sheet has at most {max_rows} rows.")
        yield number, cells


def _cell(value: object) -> Cell | None:
    """A value of the library as a cell; a number as the spreadsheet shows it, with fifteen digits."""
    if value is None or isinstance(value, bool | datetime | date):
        return value
    if isinstance(value, int | float):
        return Decimal(format(value, ".15g")) if isinstance(value, float) else Decimal(value)
    return str(value)[:MAX_TEXT_CHARS]


def _require_bounded(file: IO[bytes], max_bytes: int) -> None:
    """Unpack every part once and count: what a part says of its own size is not believed."""
    unpacked = 0
    try:
        with zipfile.ZipFile(file) as archive:
            for part in archive.infolist():
                with archive.open(part) as stream:
                    while piece := stream.read(_READ_BYTES):
                        unpacked += len(piece)
                        if unpacked > max_bytes:
                            raise WorkbookUnreadable(f"A workbook unpacks to at most {max_bytes} bytes.")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as fault:
        raise WorkbookUnreadable("The file is no workbook that can be read.") from fault
    file.seek(0)


def _heading(sheet: Any, column: SheetColumn) -> Any:
    from openpyxl.styles import Font, PatternFill

    cell = _text(sheet, column.name)
    cell.font = Font(bold=True)
    if column.is_filled_in:
        cell.fill = PatternFill("solid", fgColor="FFF2CC")
    return cell


def _text(sheet: Any, text: str) -> Any:
    """A cell that holds this text and no formula, whatever it begins with.

    The replacement character stands for what XML cannot hold.
    """
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment

    cell = WriteOnlyCell(sheet, value=xml_text(safe_cell(text)))
    cell.data_type = "s"
    cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell
