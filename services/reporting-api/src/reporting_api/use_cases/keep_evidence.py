"""Keeping a file of evidence, and erasing one.

First the blob is noted as loose, then it is written under its hash, and then, in one transaction, its row is
written and the note taken away. Whatever fails between leaves a loose blob, which is removed a day later.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from cdp_common.contracts.evidence import EvidenceErasure, StoredEvidence
from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, org_audience, record_event
from cdp_common.db.idempotency import Answer, Once
from cdp_common.kernel.clock import Clock
from cdp_common.kernel.errors import InvalidInput, Unavailable
from cdp_common.kernel.identifiers import new_id
from cdp_common.web.caller import Caller
from cdp_common.web.etags import require_match
from cdp_common.web.uploads import Upload
from reporting_api.domain.evidence_files import EvidenceRefusedByScanner, EvidenceRemoved
from reporting_api.storage.blobs import Blobs
from reporting_api.storage.evidence import (
    add_evidence,
    evidence_by_id,
    evidence_kept,
    remove_evidence,
    uses_of,
)
from reporting_api.storage.loose_blobs import hold_blob, loosen_blob
from reporting_api.use_cases.ask_scanner import Scanner, ScannerSilent
from reporting_api.use_cases.read_evidence import evidence_answer, visible_evidence
from reporting_api.use_cases.recognise_evidence import require_recognised

WRITTEN_WITHIN = timedelta(days=1)
"""A blob that no row stands for after this time was left over by a process that died."""
READ_BYTES = 256 * 1024
_log = structlog.get_logger(__name__)


class EvidenceEmpty(InvalidInput):
    """The file holds nothing."""

    code = "evidence_empty"
    title = "The file is empty"


class EvidenceNotHeld(Unavailable):
    """The file took longer to be written than a day, and was removed meanwhile."""

    code = "evidence_not_held"
    title = "The file was not kept"
    retry_after_s = 1


@dataclass(frozen=True)
class EvidenceKeeping:
    """Where files are kept, and who scans them; without a scanner they are kept as not scanned."""

    blobs: Blobs
    scanner: Scanner | None


async def keep_evidence(
    db: Database,
    keeping: EvidenceKeeping,
    caller: Caller,
    upload: Upload,
    media_type: str,
    file_name: str | None,
    once: Once,
    clock: Clock,
) -> Answer:
    """The file as it is kept; the one that is there already where the organisation has kept the same."""
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
    if upload.byte_count == 0:
        raise EvidenceEmpty("Send the bytes of the file as the body.")
    with upload.unpacked() as file:
        await asyncio.to_thread(require_recognised, file, media_type)
        scan = await _scanned(keeping.scanner, file)
        evidence_id, now = new_id(), clock()
        key = f"{upload.sha256}/{evidence_id}"
        async with db.begin() as tx:
            await loosen_blob(tx, key, now + WRITTEN_WITHIN)
        await keeping.blobs.put(key, file)
    row = {
        "id": evidence_id,
        "organisation_id": caller.org,
        "file_name": file_name,
        "media_type": media_type,
        "byte_count": upload.byte_count,
        "sha256": upload.sha256,
        "blob_key": key,
        "scan_state": scan,
        "scan_due_at": now if scan == "unscanned" else None,
        "uploaded_at": now,
        "version": 1,
        "client_id": caller.client_id,
        "acted_by": caller.act,
        "person_id": caller.sub,
    }
    async with db.begin() as tx:
        if (earlier := await once.replay(tx)) is not None:
            return earlier
        return await _written(tx, row, once, now)


async def _written(tx: AsyncConnection, row: dict[str, Any], once: Once, now: datetime) -> Answer:
    """The answer, with the row written; where the same file is kept already, the new blob stays loose."""
    if await add_evidence(tx, row):
        if not await hold_blob(tx, row["blob_key"]):
            raise EvidenceNotHeld("Send the file again.")
        kept = await evidence_by_id(tx, row["id"])
        status = 201
    else:
        kept = await evidence_kept(tx, row["organisation_id"], row["sha256"])
        status = 200
    if kept is None:  # removed between the two statements
        raise EvidenceNotHeld("Send the file again.")
    uses = await uses_of(tx, [kept["id"]])
    return await once.keep(tx, status, evidence_answer(kept, uses[kept["id"]]), now=now)


async def _scanned(scanner: Scanner | None, file: IO[bytes]) -> str:
    """What is known of the file after asking the scanner; a silent one is asked again later."""
    if scanner is None:
        return "not_scanned"
    try:
        found = await scanner.finds(_pieces(file))
    except ScannerSilent as fault:
        _log.warning("scanner_silent", fault=str(fault))
        return "unscanned"
    if found is not None:
        raise EvidenceRefusedByScanner(f"The scanner calls it {found}. The file was not kept.")
    return "clean"


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    file.seek(0)
    while piece := await asyncio.to_thread(file.read, READ_BYTES):
        yield piece


async def erase_evidence(
    db: Database,
    caller: Caller,
    evidence_id: UUID,
    erasure: EvidenceErasure,
    if_match: str | None,
    now: datetime,
) -> StoredEvidence:
    """What stays on record of a file that its organisation, or a manager of the place, has erased."""
    async with db.begin() as tx:
        row, uses = await visible_evidence(tx, caller, evidence_id, lock=True)
        _require_may_erase(caller, row["organisation_id"], {use.place_id for use in uses})
        require_match(if_match, evidence_answer(row, uses))
        if row["blob_key"] is None:
            raise EvidenceRemoved(f"The file was removed already: {row['removal_reason']}.")
        await remove_evidence(tx, row, erasure.reason, now, removed_by=caller.org)
        erased = await evidence_by_id(tx, evidence_id)
        assert erased is not None  # locked by this transaction
        answer = evidence_answer(erased, uses)
        await record_event(tx, removal_event(answer), now)
        return answer


def _require_may_erase(caller: Caller, owner_id: UUID, places: Collection[UUID]) -> None:
    """Refuse others than the file's organisation and the managers of places whose reports use it."""
    if owner_id == caller.org:
        caller.requires_scope("reports:write")
        return
    caller.requires_scope("publications:write")
    managed = [place for place in sorted(places) if caller.has_role(place, "programme_manager")]
    caller.requires_role((managed or sorted(places))[0], "programme_manager")


def removal_event(removed: StoredEvidence) -> NewEvent:
    """What is told of a file that is gone, to its organisation."""
    return NewEvent(
        type="evidence.removed",
        aggregate_type="evidence",
        aggregate_id=removed.id,
        aggregate_version=removed.version,
        place_id=None,
        audience=("internal", org_audience(removed.organisation_id)),
        data={
            "evidence_id": str(removed.id),
            "organisation_id": str(removed.organisation_id),
            "sha256": removed.sha256,
            "reason": removed.removal_reason,
        },
    )
