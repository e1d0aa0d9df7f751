"""Contracts of evidence that is kept as files."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from cdp_common.contracts.base import Contract, Sha256

EvidenceMediaType = Literal[
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/csv",
    "text/plain",
]

ScanState = Literal["not_scanned", "unscanned", "clean", "refused"]
"""What a scanner said of a file.

- not_scanned: this deployment has no scanner;
- unscanned: there is one, and it has not answered yet: nobody reads the file until it has;
- clean: it found nothing;
- refused: it found something, and the file is gone.
"""

ErasureReason = Literal["personal_data", "wrong_file", "no_longer_needed"]
"""Why somebody had a file erased: from a list, so that the reason itself names nobody."""

RemovalReason = Literal[
    "personal_data", "wrong_file", "no_longer_needed", "refused_by_scanner", "never_used", "kept_long_enough"
]


class StoredEvidence(Contract):
    """A file of evidence: what it is, what it hashes to, and whether it is still there."""

    id: UUID
    organisation_id: UUID
    file_name: str | None  # as its sender called it; null where it was not said, and once the file is gone
    media_type: EvidenceMediaType
    byte_count: int
    sha256: Sha256
    scan: ScanState
    uploaded_at: datetime
    # Reports that were submitted with it; the organisation's drafts are not among them.
    report_ids: list[UUID]
    removed_at: datetime | None
    removal_reason: RemovalReason | None
    version: int


class EvidenceErasure(Contract):
    """That a file is to be erased, and why; its hash, size and uses stay on record."""

    reason: ErasureReason
