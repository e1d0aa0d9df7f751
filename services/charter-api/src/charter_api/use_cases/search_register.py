"""Searching the public register, and writing it out as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Literal

from sqlalchemy import RowMapping

from cdp_common.contracts.register import RegisterEntry
from cdp_common.db.database import Database
from cdp_common.db.paging import cut_page
from cdp_common.kernel.errors import TooLarge
from cdp_common.kernel.sheet_cells import safe_cell
from charter_api.storage.register import Wanted, count_register, search_register
from charter_api.use_cases.stated_levels import level_name

EXPORT_PAGE = 500
MAX_EXPORTED = 50_000
"""A register of more entries is exported in parts, by its filters."""

ExportFormat = Literal["csv", "json"]


class RegisterTooLong(TooLarge):
    """More entries than one file holds."""

    code = "register_too_long"
    title = "The export has too many entries"


async def search(
    db: Database, wanted: Wanted, cursor: str | None, limit: int
) -> tuple[list[RegisterEntry], str | None]:
    """A page of the register by name, and the cursor of the next page."""
    async with db.begin() as tx:
        rows = await search_register(tx, wanted, cursor, limit)
    kept, next_cursor = cut_page(rows, limit, lambda row: [row["organisation_name"], row["id"]])
    return [entry_of(row) for row in kept], next_cursor


def entry_of(row: RowMapping) -> RegisterEntry:
    """The public part of a row."""
    return RegisterEntry(
        signature_id=row["id"],
        place_id=row["place_id"],
        organisation_id=row["organisation_id"],
        organisation_name=row["organisation_name"],
        organisation_kind=row["organisation_kind"],
        is_sme=row["is_sme"],
        is_vcse=row["is_vcse"],
        state=row["state"],
        charter_version=row["charter_version"],
        signed_on=row["signed_on"],
        renewal_due_on=row["renewal_due_on"],
        expires_on=row["expires_on"],
        objectives=sorted(row["objectives"]),
        areas=sorted({*row["areas"], *row["pledged_areas"]}),
        pledge_count=row["pledge_count"],
        data_status=row["data_status"],
        level=row["level"],
        level_name=level_name(row["level"], row["levels"]),
    )


async def export_register(db: Database, wanted: Wanted, form: ExportFormat) -> AsyncIterator[bytes]:
    """The whole file in pieces, a page of the register each; the first page is read before this returns.

    An export that would be longer than one file holds is refused before a byte is sent.
    """
    await _require_exportable(db, wanted)
    first = await search(db, wanted, None, EXPORT_PAGE)
    return _pieces(db, wanted, first, _csv_piece if form == "csv" else _json_piece, _ENDS[form](wanted.day))


async def _require_exportable(db: Database, wanted: Wanted) -> None:
    async with db.begin() as tx:
        if await count_register(tx, wanted, MAX_EXPORTED) > MAX_EXPORTED:
            raise RegisterTooLong(f"An export has at most {MAX_EXPORTED} entries; narrow it by a filter.")


async def _pieces(
    db: Database,
    wanted: Wanted,
    page: tuple[list[RegisterEntry], str | None],
    write: Callable[[list[RegisterEntry], bool], bytes],
    ends: tuple[bytes, bytes],
) -> AsyncIterator[bytes]:
    yield ends[0]
    is_first = True
    for _ in range(MAX_EXPORTED // EXPORT_PAGE):
        entries, cursor = page
        if entries:
            yield write(entries, is_first)
        if cursor is None:
            break
        page, is_first = await search(db, wanted, cursor, EXPORT_PAGE), False
    yield ends[1]


def _csv_ends(_day: date) -> tuple[bytes, bytes]:
    return _csv_rows([list(RegisterEntry.model_fields)]), b""


def _json_ends(day: date) -> tuple[bytes, bytes]:
    return f'{{"as_of":"{day.isoformat()}","items":['.encode(), b"]}"


_ENDS: dict[ExportFormat, Callable[[date], tuple[bytes, bytes]]] = {"csv": _csv_ends, "json": _json_ends}


def _json_piece(entries: list[RegisterEntry], is_first: bool) -> bytes:
    written = ",".join(entry.model_dump_json() for entry in entries)
    return (written if is_first else f",{written}").encode()


def _csv_piece(entries: list[RegisterEntry], _is_first: bool) -> bytes:
    return _csv_rows(
        [[_cell(value) for value in entry.model_dump(mode="json").values()] for entry in entries]
    )


def _csv_rows(rows: list[list[str]]) -> bytes:
    sheet = io.StringIO()
    csv.writer(sheet).writerows(rows)
    return sheet.getvalue().encode()


def _cell(value: object) -> str:
    """A value as a spreadsheet shows it and never runs it; lists are parted by spaces."""
    if isinstance(value, list):
        return _cell(" ".join(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_cell("" if value is None else str(value))
