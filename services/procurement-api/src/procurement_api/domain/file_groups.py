"""CSV files (RFC 4180) of things with lines: rows with the same reference are one, each row a line of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from cdp_common.kernel.csv_rows import RowFault, read_rows
from cdp_common.kernel.errors import FieldError, InvalidInput

MAX_ROWS = 1000
MAX_THINGS = 100
"""Agreements, or plans, of one file."""

LINE_COLUMNS = ("measure", "quantity", "unit", "industry", "area_code", "activity", "target_group")


@dataclass
class FileGroup:
    """What the rows with one reference state, as JSON would state it, and where each part of it stands."""

    THING: ClassVar[str]
    OWN_COLUMNS: ClassVar[tuple[str, ...]]
    """Said in the first row of a group; its further rows say the same or nothing."""

    reference: str | None
    rows: list[int] = field(default_factory=list)
    stated: dict[str, str] = field(default_factory=dict)
    lines: list[dict[str, str]] = field(default_factory=list)
    line_rows: list[int] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    @property
    def document(self) -> dict[str, Any]:
        """The thing as JSON would state it."""
        return {**self.stated, "lines": self.lines}

    def at_rows(self, errors: Sequence[FieldError]) -> list[RowFault]:
        """The faults of the document at the rows and columns where they are."""
        return [self._at_row(error) for error in errors]

    def take(self, number: int, cells: dict[str, str]) -> None:
        """Add a row of the file to what is stated."""
        is_first = not self.rows
        self.rows.append(number)
        for column in self.OWN_COLUMNS:
            stated = cells.get(column)
            if stated is None:
                continue
            if is_first:
                self.stated[column] = stated
            elif self.stated.get(column) != stated:
                words = f"The {self.THING}'s first row states another one."
                self.faults.append(RowFault(number, column, "value_differs", words))
        line = {column: cells[column] for column in LINE_COLUMNS if column in cells}
        if line:
            self.lines.append(line)
            self.line_rows.append(number)

    def place_of(self, parts: Sequence[str]) -> tuple[int, str | None]:
        """The row and the column of what a pointer names by its parts."""
        row, column = self.rows[0], parts[0] if parts and parts[0] else None
        if len(parts) > 1 and parts[1].isdigit():
            row = self.line_rows[int(parts[1])] if int(parts[1]) < len(self.line_rows) else row
            column = parts[2] if len(parts) > 2 else None
        return row, column

    def _at_row(self, error: FieldError) -> RowFault:
        row, column = self.place_of(error.pointer.split("/")[1:])
        return RowFault(row, column, error.code, error.message)


Group = TypeVar("Group", bound=FileGroup)


def read_groups(
    content: bytes,
    kind: type[Group],
    needed: Collection[str],
    further: Collection[str],
    refusal: type[InvalidInput],
) -> list[Group]:
    """The groups of a file in the order of their first rows, each with the faults of its own rows.

    `needed` are columns that the header has, `further` ones that it may have beside the kind's own and the
    lines'. A file that cannot be read so is refused by `refusal`.
    """
    refused = _refusing(refusal)
    found: dict[str, Group] = {}
    items: list[Group] = []
    known = (*kind.OWN_COLUMNS, *LINE_COLUMNS, *further)
    for number, cells in read_rows(content, known, tuple(needed), MAX_ROWS, refused):
        if isinstance(cells, RowFault):
            items.append(kind(None, [number], faults=[cells]))
            continue
        reference = cells.get("reference")
        if reference is None:
            fault = RowFault(number, "reference", "required", f"Every row names its {kind.THING}.")
            items.append(kind(None, [number], faults=[fault]))
            continue
        if reference not in found:
            found[reference] = kind(reference)
            items.append(found[reference])
        found[reference].take(number, cells)
    if len(found) > MAX_THINGS:
        raise refused(f"too_many_{kind.THING}s", f"A file has at most {MAX_THINGS} {kind.THING}s.")
    return items


def _refusing(refusal: type[InvalidInput]) -> Callable[[str, str], InvalidInput]:
    return lambda code, words: refusal(words, errors=[FieldError("/header", code, words)])
