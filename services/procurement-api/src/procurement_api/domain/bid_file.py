"""A bid as a CSV file (RFC 4180): its rows as the document that JSON states, and the cells of its faults."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from cdp_common.kernel.csv_rows import without_blank_end
from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.kernel.json_text import members_once
from cdp_common.kernel.sheet_cells import plain_cell

MAX_ROWS = 1000
"""As many lines as a bid has at most."""

LINE_COLUMNS = (
    *("measure", "lot", "unit", "quantity", "answer", "industry", "area_code", "activity", "target_group"),
    *("starts_on", "ends_on", "inputs", "per_year", "schedule", "once_if_any_won"),
)
"""A cell of `inputs` is JSON; of `per_year` shares with semicolons between; of `schedule` such day=share."""

TENDERER_COLUMNS = ("tenderer_scheme", "tenderer_id", "tenderer_local_id", "tenderer_name")
ATTESTATION_COLUMNS = ("authorised_by", "authorised_at", "portal_user_ref")
FORM_COLUMNS = (
    *("lot_title", "title", "guidance", "decimals", "minimum", "maximum", "mandatory"),
    *("answer_required", "answer_max_chars", "scored"),
)
"""What a response form says beside these; it is not read."""

_ONCE = (*TENDERER_COLUMNS, *ATTESTATION_COLUMNS)
_KNOWN = frozenset((*LINE_COLUMNS, *_ONCE, *FORM_COLUMNS))
_OFFERED = ("quantity", "answer", "inputs")
_MEMBERS = dict(zip(TENDERER_COLUMNS, ("scheme", "id", "portal_local_id", "legal_name"), strict=True))
_LINE_POINTER = re.compile(r"/lines/(\d+)(?:/([a-z_]+))?")
_ONCE_POINTERS = {
    **{f"/tenderers/0/{member}": column for column, member in _MEMBERS.items()},
    **{f"/attestation/{column}": column for column in ATTESTATION_COLUMNS},
}


class BidFileRefused(InvalidInput):
    """A file of a bid cannot be read as rows under a header, or a cell is not what its column holds."""

    code = "bid_file_refused"
    title = "The file of the bid does not hold"


@dataclass(frozen=True)
class BidFile:
    """A bid as the document that JSON would state, and the row of each of its lines."""

    document: dict[str, Any]
    rows: Sequence[int]
    """From 1, the header not counted."""

    def at_cells(self, errors: Sequence[FieldError]) -> list[FieldError]:
        """The faults at the rows and columns where they are: a pointer /rows/3/unit is row 3, column unit."""
        return [self._at_cell(error) for error in errors]

    def _at_cell(self, error: FieldError) -> FieldError:
        once = _ONCE_POINTERS.get(error.pointer)
        if once is not None:
            return FieldError(f"/columns/{once}", error.code, f"Column {once}: {error.message}")
        found = _LINE_POINTER.match(error.pointer)
        if found is None or int(found[1]) >= len(self.rows):
            return error
        row, column = self.rows[int(found[1])], found[2]
        where = f"Row {row}" if column is None else f"Row {row}, column {column}"
        pointer = f"/rows/{row}" + ("" if column is None else f"/{column}")
        return FieldError(pointer, error.code, f"{where}: {error.message}")


def read_bid_file(content: bytes) -> BidFile:
    """The bid in the file; rows in which nothing is offered are left out. Raises with every faulty cell."""
    rows = _rows(content)
    faults: list[FieldError] = []
    lines, numbers = [], []
    once: dict[str, str] = {}
    for number, cells in rows:
        for column in _ONCE:
            stated = cells.get(column)
            if stated is not None and once.setdefault(column, stated) != stated:
                words = f"Row {number}, column {column}: the rows above state another one."
                faults.append(FieldError(f"/rows/{number}/{column}", "value_differs", words))
        if any(cells.get(column) is not None for column in _OFFERED):
            numbers.append(number)
            lines.append(_line(number, cells, faults))
    if faults:
        raise BidFileRefused("The file has faults; see errors.", errors=faults)
    return BidFile({**_whose(once), "lines": lines}, numbers)


def _rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """The stated cells of each row by column, with the row's number."""
    try:
        text = content.decode("utf-8-sig")
        records = csv.reader(StringIO(text, newline=""), strict=True)
        header = without_blank_end([name.strip() for name in next(records, [])])
        _require_header(header)
        rows = []
        for number, cells in enumerate(records, start=1):
            if not any(cell.strip() for cell in cells):
                continue
            record = without_blank_end(cells, len(header))
            if number > MAX_ROWS:
                raise _refused(f"/rows/{number}", "too_many_rows", f"A bid has at most {MAX_ROWS} rows.")
            if len(record) != len(header):
                words = f"Row {number} has {len(record)} cells, the header {len(header)}."
                raise _refused(f"/rows/{number}", "columns_mismatch", words)
            stated = {
                name: plain_cell(cell) for name, cell in zip(header, record, strict=True) if cell.strip()
            }
            rows.append((number, stated))
    except UnicodeDecodeError as fault:
        raise _refused("/header", "text_not_utf8", "The file is in UTF-8.") from fault
    except csv.Error as fault:
        raise _refused("/header", "csv_malformed", "The file is not CSV as RFC 4180 has it.") from fault
    return rows


def _require_header(header: Sequence[str]) -> None:
    for name in header:
        if name not in _KNOWN:
            raise _refused("/header", "column_unknown", f"There is no such column; known: {_known_words()}.")
        if header.count(name) > 1:
            raise _refused("/header", "column_repeated", f"The column {name} stands there twice.")
    for name in ("measure", "unit"):
        if name not in header:
            raise _refused("/header", "column_missing", f"The header names the column {name}.")


def _known_words() -> str:
    return ", ".join((*LINE_COLUMNS, *_ONCE))


def _line(number: int, cells: dict[str, str], faults: list[FieldError]) -> dict[str, Any]:
    line: dict[str, Any] = {}
    for column in LINE_COLUMNS:
        cell = cells.get(column)
        if cell is None:
            continue
        try:
            line[column] = _value(column, cell)
        except ValueError as fault:
            words = f"Row {number}, column {column}: {fault}."
            faults.append(FieldError(f"/rows/{number}/{column}", "cell_malformed", words))
    return line


def _value(column: str, cell: str) -> Any:
    if column == "answer":
        return cell
    cell = cell.strip()
    if column == "once_if_any_won":
        return _yes_or_no(cell)
    if column == "inputs":
        return _inputs(cell)
    if column == "per_year":
        return [share.strip() for share in cell.split(";")]
    if column == "schedule":
        return [_instalment(part) for part in cell.split(";")]
    return cell


def _yes_or_no(cell: str) -> bool:
    if cell.lower() not in ("yes", "no"):
        raise ValueError("this is written yes or no")
    return cell.lower() == "yes"


def _inputs(cell: str) -> Any:
    try:
        stated = json.loads(cell, object_pairs_hook=members_once)
    except (ValueError, RecursionError) as fault:
        raise ValueError("inputs are written as JSON") from fault
    if not isinstance(stated, dict):
        raise ValueError("inputs are written as a JSON object")
    return stated


def _instalment(part: str) -> dict[str, str]:
    day, sign, share = (text.strip() for text in part.partition("="))
    if not sign:
        raise ValueError("instalments are written 2027-12-31=0.5, with semicolons between")
    return {"due_on": day, "share": share}


def _whose(once: dict[str, str]) -> dict[str, Any]:
    """Who bids and who authorised it, if the file says so."""
    tenderer = {_MEMBERS[column]: once[column].strip() for column in TENDERER_COLUMNS if column in once}
    attestation = {column: once[column].strip() for column in ATTESTATION_COLUMNS if column in once}
    return {
        **({"tenderers": [{"lead": True, **tenderer}]} if tenderer else {}),
        **({"attestation": attestation} if attestation else {}),
    }


def _refused(pointer: str, code: str, words: str) -> BidFileRefused:
    return BidFileRefused("The file cannot be read; see errors.", errors=[FieldError(pointer, code, words)])
