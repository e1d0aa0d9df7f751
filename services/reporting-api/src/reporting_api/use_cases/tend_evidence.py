"""What is done about kept evidence from time to time: scanning what waits, and removing what is not kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from cdp_common.db.database import Database
from cdp_common.db.events import record_event
from cdp_common.kernel.clock import Clock
from reporting_api.domain.evidence_files import EvidenceStoreUnavailable
from reporting_api.storage.evidence import (
    evidence_by_id,
    lock_past_keeping,
    note_clean,
    queue_for_scanner,
    remove_evidence,
    take_scans_due,
    uses_of,
)
from reporting_api.storage.loose_blobs import forget_blob, take_loose_blobs
from reporting_api.use_cases.ask_scanner import Scanner, ScannerSilent
from reporting_api.use_cases.keep_evidence import EvidenceKeeping, removal_event
from reporting_api.use_cases.read_evidence import evidence_answer

INTERVAL_S = 60.0
MOST_AT_ONCE = 20
"""Files that one pass scans or removes; what is left over comes in the next one."""
ASKED_AGAIN_AFTER = timedelta(minutes=5)
REMOVED_AGAIN_AFTER = timedelta(hours=1)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class EvidenceRetention:
    """How long files are kept: those that no submitted report uses, and those that one does."""

    unused: timedelta
    after_period: timedelta


async def tend_evidence(
    db: Database, keeping: EvidenceKeeping, retention: EvidenceRetention, clock: Clock
) -> None:
    """One pass: scans that are due, files past their time, blobs that nothing stands for."""
    if keeping.scanner is not None:
        await _scan_waiting(db, keeping, keeping.scanner, clock)
    await _end_keeping(db, retention, clock)
    await _remove_loose(db, keeping, clock)


async def _scan_waiting(db: Database, keeping: EvidenceKeeping, scanner: Scanner, clock: Clock) -> None:
    async with db.begin() as tx:
        now = clock()
        await queue_for_scanner(tx, now, MOST_AT_ONCE)
        waiting = await take_scans_due(tx, now, now + ASKED_AGAIN_AFTER, MOST_AT_ONCE)
    for row in waiting:
        try:
            found = await scanner.finds(keeping.blobs.pieces(row["blob_key"]))
        except (ScannerSilent, EvidenceStoreUnavailable) as fault:
            _log.warning("scan_put_off", evidence_id=str(row["id"]), fault=str(fault))
            continue
        async with db.begin() as tx:
            now = clock()
            current = await evidence_by_id(tx, row["id"], lock=True)
            if current is None or current["blob_key"] is None:
                continue
            if found is None:
                await note_clean(tx, row["id"])
                continue
            await remove_evidence(tx, current, "refused_by_scanner", now, scan_state="refused")
            removed, uses = await evidence_by_id(tx, row["id"]), await uses_of(tx, [row["id"]])
            assert removed is not None  # locked by this transaction
            await record_event(tx, removal_event(evidence_answer(removed, uses[row["id"]])), now)


async def _end_keeping(db: Database, retention: EvidenceRetention, clock: Clock) -> None:
    async with db.begin() as tx:
        now = clock()
        over = await lock_past_keeping(
            tx, now - retention.unused, (now - retention.after_period).date(), MOST_AT_ONCE
        )
        uses = await uses_of(tx, [row["id"] for row, _ in over])
        for row, reason in over:
            await remove_evidence(tx, row, reason, now)
            removed = await evidence_by_id(tx, row["id"])
            assert removed is not None  # locked by this transaction
            await record_event(tx, removal_event(evidence_answer(removed, uses[row["id"]])), now)


async def _remove_loose(db: Database, keeping: EvidenceKeeping, clock: Clock) -> None:
    async with db.begin() as tx:
        now = clock()
        keys = await take_loose_blobs(tx, now, now + REMOVED_AGAIN_AFTER, MOST_AT_ONCE)
    for key in keys:
        await keeping.blobs.remove(key)
        async with db.begin() as tx:
            await forget_blob(tx, key)
