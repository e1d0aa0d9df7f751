"""A CSV file of agreements: rows with the same reference are one, each row a commitment of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from cdp_common.kernel.errors import InvalidInput
from procurement_api.domain.file_groups import FileGroup, read_groups

AGREEMENT_COLUMNS = (
    *("reference", "kind", "title", "place_id", "place_slug", "deliverer_organisation_id", "signed_on"),
    *("starts_on", "ends_on", "value_gbp", "value_gross_gbp", "framework_agreement_id", "kpi_exemption"),
    *("edition_hash", "data_status"),
)
KPI_COLUMN = "kpi"
"""The title of an indicator, of the row's measure if it has one."""

_NEEDED = ("reference", "kind", "title", "deliverer_organisation_id", "signed_on", "starts_on", "ends_on")


class AgreementFileRefused(InvalidInput):
    """A file of agreements cannot be read as rows under a header."""

    code = "agreement_file_refused"
    title = "The file of agreements cannot be read"


@dataclass
class FileAgreement(FileGroup):
    """One agreement of the file, with its indicators."""

    THING: ClassVar[str] = "agreement"
    OWN_COLUMNS: ClassVar[tuple[str, ...]] = AGREEMENT_COLUMNS

    kpis: list[dict[str, str]] = field(default_factory=list)
    kpi_rows: list[int] = field(default_factory=list)

    @property
    def document(self) -> dict[str, Any]:
        """The agreement as JSON would state it."""
        return {**super().document, "kpis": self.kpis}

    def take(self, number: int, cells: dict[str, str]) -> None:
        """Add a row of the file to what is stated."""
        super().take(number, cells)
        if KPI_COLUMN in cells:
            of = {"measure": cells["measure"]} if "measure" in cells else {}
            self.kpis.append({"title": cells[KPI_COLUMN], **of})
            self.kpi_rows.append(number)

    def place_of(self, parts: Sequence[str]) -> tuple[int, str | None]:
        """The row and the column of what a pointer names by its parts; an indicator stands in its column."""
        if parts[:1] != ["kpis"] or len(parts) < 2 or not parts[1].isdigit():
            return super().place_of(parts)
        index = int(parts[1])
        return (self.kpi_rows[index] if index < len(self.kpi_rows) else self.rows[0]), KPI_COLUMN


def read_agreement_file(content: bytes) -> list[FileAgreement]:
    """The agreements of the file in the order of their first rows, each with the faults of its own rows."""
    return read_groups(content, FileAgreement, _NEEDED, [KPI_COLUMN], AgreementFileRefused)
