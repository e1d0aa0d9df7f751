"""CSV files as they really are: any common encoding, line end and separator, read in pieces of bytes.

UTF-8 with or without a byte order mark, UTF-16 with one, and lines in Windows-1252 as spreadsheets save them.
The separator is the one that the header uses most: comma, semicolon, tab or bar.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, count

from cdp_common.kernel.errors import InvalidInput

MAX_LINE_CHARS = 64 * 1024
SEPARATORS = (",", ";", "\t", "|")
_BOMS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class CsvUnreadable(InvalidInput):
    """The file cannot be read as rows of text."""

    code = "csv_unreadable"
    title = "The file cannot be read as CSV"


@dataclass
class CsvText:
    """The rows of a CSV file; `separator` is known once the first of them was read."""

    pieces: Iterable[bytes]
    separator: str = field(default=",", init=False)

    @property
    def has_decimal_commas(self) -> bool:
        """Whether numbers may have a decimal comma: where semicolons separate the cells."""
        return self.separator == ";"

    def rows(self) -> Iterator[list[str]]:
        """The rows, the header first; blank ones are left out. Raises `CsvUnreadable`."""
        return (row for _, row in self.numbered_rows())

    def numbered_rows(self) -> Iterator[tuple[int, list[str]]]:
        """The same, each with its number from 0 for the first line, blank rows being counted."""
        lines = text_lines(self.pieces)
        first = next(lines, "")
        if first.lower().startswith("sep=") and len(first.strip()) == 5:
            self.separator, first = first[4], next(lines, "")
        else:
            self.separator = separator_of(first)
        reader = csv.reader(chain((first,), lines), delimiter=self.separator, strict=True)
        for number in count():
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                raise CsvUnreadable(f"Line {reader.line_num}: {fault}.") from fault
            if any(cell.strip() for cell in row):
                yield number, row


def separator_of(header: str) -> str:
    """The separator that the header uses most, a comma where it has one column."""
    outside = "".join(header.split('"')[::2])
    counts = {separator: outside.count(separator) for separator in SEPARATORS}
    return max(SEPARATORS, key=lambda separator: counts[separator])


def text_lines(pieces: Iterable[bytes]) -> Iterator[str]:
    """The lines of a text with their ends. Raises `CsvUnreadable` for what is no text or has no end."""
    waiting = iter(pieces)
    first = b""
    while len(first) < 4 and (piece := next(waiting, b"")):
        first += piece
    for mark, encoding in _BOMS:
        if first.startswith(mark):
            return _lines(_decoded(first[len(mark) :], waiting, encoding))
    return _lines_of_bytes(first.removeprefix(codecs.BOM_UTF8), waiting)


def _decoded(first: bytes, rest: Iterator[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        yield decoder.decode(first)
        for piece in rest:
            yield decoder.decode(piece)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as fault:
        raise CsvUnreadable("The file is neither UTF-8, UTF-16 nor Windows-1252.") from fault


def _lines(pieces: Iterator[str]) -> Iterator[str]:
    text = ""
    for piece in pieces:
        *whole, text = (text + piece).split("\n")
        for line in whole:
            yield _bounded(line + "\n")
        _bounded(text)
    if text:
        yield text


def _lines_of_bytes(first: bytes, rest: Iterator[bytes]) -> Iterator[str]:
    """Lines in UTF-8, or else Windows-1252; a bare carriage return ends a line where nothing else does."""
    end = b"\r" if b"\n" not in first and b"\r" in first else b"\n"
    text = b""
    for piece in chain((first,), rest):
        *whole, text = (text + piece).split(end)
        for line in whole:
            yield _bounded(_text_of(line) + "\n")
        if len(text) > MAX_LINE_CHARS:
            raise CsvUnreadable(f"A line has at most {MAX_LINE_CHARS} characters.")
    if text:
        yield _bounded(_text_of(text))


def _text_of(line: bytes) -> str:
    if b"\x00" in line:
        raise CsvUnreadable("The file is no text: save it as CSV UTF-8.")
    try:
        return line.decode()
    except UnicodeDecodeError:
        try:
            return line.decode("windows-1252")
        except UnicodeDecodeError as fault:
            raise CsvUnreadable("The file is neither UTF-8, UTF-16 nor Windows-1252.") from fault


def _bounded(line: str) -> str:
    if len(line) > MAX_LINE_CHARS:
        raise CsvUnreadable(f"A line has at most {MAX_LINE_CHARS} characters.")
    return line
