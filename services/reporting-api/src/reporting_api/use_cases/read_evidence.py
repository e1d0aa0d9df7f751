"""Files of evidence for those who may read them: what is known of one, an organisation's own, the bytes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.base import Batch
from cdp_common.contracts.evidence import StoredEvidence
from cdp_common.db.database import Database
from cdp_common.db.paging import cut_page
from cdp_common.kernel.licence import frameworks_held
from cdp_common.web.caller import Caller
from reporting_api.domain.evidence_files import (
    EvidenceNotFound,
    EvidenceReader,
    EvidenceRemoved,
    EvidenceUnscanned,
    EvidenceUse,
    may_read,
)
from reporting_api.storage.blobs import Blobs
from reporting_api.storage.evidence import evidence_by_id, evidence_by_ids, evidence_page, uses_of
from reporting_api.use_cases.read_reports import PLACE_ROLES


@dataclass(frozen=True, slots=True)
class EvidenceContent:
    """A file that may be given out, and its bytes."""

    known: StoredEvidence
    pieces: AsyncIterator[bytes]


async def get_evidence(db: Database, caller: Caller, evidence_id: UUID) -> StoredEvidence:
    """What is known of one file."""
    async with db.begin() as tx:
        row, uses = await visible_evidence(tx, caller, evidence_id)
    return evidence_answer(row, uses)


async def get_evidence_file(db: Database, blobs: Blobs, caller: Caller, evidence_id: UUID) -> EvidenceContent:
    """The bytes of one file; refused where it is gone, or not scanned yet.

    The first piece is there already, so that a store that fails is answered as such.
    """
    async with db.begin() as tx:
        row, uses = await visible_evidence(tx, caller, evidence_id)
    if row["blob_key"] is None:
        raise EvidenceRemoved(f"The file was removed: {row['removal_reason']}.")
    if row["scan_state"] == "unscanned":
        raise EvidenceUnscanned("The file can be read once the scanner has seen it.")
    pieces = blobs.pieces(row["blob_key"])
    first = await anext(pieces)
    return EvidenceContent(evidence_answer(row, uses), _again(first, pieces))


async def list_evidence(
    db: Database, caller: Caller, *, cursor: str | None, limit: int
) -> tuple[list[StoredEvidence], str | None]:
    """A page of the files of the caller's own organisation."""
    async with db.begin() as tx:
        rows = await evidence_page(tx, caller.org, cursor, limit)
        kept, following = cut_page(rows, limit, lambda row: [row["id"]])
        uses = await uses_of(tx, [row["id"] for row in kept])
    return [evidence_answer(row, uses[row["id"]]) for row in kept], following


async def batch_evidence(db: Database, caller: Caller, ids: Sequence[UUID]) -> Batch[StoredEvidence]:
    """What is known of the files among `ids` that the caller may know of."""
    reader = _reader(caller)
    async with db.begin() as tx:
        rows = {row["id"]: row for row in await evidence_by_ids(tx, set(ids))}
        uses = await uses_of(tx, list(rows))
    seen = {
        key: evidence_answer(row, uses[key])
        for key, row in rows.items()
        if may_read(reader, row["organisation_id"], uses[key])
    }
    wanted = list(dict.fromkeys(ids))
    return Batch(
        items=[seen[key] for key in wanted if key in seen],
        missing=[key for key in wanted if key not in seen],
    )


async def visible_evidence(
    tx: AsyncConnection, caller: Caller, evidence_id: UUID, *, lock: bool = False
) -> tuple[RowMapping, list[EvidenceUse]]:
    """The file and its uses, if the caller may know of it; otherwise there is none."""
    row = await evidence_by_id(tx, evidence_id, lock=lock)
    if row is not None:
        uses = (await uses_of(tx, [evidence_id]))[evidence_id]
        if may_read(_reader(caller), row["organisation_id"], uses):
            return row, uses
    raise EvidenceNotFound("No evidence has this id, or none that you may see.")


def evidence_answer(row: RowMapping, uses: Sequence[EvidenceUse]) -> StoredEvidence:
    """What is known of a file, on the wire."""
    return StoredEvidence(
        id=row["id"],
        organisation_id=row["organisation_id"],
        file_name=row["file_name"],
        media_type=row["media_type"],
        byte_count=row["byte_count"],
        sha256=row["sha256"],
        scan=row["scan_state"],
        uploaded_at=row["uploaded_at"],
        report_ids=sorted({use.report_id for use in uses}),
        removed_at=row["removed_at"],
        removal_reason=row["removal_reason"],
        version=row["version"],
    )


def _reader(caller: Caller) -> EvidenceReader:
    places = frozenset(place for place in caller.roles if caller.has_role(place, *PLACE_ROLES))
    return EvidenceReader(caller.org, places, frozenset(frameworks_held(caller.scopes)))


async def _again(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
