"""A template that an organisation fills in: a row for each open commitment, and each measure of its own."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import RowMapping

from cdp_common.contracts.report_files import TemplateFormat
from cdp_common.db.database import Database
from cdp_common.kernel.periods import Period
from cdp_common.kernel.sheet_cells import safe_cell, text_of
from cdp_common.web.caller import Caller
from cdp_common.web.workbooks import XLSX, Sheet, SheetColumn, workbook_of
from reporting_api.domain.commitments import CONTRACT_KINDS, ROUTE_OF_KIND
from reporting_api.domain.report_file import LINE_COLUMNS
from reporting_api.domain.reports import COMMISSIONED_ROUTES
from reporting_api.storage.template_rows import measures_reported, open_commitments

MEDIA_TYPES: Mapping[TemplateFormat, str] = {"csv": "text/csv; charset=utf-8", "xlsx": XLSX}
OWN_MEASURES_SINCE = timedelta(days=731)
"""Two years, so that what is reported once a year is found."""

COLUMNS = (
    *("measure", "measure_title", "quantity", "unit", "route", "agreement", "commissioner"),
    *("committed_quantity", "delivered_before", "open_quantity", "due_by"),
    *(column for column in LINE_COLUMNS if column not in ("measure", "quantity", "unit", "route")),
)
_WIDTHS = {"measure_title": 40, "note": 40, "evidence": 40, "commissioner": 30, "commitment_line_id": 38}
_FILLED = frozenset(LINE_COLUMNS) - {"measure", "unit", "route", "commitment_line_id", "edition_hash"}
_GUIDANCE = (
    ("quantity", "Rows without a quantity are left out: nothing is reported of them."),
    (
        "areas",
        "E01020831, or E01020831=0.5; E01020832=0.5: small areas, wards or postcodes. What is left of 1 is "
        "not placed.",
    ),
    (
        "evidence",
        "Ids of uploaded files, or addresses of documents that end in #sha256= and the SHA-256 of what lies "
        "there; with blanks between.",
    ),
    ("attests_contract_only, attests_commitment", "yes, on every row of a contract that has a quantity."),
    ("activity", "The same name on rows of one thing: what they count for shares it, by attribution_share."),
    ("days", "2026-04-01 or 01/04/2026: the day before the month."),
    ("more rows", "may be added below, for any measure of the same edition."),
)


async def get_report_template(
    db: Database, caller: Caller, place_id: UUID, period: Period, format_: TemplateFormat
) -> bytes:
    """The template of the organisation that the caller acts for, of a period."""
    async with db.begin() as tx:
        owed = await open_commitments(tx, place_id, caller.org, period)
        since = period.start - OWN_MEASURES_SINCE
        own = await measures_reported(tx, place_id, caller.org, since)
    rows = [*map(_owed_row, owed), *map(_own_row, own)]
    if format_ == "csv":
        return _csv(rows)
    about = [("period", f"{period.start} to {period.end}"), ("place_id", str(place_id)), *_GUIDANCE]
    return await asyncio.to_thread(_xlsx, rows, about)


def _owed_row(line: RowMapping) -> dict[str, str]:
    attested = "yes" if line["kind"] in CONTRACT_KINDS else ""
    return {
        "measure": line["measure"],
        "measure_title": line["title"],
        "unit": line["unit"],
        "route": ROUTE_OF_KIND[line["kind"]],
        "agreement": line["reference"],
        "commissioner": line["commissioner"] or "",
        "committed_quantity": text_of(line["quantity"]),
        "delivered_before": text_of(line["delivered_before"]),
        "open_quantity": text_of(max(line["quantity"] - line["delivered_before"], 0 * line["quantity"])),
        "due_by": line["ends_on"].isoformat(),
        "commitment_line_id": str(line["line_id"]),
        "target_group": line["target_group"] or "",
        "edition_hash": line["edition_hash"],
        "attests_contract_only": attested,
        "attests_commitment": attested,
    }


def _own_row(line: RowMapping) -> dict[str, str]:
    has_commissioner = line["route"] in COMMISSIONED_ROUTES and line["commissioner_id"] is not None
    return {
        "measure": line["measure"],
        "measure_title": line["title"],
        "unit": line["unit"],
        "route": line["route"],
        "industry": line["industry"] or "",
        "target_group": line["target_group"] or "",
        "commissioner_id": str(line["commissioner_id"]) if has_commissioner else "",
        "edition_hash": line["edition_hash"],
    }


def _csv(rows: Iterable[Mapping[str, str]]) -> bytes:
    """A header and a line per row; a byte order mark tells spreadsheets that this is UTF-8."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: safe_cell(cell) for name, cell in row.items()})
    return text.getvalue().encode("utf-8-sig")


def _xlsx(rows: Sequence[Mapping[str, str]], about: Sequence[tuple[str, str]]) -> bytes:
    columns = [SheetColumn(name, _WIDTHS.get(name, 16), name in _FILLED) for name in COLUMNS]
    lines = Sheet("lines", ([row.get(name, "") for name in COLUMNS] for row in rows), columns)
    return workbook_of([lines, Sheet("about", about)])
