"""Rows of a CSV file (RFC 4180): a header of field names, commas, quotes where they are needed.

A block without a quote is split by the columns' own reader. With one, each record is read by the standard
library, so that a broken record costs itself alone: reading goes on at the next line. Rows of which no field
says anything are left out, though they count.
"""

import csv
import json
from contextlib import suppress

import polars as pl

from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.json_text import members_once
from toms_engine.bulk.reading import MOST_ROW_BYTES, RowReader, no_rows, refusal
from toms_engine.bulk.rows import FIELDS, REQUIRED, Refusal, Rows
from toms_engine.domain.file_errors import HeaderRefused

_QUOTE, _END = b'"', b"\n"


class CsvReader(RowReader):
    """Reads a CSV file; an empty field is one that is not stated."""

    def __init__(self, extra: tuple[str, ...] = ()) -> None:
        super().__init__(extra)
        self._names: list[str] = []

    def _split(self, data: bytes, *, is_last: bool) -> tuple[Rows, bytes]:
        if not self._names:
            end = data.find(_END)
            if end < 0 and not is_last:
                if len(data) > MOST_ROW_BYTES:
                    raise _header_fault("/header", "row_too_long", "the header does not end")
                return no_rows(), data
            self._names = _header(data[: max(end, 0)], self._extra)
            data = data[end + 1 :]
        if _QUOTE not in data:
            end = data.rfind(_END) + 1
            return self._plain(data[:end]), data[end:]
        return self._quoted(data, is_last=is_last)

    # ---------------------------------------------------------------- without quotes
    def _plain(self, block: bytes) -> Rows:
        """The rows of a block in which no field is quoted."""
        block = block.replace(b"\r\n", _END)
        count = block.count(_END)
        if not count:
            return no_rows()
        # No row with too many fields makes up for one with too few: the reader refuses the former.
        is_even = block.count(b",") == (len(self._names) - 1) * count
        if is_even and b"\r" not in block and b"\x00" not in block and not _has_a_long_row(block):
            frame = self._frame(block)
            if frame is not None and frame.height == count and not self._may_have_blank_rows(frame):
                first, self.next_row = self.next_row, self.next_row + count
                frame = frame.with_columns(
                    row=pl.int_range(first, first + count, dtype=pl.Int64), is_plain=pl.lit(True)
                )
                return self._rows(frame, [])
        return self._quoted(block, is_last=True)[0]

    def _may_have_blank_rows(self, frame: pl.DataFrame) -> bool:
        """Whether a row lacks what each has to state, and so may state nothing at all."""
        stated = frame.get_column(next(name for name in self._names if name in REQUIRED))
        return bool((stated.is_null() | (stated.str.strip_chars() == "")).any())

    def _frame(self, block: bytes) -> pl.DataFrame | None:
        try:
            return pl.read_csv(
                block,
                has_header=False,
                quote_char=None,
                schema=dict.fromkeys(self._names, pl.String),
                extra_columns="raise",
            )
        except pl.exceptions.PolarsError:
            return None  # the slower way finds the row and names its fault

    # ---------------------------------------------------------------- with quotes
    def _quoted(self, data: bytes, *, is_last: bool) -> tuple[Rows, bytes]:
        """The records of a block, one by one."""
        read: list[tuple[int, bool, *tuple[str | None, ...]]] = []
        refused: list[Refusal] = []
        start = 0
        while start < len(data):
            end = _end_of_record(data, start)
            if end is None and not is_last and len(data) - start <= MOST_ROW_BYTES:
                break  # the rest of the record is still to come
            fields, code = self._fields(data[start:end]) if end is not None else ([], "csv_malformed")
            if code:
                line_end = data.find(_END, start)
                if line_end < 0:
                    break
                # What follows a broken record may be sound: it is read from the next line on.
                end = line_end + 1
                refused.append(refusal(self._numbered(), code))
            elif not fields:
                self._numbered()
            else:
                is_plain = not any(field is not None and "\x00" in field for field in fields)
                read.append((self._numbered(), is_plain, *fields))
            start = end or len(data)
        schema = {"row": pl.Int64, "is_plain": pl.Boolean, **dict.fromkeys(self._names, pl.String)}
        return self._rows(pl.DataFrame(read, schema=schema, orient="row"), refused), data[start:]

    def _fields(self, record: bytes) -> tuple[list[str | None], str]:
        """The fields of a record, none where it says nothing, or the code of its fault."""
        if len(record) > MOST_ROW_BYTES:
            return [], "row_too_long"
        try:
            rows = list(csv.reader([record.decode().removesuffix("\n").removesuffix("\r")], strict=True))
        except UnicodeDecodeError:
            return [], "text_not_utf8"
        except csv.Error:
            return [], "csv_malformed"
        fields = rows[0] if rows else []
        if not any(field.strip() for field in fields):
            return [], ""
        if len(fields) != len(self._names):
            return [], "columns_mismatch"
        return [field or None for field in fields], ""

    def _rows(self, frame: pl.DataFrame, refused: list[Refusal]) -> Rows:
        def document(at: int) -> bytes:
            stated = frame.row(at, named=True)
            return _document(
                {name: stated[name] for name in self._names if name in FIELDS and stated[name] is not None}
            )

        absent = [pl.lit(None, dtype=pl.String).alias(name) for name in REQUIRED if name not in frame.columns]
        return Rows(frame.with_columns(absent), document, refused)


def _has_a_long_row(block: bytes) -> bool:
    """Whether a row of a block that ends with a row is longer than rows may be."""
    start = 0
    while start < len(block):
        start = block.rfind(_END, start, start + MOST_ROW_BYTES + 1) + 1
        if not start:
            return True
    return False


def _document(stated: dict[str, str]) -> bytes:
    """A row as JSON; `inputs` stand in their field as the JSON that they are."""
    members: dict[str, object] = dict(stated)
    if "inputs" in stated:
        with suppress(ValueError, RecursionError):  # what is no JSON stays text, which the contract refuses
            members["inputs"] = json.loads(stated["inputs"], object_pairs_hook=members_once)
    return json.dumps(members).encode()


def _end_of_record(data: bytes, start: int) -> int | None:
    """Where the record ends that begins here: at the first line's end that stands in no quotes."""
    quotes, position = 0, start
    while (end := data.find(_END, position)) >= 0:
        quotes += data.count(_QUOTE, position, end)
        if quotes % 2 == 0:
            return end + 1
        if end - start > MOST_ROW_BYTES:
            return None
        position = end + 1
    return None


def _header(line: bytes, extra: tuple[str, ...]) -> list[str]:
    """The names of the columns; raises `HeaderRefused` with every fault."""
    try:
        names = next(csv.reader([line.decode().removesuffix("\r")], strict=True), [])
    except (UnicodeDecodeError, csv.Error) as fault:
        raise _header_fault("/header", "csv_malformed", "the header is not CSV in UTF-8") from fault
    faults = [
        FieldError(f"/header/{place}", "unknown_field", "there is no such field")
        for place, name in enumerate(names)
        if name not in (*FIELDS, *extra)
    ]
    faults += [
        FieldError(f"/header/{place}", "repeated", "a column stands once")
        for place, name in enumerate(names)
        if name in names[:place]
    ]
    faults += [
        FieldError("/header", "required", f"the column {name} is required")
        for name in (*FIELDS, *extra)
        if name in (*REQUIRED, *extra) and name not in names
    ]
    if faults:
        raise HeaderRefused("The header names the columns of a line; see errors.", errors=faults[:100])
    return names


def _header_fault(pointer: str, code: str, message: str) -> HeaderRefused:
    return HeaderRefused("The header cannot be read.", errors=[FieldError(pointer, code, message)])
