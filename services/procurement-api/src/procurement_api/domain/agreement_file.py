"""A CSV file of agreements (RFC 4180): rows with the same reference are one, each row a commitment of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cdp_common.kernel.csv_rows import RowFault, read_rows
from cdp_common.kernel.errors import FieldError, InvalidInput

MAX_ROWS = 1000
MAX_AGREEMENTS = 100

AGREEMENT_COLUMNS = (
    *("reference", "kind", "title", "place_id", "place_slug", "deliverer_organisation_id", "signed_on"),
    *("starts_on", "ends_on", "value_gbp", "value_gross_gbp", "framework_agreement_id", "kpi_exemption"),
    *("edition_hash", "data_status"),
)
"""Said in the first row of an agreement; its further rows say the same or nothing."""

LINE_COLUMNS = ("measure", "quantity", "unit", "industry", "area_code", "activity", "target_group")
KPI_COLUMN = "kpi"
"""The title of an indicator, of the row's measure if it has one."""

_KNOWN = (*AGREEMENT_COLUMNS, *LINE_COLUMNS, KPI_COLUMN)
_NEEDED = ("reference", "kind", "title", "deliverer_organisation_id", "signed_on", "starts_on", "ends_on")


class AgreementFileRefused(InvalidInput):
    """A file of agreements cannot be read as rows under a header."""

    code = "agreement_file_refused"
    title = "The file of agreements cannot be read"


@dataclass
class FileAgreement:
    """One agreement of the file, as the document that JSON would state, and where each part of it stands."""

    reference: str | None
    rows: list[int] = field(default_factory=list)
    stated: dict[str, str] = field(default_factory=dict)
    lines: list[dict[str, str]] = field(default_factory=list)
    line_rows: list[int] = field(default_factory=list)
    kpis: list[dict[str, str]] = field(default_factory=list)
    kpi_rows: list[int] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)

    @property
    def document(self) -> dict[str, Any]:
        """The agreement as JSON would state it."""
        return {**self.stated, "lines": self.lines, "kpis": self.kpis}

    def at_rows(self, errors: Sequence[FieldError]) -> list[RowFault]:
        """The faults of the document at the rows and columns where they are."""
        return [self._at_row(error) for error in errors]

    def _at_row(self, error: FieldError) -> RowFault:
        parts = error.pointer.split("/")[1:]
        row, column = self.rows[0], parts[0] if parts and parts[0] else None
        if len(parts) > 1 and parts[1].isdigit():
            rows = self.kpi_rows if parts[0] == "kpis" else self.line_rows
            row = rows[int(parts[1])] if int(parts[1]) < len(rows) else row
            column = KPI_COLUMN if parts[0] == "kpis" else (parts[2] if len(parts) > 2 else None)
        return RowFault(row, column, error.code, error.message)


def read_agreement_file(content: bytes) -> list[FileAgreement]:
    """The agreements of the file in the order of their first rows, each with the faults of its own rows."""
    found: dict[str, FileAgreement] = {}
    items: list[FileAgreement] = []
    for number, cells in read_rows(content, _KNOWN, _NEEDED, MAX_ROWS, _refused):
        if isinstance(cells, RowFault):
            items.append(FileAgreement(None, [number], faults=[cells]))
            continue
        reference = cells.get("reference")
        if reference is None:
            fault = RowFault(number, "reference", "required", "Every row names its agreement.")
            items.append(FileAgreement(None, [number], faults=[fault]))
            continue
        if reference not in found:
            found[reference] = FileAgreement(reference)
            items.append(found[reference])
        _take(found[reference], number, cells)
    if len(found) > MAX_AGREEMENTS:
        raise _refused("too_many_agreements", f"A file has at most {MAX_AGREEMENTS} agreements.")
    return items


def _take(agreement: FileAgreement, number: int, cells: dict[str, str]) -> None:
    is_first = not agreement.rows
    agreement.rows.append(number)
    for column in AGREEMENT_COLUMNS:
        stated = cells.get(column)
        if stated is None:
            continue
        if is_first:
            agreement.stated[column] = stated
        elif agreement.stated.get(column) != stated:
            words = "The agreement's first row states another one."
            agreement.faults.append(RowFault(number, column, "value_differs", words))
    line = {column: cells[column] for column in LINE_COLUMNS if column in cells}
    if line:
        agreement.lines.append(line)
        agreement.line_rows.append(number)
    if KPI_COLUMN in cells:
        of = {"measure": cells["measure"]} if "measure" in cells else {}
        agreement.kpis.append({"title": cells[KPI_COLUMN], **of})
        agreement.kpi_rows.append(number)


def _refused(code: str, words: str) -> AgreementFileRefused:
    return AgreementFileRefused(words, errors=[FieldError("/header", code, words)])
