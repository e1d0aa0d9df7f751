"""Exports for the organisation that asked for them: how far each is, and its file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.exports import Export, ExportAbout, ExportKind, ExportSchema
from cdp_common.db.database import Database
from cdp_common.db.paging import cut_page
from cdp_common.kernel.licence import frameworks_held, licence_scope
from cdp_common.web.byte_ranges import ByteRange
from cdp_common.web.caller import Caller, ScopeMissing
from reporting_api.domain.export_columns import parquet_types, row_schema
from reporting_api.domain.exports import (
    MEDIA_TYPES,
    ExportNotFound,
    file_name,
    missing_licences,
    require_file,
)
from reporting_api.storage.blobs import Blobs
from reporting_api.storage.exports import export_by_id, exports_page
from reporting_api.use_cases.read_reports import PLACE_ROLES
from reporting_api.use_cases.read_value import LIVE_SCOPE


@dataclass(frozen=True, slots=True)
class ExportContent:
    """A file that may be given out, and where its bytes lie."""

    export: Export
    blob_key: str


async def get_export(db: Database, caller: Caller, export_id: UUID) -> Export:
    """One export of the caller's own organisation."""
    async with db.begin() as tx:
        return export_answer(await visible_export(tx, caller, export_id))


async def list_exports(
    db: Database, caller: Caller, *, cursor: str | None, limit: int
) -> tuple[list[Export], str | None]:
    """A page of the exports of the caller's own organisation, the newest first."""
    places = [place for place in caller.roles if caller.roles[place]]
    async with db.begin() as tx:
        rows = await exports_page(tx, caller.org, places, cursor, limit)
    kept, following = cut_page(rows, limit, lambda row: [row["id"]])
    return [export_answer(row) for row in kept if _may_know(caller, row)], following


async def exported_file(db: Database, caller: Caller, export_id: UUID) -> ExportContent:
    """The file of one export; refused where there is none, and to whoever lacks a licence that it needs."""
    async with db.begin() as tx:
        row = await visible_export(tx, caller, export_id)
    require_file(row["state"])
    answer = export_answer(row)
    assert answer.about is not None  # a constraint: what is done says what it is
    lacking = missing_licences(answer.about.licensed_frameworks, frameworks_held(caller.scopes))
    if lacking:
        raise ScopeMissing(licence_scope(lacking[0]))
    return ExportContent(answer, row["blob_key"])


async def file_pieces(blobs: Blobs, content: ExportContent, part: ByteRange | None) -> AsyncIterator[bytes]:
    """The bytes of a file, or of one part of it; the first are there already."""
    pieces = blobs.pieces(content.blob_key, None if part is None else (part.start, part.stop))
    first = await anext(pieces)

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return all_of_them()


async def visible_export(
    tx: AsyncConnection, caller: Caller, export_id: UUID, *, lock: bool = False
) -> RowMapping:
    """The export, if the caller may know of it; otherwise there is none."""
    row = await export_by_id(tx, export_id, lock=lock)
    if row is None or row["organisation_id"] != caller.org or not _may_know(caller, row):
        raise ExportNotFound("Your organisation has no export with this id, or none that you may see.")
    return row


def _may_know(caller: Caller, row: RowMapping) -> bool:
    """Whether the caller may have a place's rows still, if it is those: roles end, and files do not."""
    if row["rows"] != "place":
        return True
    if row["kind"] == "report_lines":
        return caller.has_role(row["place_id"], *PLACE_ROLES)
    return caller.has_scope(LIVE_SCOPE) and bool(caller.roles.get(row["place_id"]))


def export_schema(kind: ExportKind) -> ExportSchema:
    """What a row of an export of this kind holds."""
    return ExportSchema(kind=kind, row_schema=row_schema(kind), parquet_types=parquet_types(kind))


def export_answer(row: RowMapping) -> Export:
    """An export on the wire."""
    is_done = row["state"] in ("done", "expired")
    name = file_name(row["kind"], row["format"], row["period_start"], row["period_end"])
    return Export(
        id=row["id"],
        organisation_id=row["organisation_id"],
        kind=row["kind"],
        format=row["format"],
        rows=row["rows"],
        place_id=row["place_id"],
        period_start=row["period_start"],
        period_end=row["period_end"],
        as_of=row["as_of"],
        ledger_position=row["ledger_position"],
        after_position=row["after_position"],
        publication_number=row["publication_number"],
        state=row["state"],
        fault=row["fault"],
        rows_done=row["rows_done"],
        rows_total=row["rows_total"],
        byte_count=row["byte_count"],
        sha256=row["sha256"],
        media_type=MEDIA_TYPES[row["format"]] if is_done else None,
        file_name=name if is_done else None,
        created_at=row["created_at"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        expires_at=row["expires_at"],
        about=None if row["about"] is None else ExportAbout.model_validate(row["about"]),
    )
