"""A report as a file: which columns mean what under which names, and what each cell of a row says."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from uuid import UUID

from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.kernel.sheet_cells import (
    Cell,
    CellFault,
    day_of,
    decimal_of,
    is_blank,
    share_of,
    text_of,
    yes_or_no,
)

MAX_FILE_ROWS = 200_000
MAX_WORKBOOK_ROWS = 10_000
MAX_FAULTS = 1_000
"""Faults that are listed; all of them are counted."""

INFORMATION = (
    *("measure_title", "agreement", "commissioner", "committed_quantity", "delivered_before"),
    *("open_quantity", "due_by"),
)
"""Columns of a template that tell its reader something; they are not read."""

ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "measure": (
            "measure_code",
            "code",
            "toms_reference",
            "tom_reference",
            "toms_ref",
            "ref",
            "reference",
        ),
        "quantity": (
            "qty",
            "amount_delivered",
            "delivered",
            "quantity_delivered",
            "delivered_quantity",
            "actual",
        ),
        "unit": ("units", "unit_of_measure", "uom"),
        "denominator": ("out_of",),
        "route": ("route_of_delivery", "source_of_value"),
        "commitment_line_id": ("commitment", "commitment_line", "commitment_id"),
        "commissioner_id": ("commissioner_organisation_id", "funder_id", "buyer_id"),
        "activity_id": ("joint_activity", "joint_activity_id"),
        "activity": ("project", "activity_name", "activity_reference"),
        "edition_hash": ("edition",),
        "areas": ("area", "area_code", "lsoa", "lsoa_code", "where"),
        "industry": ("sector", "industry_code"),
        "attribution_share": ("attribution", "share_claimed"),
        "started_on": ("start_date", "started", "job_started_on"),
        "headcount": ("people", "number_of_people"),
        "target_group": ("group", "group_of_people"),
        "evidence": ("evidence_url", "evidence_link", "link_to_evidence"),
        "attests_contract_only": ("contract_only", "relates_only_to_this_contract_and_period"),
        "attests_commitment": ("relates_to_commitment", "relates_to_a_commitment_in_this_contract"),
        "note": ("notes", "comment", "comments", "description"),
    }
)
"""The columns that are read, and other names of them that files in use have."""

LINE_COLUMNS = tuple(ALIASES)
REQUIRED = ("measure", "quantity", "unit", "route")

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "hour": "hours",
        "hrs": "hours",
        "hr": "hours",
        "week": "weeks",
        "fte": "fte_years",
        "tonnes_co2e": "tco2e",
        "mile": "miles",
        "number": "count",
        "no": "count",
        "%": "percentage",
        "percent": "percentage",
        "£_spent": "gbp_spent",
        "£_invested": "gbp_invested",
    }
)
"""Other spellings of units; £ alone is none, for it may be spent or invested."""

_NAMES = {name: column for column, others in ALIASES.items() for name in (column, *others)}
_WORDS = re.compile(r"[^0-9a-z%£]+")
_FILE_ID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_PARTS = re.compile(r"[\s|]+")


class ReportFileUnreadable(InvalidInput):
    """A file of a report cannot be read as rows under a header."""

    code = "report_file_unreadable"
    title = "The file of the report cannot be read"


class ReportFileInvalid(InvalidInput):
    """Rows of the file break rules; `errors` lists them by row and column. Nothing of it was kept."""

    code = "report_file_invalid"
    title = "Rows of the file are not valid"


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a cell, or with a row as a whole; rows count from 1, the header not counted."""

    row: int
    column: str | None
    code: str
    message: str

    @property
    def at_cell(self) -> FieldError:
        """The fault with a pointer: /rows/3/unit is row 3, column unit."""
        where = f"Row {self.row}" if self.column is None else f"Row {self.row}, column {self.column}"
        pointer = f"/rows/{self.row}" + ("" if self.column is None else f"/{self.column}")
        return FieldError(pointer, self.code, f"{where}: {self.message}")


@dataclass(slots=True)
class RowFaults:
    """The faults of a file: the first thousand, how many there are, and of how many rows."""

    listed: list[RowFault] = field(default_factory=list)
    count: int = 0
    row_count: int = 0

    def add(self, faults: Sequence[RowFault]) -> None:
        """Take in the faults of one row."""
        if faults:
            self.row_count += 1
            self.count += len(faults)
            self.listed.extend(faults[: MAX_FAULTS - len(self.listed)])


@dataclass(frozen=True, slots=True)
class Header:
    """Which column of a file is where."""

    places: tuple[tuple[int, str], ...]
    width: int

    def stated(self, cells: Sequence[Cell | None]) -> dict[str, Cell]:
        """The cells of a row that hold something, by column."""
        found: dict[str, Cell] = {}
        for place, column in self.places:
            cell = cells[place] if place < len(cells) else None
            if cell is not None and not is_blank(cell):
                found[column] = cell
        return found


def header_of(names: Sequence[Cell | None]) -> Header:
    """The columns of a file by the names in its first row; refused with every fault."""
    places: list[tuple[int, str]] = []
    faults: list[FieldError] = []
    for place, name in enumerate(names):
        if name is None or is_blank(name):
            continue
        word = _WORDS.sub("_", text_of(name).lower()).strip("_")
        column = _NAMES.get(word)
        if column is None and word not in INFORMATION:
            known = ", ".join((*LINE_COLUMNS, *INFORMATION))
            message = f"Column {place + 1}: there is no such column; known: {known}."
            faults.append(FieldError("/header", "column_unknown", message))
        elif column is not None and column in (taken for _, taken in places):
            message = f"Column {place + 1}: {column} stands there twice."
            faults.append(FieldError("/header", "column_repeated", message))
        elif column is not None:
            places.append((place, column))
    missing = [column for column in REQUIRED if column not in (taken for _, taken in places)]
    faults += [FieldError("/header", "column_missing", f"The header names no {name}.") for name in missing]
    if faults:
        raise ReportFileUnreadable("The header does not hold; see errors.", errors=faults[:MAX_FAULTS])
    return Header(tuple(places), len(names))


def line_of(
    row: int, stated: Mapping[str, Cell], *, decimal_comma: bool
) -> tuple[dict[str, Any], list[RowFault]]:
    """The line that a row states, as the document that JSON would state, and what is wrong with its cells."""
    line: dict[str, Any] = {}
    faults: list[RowFault] = []
    for column, cell in stated.items():
        try:
            line[column] = _READERS[column](cell, decimal_comma)
        except CellFault as fault:
            faults.append(RowFault(row, column, fault.code, fault.message))
    faults.extend(
        RowFault(row, column, "required", "this cell is needed")
        for column in REQUIRED
        if column not in stated
    )
    return line, faults


def _unit(cell: Cell, _: bool) -> str:
    word = re.sub(r"[\s_]+", "_", text_of(cell).lower())
    return UNITS.get(word, word)


def _route(cell: Cell, _: bool) -> str:
    return re.sub(r"[\s_\-]+", "_", text_of(cell).lower())


def _text(cell: Cell, _: bool) -> str:
    return text_of(cell)


def _id(cell: Cell, _: bool) -> UUID:
    try:
        return UUID(text_of(cell))
    except ValueError as fault:
        raise CellFault(
            "id_malformed", "an id is written like 01900000-0000-7000-8000-000000000001"
        ) from fault


def _count(cell: Cell, decimal_comma: bool) -> int:
    number = decimal_of(cell, decimal_comma=decimal_comma)
    if number != number.to_integral_value():
        raise CellFault("not_whole", "this is a whole number")
    return int(number)


def _areas(cell: Cell, decimal_comma: bool) -> list[dict[str, Any]]:
    """E01020831, or E01020831=0.5; DH1 1AA=50%."""
    stated_areas = text_of(cell)
    parts = [part.strip() for part in stated_areas.split(";" if ";" in stated_areas else "|")]
    areas = []
    for part in filter(None, parts):
        code, sign, share = (piece.strip() for piece in part.partition("="))
        stated = share_of(share, decimal_comma=decimal_comma) if sign else 1
        areas.append({"area_code": "".join(code.split()), "share": format(stated, "f") if sign else "1"})
    return areas


def _evidence(cell: Cell, _: bool) -> list[dict[str, Any]]:
    """Addresses, or ids of stored files, with blanks, line ends or bars between.

    An address ends in `#sha256=` and the hash of what lies there; a report is refused without it, a draft is
    kept until it is submitted.
    """
    found: list[dict[str, Any]] = []
    for number, part in enumerate(filter(None, _PARTS.split(text_of(cell))), start=1):
        if _FILE_ID.fullmatch(part):
            found.append({"title": f"Evidence {number}", "evidence_id": part.lower()})
            continue
        url, hashed, sha256 = part.partition("#sha256=")
        title = url.rstrip("/").rpartition("/")[2][:300] or f"Evidence {number}"
        found.append({"title": title, "url": url, **({"sha256": sha256.lower()} if hashed else {})})
    return found


_READERS: Mapping[str, Callable[[Cell, bool], Any]] = MappingProxyType(
    {
        "measure": _text,
        "quantity": lambda cell, comma: decimal_of(cell, decimal_comma=comma),
        "unit": _unit,
        "denominator": lambda cell, comma: decimal_of(cell, decimal_comma=comma),
        "route": _route,
        "commitment_line_id": _id,
        "commissioner_id": _id,
        "activity_id": _id,
        "activity": _text,
        "edition_hash": _text,
        "areas": _areas,
        "industry": _text,
        "attribution_share": lambda cell, comma: share_of(cell, decimal_comma=comma),
        "started_on": lambda cell, _: day_of(cell),
        "headcount": _count,
        "target_group": _text,
        "evidence": _evidence,
        "attests_contract_only": lambda cell, _: yes_or_no(cell),
        "attests_commitment": lambda cell, _: yes_or_no(cell),
        "note": _text,
    }
)
