"""Writing and reading what is known of files of evidence, and of the lines that rest on them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.db.copying import copy_rows
from cdp_common.db.paging import keyset
from reporting_api.domain.evidence_files import EvidenceUse, RemovalReason, ScanState
from reporting_api.storage.copy_tables import measures
from reporting_api.storage.evidence_tables import evidence_files, line_evidence
from reporting_api.storage.loose_blobs import loosen_blob
from reporting_api.storage.report_tables import report_lines, reports

MAX_COPIED_S = 60

_file = evidence_files.c


# ------------------------------------------------------------------ files
async def add_evidence(tx: AsyncConnection, row: Mapping[str, Any]) -> bool:
    """Write a file that is kept; False when the organisation keeps the same one already."""
    statement = pg_insert(evidence_files).values(**row)
    statement = statement.on_conflict_do_nothing(
        index_elements=[_file.organisation_id, _file.sha256], index_where=_file.blob_key.is_not(None)
    )
    return (await tx.execute(statement)).rowcount == 1


async def evidence_by_id(tx: AsyncConnection, evidence_id: UUID, *, lock: bool = False) -> RowMapping | None:
    """The file's row, or none; `lock` holds others back until commit."""
    query = select(evidence_files).where(_file.id == evidence_id)
    if lock:
        query = query.with_for_update()
    return (await tx.execute(query)).mappings().one_or_none()


async def evidence_by_ids(tx: AsyncConnection, ids: Collection[UUID]) -> list[RowMapping]:
    """The rows of the files among `ids` that there are."""
    query = select(evidence_files).where(_file.id.in_(ids))
    return list((await tx.execute(query)).mappings())


async def evidence_kept(tx: AsyncConnection, organisation_id: UUID, sha256: str) -> RowMapping | None:
    """The organisation's file with this hash, where it is still there."""
    query = select(evidence_files).where(
        _file.organisation_id == organisation_id, _file.sha256 == sha256, _file.blob_key.is_not(None)
    )
    return (await tx.execute(query)).mappings().one_or_none()


async def evidence_named(
    tx: AsyncConnection, organisation_id: UUID, ids: Collection[UUID]
) -> dict[UUID, RowMapping]:
    """The organisation's files among `ids`, removed ones included."""
    query = select(evidence_files).where(_file.organisation_id == organisation_id, _file.id.in_(ids))
    return {row["id"]: row for row in (await tx.execute(query)).mappings()}


async def evidence_page(
    tx: AsyncConnection, organisation_id: UUID, cursor: str | None, limit: int
) -> list[RowMapping]:
    """The organisation's files, oldest first."""
    query = select(evidence_files).where(_file.organisation_id == organisation_id)
    return list((await tx.execute(keyset(query, [_file.id], cursor, limit))).mappings())


async def remove_evidence(
    tx: AsyncConnection,
    row: RowMapping,
    reason: RemovalReason,
    now: datetime,
    *,
    removed_by: UUID | None = None,
    scan_state: ScanState | None = None,
) -> None:
    """Write that a locked file is gone, its name with it; its blob is loose from now on."""
    await loosen_blob(tx, row["blob_key"], now)
    await tx.execute(
        update(evidence_files)
        .where(_file.id == row["id"])
        .values(
            blob_key=None,
            file_name=None,
            scan_due_at=None,
            scan_state=scan_state or row["scan_state"],
            removed_at=now,
            removal_reason=reason,
            removed_by=removed_by,
            version=_file.version + 1,
        )
    )


# ------------------------------------------------------------------ uses
async def attach_evidence(tx: AsyncConnection, rows: Sequence[tuple[UUID, UUID, UUID]]) -> None:
    """Write which lines rest on which files: file, line and report of each."""
    if rows:
        columns = ["evidence_id", "line_id", "report_id"]
        await copy_rows(tx, line_evidence, columns, rows, limit_s=MAX_COPIED_S)


async def uses_of(tx: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, list[EvidenceUse]]:
    """By whom each file may be asked for: once for each report, commissioner and licence."""
    query = (
        select(
            line_evidence.c.evidence_id,
            line_evidence.c.report_id,
            reports.c.place_id,
            report_lines.c.commissioner_id,
            measures.c.licence_framework,
        )
        .join_from(line_evidence, report_lines, report_lines.c.line_id == line_evidence.c.line_id)
        .join(reports, reports.c.id == line_evidence.c.report_id)
        .join(
            measures,
            and_(
                measures.c.edition_hash == report_lines.c.edition_hash,
                measures.c.code == report_lines.c.measure,
            ),
        )
        .where(line_evidence.c.evidence_id.in_(ids))
        .distinct()
    )
    found: dict[UUID, list[EvidenceUse]] = {evidence_id: [] for evidence_id in ids}
    for row in await tx.execute(query):
        found[row.evidence_id].append(
            EvidenceUse(row.report_id, row.place_id, row.commissioner_id, row.licence_framework)
        )
    return found


# ------------------------------------------------------------------ scanning and the end of keeping
async def queue_for_scanner(tx: AsyncConnection, now: datetime, limit: int) -> None:
    """Have files scanned that were kept while there was no scanner."""
    those = select(_file.id).where(_file.scan_state == "not_scanned", _file.blob_key.is_not(None))
    await tx.execute(
        update(evidence_files)
        .where(_file.id.in_(those.limit(limit)))
        .values(scan_state="unscanned", scan_due_at=now, version=_file.version + 1)
    )


async def take_scans_due(
    tx: AsyncConnection, now: datetime, again_at: datetime, limit: int
) -> list[RowMapping]:
    """Files whose scan is due, the longest waiting first; to be asked again at a later moment if need be."""
    due = (
        select(_file.id)
        .where(_file.scan_state == "unscanned", _file.scan_due_at <= now, _file.blob_key.is_not(None))
        .order_by(_file.scan_due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = update(evidence_files).where(_file.id.in_(due)).values(scan_due_at=again_at)
    return list((await tx.execute(statement.returning(evidence_files))).mappings())


async def note_clean(tx: AsyncConnection, evidence_id: UUID) -> None:
    """Write that the scanner found nothing in a file."""
    await tx.execute(
        update(evidence_files)
        .where(_file.id == evidence_id, _file.scan_state == "unscanned", _file.blob_key.is_not(None))
        .values(scan_state="clean", scan_due_at=None, version=_file.version + 1)
    )


async def lock_past_keeping(
    tx: AsyncConnection, uploaded_before: datetime, period_before: date, limit: int
) -> list[tuple[RowMapping, RemovalReason]]:
    """Files that are kept no longer, and why: never used in time, or used for periods long past."""
    used = select(line_evidence.c.evidence_id).where(line_evidence.c.evidence_id == _file.id)
    lately = used.join(reports, reports.c.id == line_evidence.c.report_id).where(
        reports.c.period_end >= period_before
    )
    query = (
        select(evidence_files, used.exists().label("was_used"))
        .where(
            _file.blob_key.is_not(None),
            or_(and_(_file.uploaded_at < uploaded_before, ~used.exists()), used.exists() & ~lately.exists()),
        )
        .order_by(_file.uploaded_at)
        .limit(limit)
        .with_for_update(of=evidence_files, skip_locked=True)
    )
    rows = (await tx.execute(query)).mappings()
    return [(row, "kept_long_enough" if row["was_used"] else "never_used") for row in rows]
