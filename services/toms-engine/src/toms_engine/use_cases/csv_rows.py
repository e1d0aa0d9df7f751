"""An uploaded CSV file as rows of text with their line numbers, whatever it was saved with."""

import csv
from collections.abc import Iterator
from contextlib import suppress

from cdp_common.web.uploads import Upload
from toms_engine.domain.file_faults import FileFaults

MAX_LINE_BYTES = 64 * 1024
BYTE_ORDER_MARK = "\ufeff"

Row = tuple[int, list[str]]


class CsvRows:
    """The rows of one upload; `encoding` is known once they have been read.

    Lines are UTF-8, and those that are not are read as Windows-1252, as spreadsheets save them. A byte
    order mark and any line ending are taken away, lines without any value left out. Faults of form end the
    reading.
    """

    def __init__(self, upload: Upload, faults: FileFaults) -> None:
        self._upload, self._faults = upload, faults
        self._encodings: set[str] = set()
        self._is_broken = False

    @property
    def encoding(self) -> str:
        """How the lines read so far were encoded."""
        return " and ".join(sorted(self._encodings)) or "utf-8"

    def rows(self) -> Iterator[Row]:
        """The rows, the header first, each with the number of the line on which it ends."""
        reader = csv.reader(self._lines(), strict=True)
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as fault:
                self._faults.at_line(
                    reader.line_num, "", "csv_malformed", f"the line cannot be read: {fault}"
                )
                return
            if self._is_broken:
                return
            if any(field.strip() for field in row):
                yield reader.line_num, row

    def _lines(self) -> Iterator[str]:
        for number, line in enumerate(self._upload.lines(MAX_LINE_BYTES), start=1):
            if len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                words = f"a line has at most {MAX_LINE_BYTES} bytes"
                self._faults.at_line(number, "", "line_too_long", words)
                self._is_broken = True
                return
            text = self._decoded(number, line)
            if text is None:
                return
            yield text.removeprefix(BYTE_ORDER_MARK) if number == 1 else text

    def _decoded(self, number: int, line: bytes) -> str | None:
        for encoding in ("utf-8", "windows-1252"):
            with suppress(UnicodeDecodeError):
                text = line.decode(encoding)
                if "\x00" in text:
                    break
                if not line.isascii():
                    self._encodings.add(encoding)
                return text
        words = "the line is neither UTF-8 nor Windows-1252; save the file as CSV UTF-8"
        self._faults.at_line(number, "", "encoding_unreadable", words)
        self._is_broken = True
        return None
