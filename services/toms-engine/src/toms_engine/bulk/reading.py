"""What both readers share: whole rows out of pieces of a stream, and rows that are too long or not text."""

from abc import ABC, abstractmethod

import polars as pl

from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.json_text import MemberRepeated
from toms_engine.bulk.rows import FIELDS, Refusal, Rows

MOST_ROW_BYTES = 64 * 1024
"""A longer row is refused; ten times the longest that a line's contract takes."""

BOM = b"\xef\xbb\xbf"

FAULTS: dict[str, str] = {
    "row_too_long": f"a row has at most {MOST_ROW_BYTES} bytes",
    "text_not_utf8": "the row is not text in UTF-8",
    "csv_malformed": "quotes do not stand around a whole field, or are not closed",
    "columns_mismatch": "the row does not have as many fields as the header",
    "malformed_json": "the row is not JSON",
    MemberRepeated.code: "the row names a member more than once",
    "wrong_type": "must be an object",
}
"""Codes with which a row as a whole is refused, and their words."""


def refusal(row: int, code: str) -> Refusal:
    """A row that could not be read."""
    return Refusal(row, None, (FieldError("", code, FAULTS[code]),))


class RowReader(ABC):
    """Reads a stream of bytes, given in pieces, as blocks of rows.

    It holds no more than the piece and one row that is not complete yet.
    """

    def __init__(self, extra: tuple[str, ...] = ()) -> None:
        self._extra = extra
        """Columns beside those of a line: text, which is no part of a row's document."""
        self._rest = b""
        self._is_skipping = False
        self._began = False
        self.next_row = 1
        """The number of the next row."""

    def read(self, piece: bytes, *, is_last: bool) -> Rows:
        """The rows that are complete with this piece; with the last one, all that is left."""
        data = self._rest + piece
        if not self._began:
            if len(data) < len(BOM) and not is_last:
                self._rest = data
                return no_rows()
            self._began, data = True, data.removeprefix(BOM)
        if self._is_skipping:
            end = data.find(b"\n")
            if end < 0:
                self._rest = b""
                return no_rows()
            data, self._is_skipping = data[end + 1 :], False
        if is_last and data and not data.endswith(b"\n"):
            data += b"\n"
        rows, self._rest = self._split(data, is_last=is_last)
        if len(self._rest) > MOST_ROW_BYTES:
            # Its end may be gigabytes away: it is refused now, and passed over until then.
            rows.refused.append(refusal(self._numbered(), "row_too_long"))
            self._rest, self._is_skipping = b"", True
        return rows

    @abstractmethod
    def _split(self, data: bytes, *, is_last: bool) -> tuple[Rows, bytes]:
        """The complete rows, and the beginning of the one that is not complete; the last has an end too."""

    def _numbered(self) -> int:
        """The number of a row, taken."""
        self.next_row += 1
        return self.next_row - 1


_NO_ROWS = pl.DataFrame(schema={"row": pl.Int64, "is_plain": pl.Boolean, **dict.fromkeys(FIELDS, pl.String)})


def no_rows() -> Rows:
    """A block without rows."""
    return Rows(_NO_ROWS, lambda _: b"{}")
