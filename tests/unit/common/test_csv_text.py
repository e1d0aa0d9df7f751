"""CSV files in the encodings, separators and line ends of real ones, in pieces of any size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.csv_text import MAX_LINE_CHARS, CsvText, CsvUnreadable

NOTE = "caf\u00e9 \u2013 \u00a35"
TEXT = f'measure,quantity,note\r\nHOURS,"1,234.5",{NOTE}\r\n\r\n,,\r\nTONNES,3,"two\nlines"\r\n'
ROWS = [["measure", "quantity", "note"], ["HOURS", "1,234.5", NOTE], ["TONNES", "3", "two\nlines"]]


def rows_of(content: bytes, size: int = 7) -> list[list[str]]:
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    return list(CsvText(pieces).rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
@pytest.mark.parametrize("size", [1, 3, 7, 10_000])
def test_every_common_encoding_is_read(encoding: str, size: int):
    assert rows_of(TEXT.encode(encoding), size) == ROWS
    assert rows_of(TEXT.replace("\r\n", "\n").encode(encoding), size) == ROWS


def test_big_endian_text_and_old_line_ends():
    assert rows_of(b"\xfe\xff" + TEXT.encode("utf-16-be")) == ROWS
    assert rows_of(b"a,b\r1,2\r3,4", 100) == [["a", "b"], ["1", "2"], ["3", "4"]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_header_tells_the_separator(separator: str):
    text = CsvText([f'a{separator}"b,;"{separator}c\n1{separator}2{separator}3\n'.encode()])
    assert list(text.rows()) == [["a", "b,;", "c"], ["1", "2", "3"]]
    assert (text.separator, text.has_decimal_commas) == (separator, separator == ";")


def test_a_spreadsheets_own_word_for_the_separator_is_heard():
    text = CsvText([b"sep=;\na,b;c\n1;2\n"])
    assert list(text.rows()) == [["a,b", "c"], ["1", "2"]]


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n\x00,1\n",
        b"a,b\n\x81\x8d,1\n",
        b'a,b\n"open,1\n',
        b"\xff\xfea\x00\x00",
        b"x" * (MAX_LINE_CHARS + 1),
    ],
)
def test_what_is_no_text_is_refused(content: bytes):
    with pytest.raises(CsvUnreadable):
        rows_of(content, 4096)


def test_a_line_may_be_as_long_as_is_said():
    assert rows_of(b"x" * (MAX_LINE_CHARS - 1) + b"\n", 4096) == [["x" * (MAX_LINE_CHARS - 1)]]


@given(st.binary(max_size=200), st.integers(1, 20))
def test_any_bytes_are_read_or_refused(content: bytes, size: int):
    try:
        whole = rows_of(content, 10_000)
    except CsvUnreadable:
        return
    if b"\r" not in content:
        assert rows_of(content, size) == whole
