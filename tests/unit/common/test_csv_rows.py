"""Rows of a CSV file under a known header, as spreadsheets write them: a bad row leaves the others alone."""

import pytest

from cdp_common.kernel.csv_rows import RowFault, read_rows


def read(content: str) -> list[tuple[int, dict[str, str] | RowFault]]:
    def refuse(code: str, words: str) -> Exception:
        return ValueError(code)

    return read_rows(content.encode(), ("name", "note"), ("name",), 10, refuse)


def test_columns_and_cells_that_are_blank_at_the_end_do_not_count():
    assert read("name,note,, \r\nA,x,,\r\nB,,,,,\r\n,,,\r\nC,y\r\n") == [
        (1, {"name": "A", "note": "x"}),
        (2, {"name": "B"}),
        (4, {"name": "C", "note": "y"}),
    ]


def test_rows_that_say_nothing_are_left_out_however_wide_they_are():
    assert read("name,note\n\n , \n \n,,,\nA,x\n\n") == [(5, {"name": "A", "note": "x"})]


def test_what_stands_beside_the_columns_is_a_fault_of_its_row_alone():
    words = "The row has 4 cells, the header 2."
    assert read("name,note,,\r\nA,x,,y\r\nB,x\r\n") == [
        (1, RowFault(1, None, "columns_mismatch", words)),
        (2, {"name": "B", "note": "x"}),
    ]


def test_a_cell_that_cannot_be_stored_is_a_fault_of_its_row_alone():
    words = "holds a character that cannot be stored"
    assert read("name,note\r\nA,x\x00\r\nB,x\r\n") == [
        (1, RowFault(1, "note", "text_unusable", words)),
        (2, {"name": "B", "note": "x"}),
    ]


@pytest.mark.parametrize(("header", "code"), [("name,,note", "column_unknown"), (",", "column_missing")])
def test_a_column_without_a_name_before_others_is_unknown(header: str, code: str):
    with pytest.raises(ValueError, match=code):
        read(f"{header}\r\nA,,x\r\n")
