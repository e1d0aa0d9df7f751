"""Workbooks: typed values read within bounds, and text written that no spreadsheet runs."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import pytest
from openpyxl import Workbook, load_workbook

from cdp_common.web.workbooks import (
    Sheet,
    SheetColumn,
    WorkbookUnreadable,
    rows_of_workbook,
    workbook_of,
)

State = Literal["visible", "hidden", "veryHidden"]


def file_of(*rows: Sequence[object], title: str = "lines") -> io.BytesIO:
    book = Workbook()
    book.worksheets[0].title = "first"
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    return content


def read(file: io.BytesIO, **bounds: int) -> list[tuple[int, list[object]]]:
    limits = {"max_bytes": 1_000_000, "max_rows": 100, **bounds}
    return [(number, list(cells)) for number, cells in rows_of_workbook(file, sheet="lines", **limits)]


def test_values_come_typed_and_blank_rows_not_at_all():
    day = datetime(2026, 4, 1)  # noqa: DTZ001 - workbooks hold days without a time zone
    found = read(file_of(["measure", "quantity"], [None, None], ["HOURS", 0.1], [day, 12], [True, "=1+1"]))
    assert found == [
        (1, ["measure", "quantity"]),
        (3, ["HOURS", Decimal("0.1")]),
        (4, [day, Decimal(12)]),
        (5, [True]),  # a formula that was never computed holds nothing
    ]
    assert isinstance(found[2][1][0], date)


def test_the_first_sheet_is_read_where_none_has_the_name():
    book = file_of(["x"], title="other")
    assert read(book) == []


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [("hidden", "visible", 1), ("veryHidden", "visible", 1), ("visible", "hidden", 0)],
)
def test_a_sheet_that_nobody_sees_is_read_by_its_name_alone(first: State, second: State, found: int):
    book = Workbook()
    book.create_sheet("second")
    states: tuple[State, State] = (first, second)
    for number, state in enumerate(states):
        book.worksheets[number].append([number])
        book.worksheets[number].sheet_state = state
    content = io.BytesIO()
    book.save(content)
    assert read(content) == [(1, [Decimal(found)])]
    by_name = rows_of_workbook(content, sheet="second", max_bytes=1_000_000, max_rows=100)
    assert [cells for _, cells in by_name] == [[Decimal(1)]]


@pytest.mark.parametrize("stated", ["A1", "A1:B2", "A1:XFD1048576", None])
def test_all_rows_are_read_whatever_the_sheet_says_of_its_size(stated: str | None):
    told = b"" if stated is None else f'<dimension ref="{stated}"/>'.encode()
    changed = io.BytesIO()
    with zipfile.ZipFile(file_of(*[[1, 2, 3]] * 4)) as archive, zipfile.ZipFile(changed, "w") as written:
        for part in archive.namelist():
            content, count = re.subn(rb"<dimension [^>]*/>", told, archive.read(part))
            assert count == part.startswith("xl/worksheets/")
            written.writestr(part, content)
    assert read(changed) == [(number, [Decimal(1), Decimal(2), Decimal(3)]) for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(("rows", "is_read"), [(3, True), (4, False)])
def test_rows_are_bounded(rows: int, is_read: bool):
    book = file_of(*[["x"]] * rows)
    if is_read:
        assert len(read(book, max_rows=3)) == 3
    else:
        with pytest.raises(WorkbookUnreadable):
            read(book, max_rows=3)


def test_a_file_that_unpacks_to_more_than_is_read_or_is_broken_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2_000_000)
    whole = file_of(["x"]).getvalue()
    for content in (packed.getvalue(), b"no workbook", b"", whole[:-40]):
        with pytest.raises(WorkbookUnreadable):
            read(io.BytesIO(content))


def test_what_is_written_is_text_and_no_formula():
    columns = [SheetColumn("measure", 20), SheetColumn("quantity", is_filled_in=True)]
    book = load_workbook(io.BytesIO(workbook_of([Sheet("lines", [["=1+1", "-5"]], columns)])))
    sheet = book["lines"]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["measure", "quantity"],
        ["'=1+1", "'-5"],
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert read(io.BytesIO(workbook_of([Sheet("lines", [["a"]])]))) == [(1, ["a"])]


def test_what_xml_cannot_hold_is_written_as_a_replacement_character():
    pasted = "Lot\x0b1\x00\x1f \ufffe\uffff caf\u00e9 \U0001f600\tas\nsent"
    [(_, [found])] = read(io.BytesIO(workbook_of([Sheet("lines", [[pasted]])])))
    assert found == "Lot\ufffd1\ufffd\ufffd \ufffd\ufffd caf\u00e9 \U0001f600\tas\nsent"
