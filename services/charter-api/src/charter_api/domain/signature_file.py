"""A CSV file of signatures: rows with the same reference are one signatory, each row one of its pledges."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cdp_common.kernel.csv_rows import RowFault, read_rows
from cdp_common.kernel.errors import FieldError, InvalidInput

MAX_ROWS = 2_000
MAX_SIGNATORIES = 500

REFERENCE = "reference"
ORGANISATION_COLUMNS = ("organisation_id", "identifier", "legal_name", "kind")
PERSON_COLUMNS = {"signing_name": "name", "signing_role": "role"}
SIGNATURE_COLUMNS = ("signed_on", "level", "data_status")
AREAS = "areas"
"""Codes of small areas, parted by spaces."""

PLEDGE_COLUMNS = {
    "pledge": "pledge",
    "pledge_text": "text",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
    "place_slug": "place_slug",
}
TARGET_COLUMNS = (
    *("measure", "edition_hash", "quantity", "unit", "industry", "area_code"),
    *("target_group", "headcount"),
)

FIRST_ROW_COLUMNS = (*ORGANISATION_COLUMNS, *PERSON_COLUMNS, *SIGNATURE_COLUMNS, AREAS)
"""Said in the first row of a signatory; its further rows say the same or nothing."""
KNOWN_COLUMNS = (REFERENCE, *FIRST_ROW_COLUMNS, *PLEDGE_COLUMNS, *TARGET_COLUMNS)
NEEDED_COLUMNS = (REFERENCE, *PERSON_COLUMNS, "signed_on")

_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")
_COLUMN_OF = {f"signing_person/{name}": column for column, name in PERSON_COLUMNS.items()}
_COLUMN_OF_PLEDGE = {name: column for column, name in PLEDGE_COLUMNS.items()}


class SignatureFileRefused(InvalidInput):
    """A file of signatures cannot be read as rows under a header."""

    code = "signature_file_refused"
    title = "The file of signatures cannot be read"


@dataclass
class FileSignature:
    """One signatory of the file as the documents that JSON would state, and where each part of it stands."""

    reference: str | None
    rows: list[int] = field(default_factory=list)
    stated: dict[str, str] = field(default_factory=dict)
    pledges: list[dict[str, Any]] = field(default_factory=list)
    pledge_rows: list[int] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    @property
    def organisation(self) -> dict[str, Any]:
        """How the organisation is named."""
        return {column: self.stated[column] for column in ORGANISATION_COLUMNS if column in self.stated}

    @property
    def signature(self) -> dict[str, Any]:
        """What the organisation signs."""
        person = {name: self.stated[at] for at, name in PERSON_COLUMNS.items() if at in self.stated}
        plain = {column: self.stated[column] for column in SIGNATURE_COLUMNS if column in self.stated}
        areas = self.stated.get(AREAS, "").split()
        return {**plain, "signing_person": person, "areas": areas, "pledges": self.pledges}

    def at_rows(self, errors: Sequence[FieldError]) -> list[RowFault]:
        """The faults of the documents at the rows and columns where they are."""
        return [self._at_row(error) for error in errors]

    def _at_row(self, error: FieldError) -> RowFault:
        parts = error.pointer.split("/")[1:]
        row, column = self.rows[0], parts[0] if parts and parts[0] else None
        if column == "signing_person":
            column = _COLUMN_OF.get("/".join(parts[:2]))
        elif column == "pledges" and len(parts) > 1 and parts[1].isdigit():
            row = self.pledge_rows[int(parts[1])] if int(parts[1]) < len(self.pledges) else row
            column = _pledge_column(parts[2:])
        return RowFault(row, column, error.code, error.message)


def _pledge_column(parts: Sequence[str]) -> str | None:
    if parts and parts[0] == "target":
        return parts[1] if len(parts) > 1 and parts[1] in TARGET_COLUMNS else None
    return _COLUMN_OF_PLEDGE.get(parts[0]) if parts else None


def read_signature_file(content: bytes) -> list[FileSignature]:
    """The signatories of the file in the order of their first rows, each with the faults of its own rows."""
    found: dict[str, FileSignature] = {}
    items: list[FileSignature] = []
    for number, cells in read_rows(content, KNOWN_COLUMNS, NEEDED_COLUMNS, MAX_ROWS, _refused):
        if isinstance(cells, RowFault):
            items.append(FileSignature(None, [number], faults=[cells]))
            continue
        reference = cells.get(REFERENCE)
        if reference is None:
            fault = RowFault(number, REFERENCE, "required", "Every row names its signatory.")
            items.append(FileSignature(None, [number], faults=[fault]))
            continue
        if reference not in found:
            found[reference] = FileSignature(reference)
            items.append(found[reference])
        _take(found[reference], number, cells)
    if len(found) > MAX_SIGNATORIES:
        raise _refused("too_many_signatories", f"A file has at most {MAX_SIGNATORIES} signatories.")
    return items


def _take(signature: FileSignature, number: int, cells: dict[str, str]) -> None:
    is_first = not signature.rows
    signature.rows.append(number)
    for column in FIRST_ROW_COLUMNS:
        stated = cells.get(column)
        if stated is None:
            continue
        if is_first:
            signature.stated[column] = stated
        elif signature.stated.get(column) != stated:
            words = "The signatory's first row states another one."
            signature.faults.append(RowFault(number, column, "value_differs", words))
    pledge: dict[str, Any] = {name: cells[at] for at, name in PLEDGE_COLUMNS.items() if at in cells}
    target: dict[str, Any] = {column: cells[column] for column in TARGET_COLUMNS if column in cells}
    if _WHOLE_NUMBER.fullmatch(people := target.get("headcount", "")):
        target["headcount"] = int(people)  # anything else is refused as no number, where it stands
    if pledge or target:
        signature.pledges.append({**pledge, **({"target": target} if target else {})})
        signature.pledge_rows.append(number)


def _refused(code: str, words: str) -> SignatureFileRefused:
    return SignatureFileRefused(words, errors=[FieldError("/header", code, words)])
