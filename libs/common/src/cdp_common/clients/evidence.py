"""The part of reporting-api's client that is about evidence kept as files."""

from __future__ import annotations

from uuid import UUID

from cdp_common.clients.base import ServiceClient, UploadFile
from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.contracts.evidence import EvidenceErasure, StoredEvidence


class EvidenceOperations(ServiceClient):
    """Evidence as files."""

    async def upload_evidence(
        self, file: UploadFile, *, idempotency_key: str, file_name: str | None = None
    ) -> StoredEvidence:
        """The file as it is kept; the same file of the same organisation is kept once."""
        return await self._post(
            "/v1/evidence",
            StoredEvidence,
            params={"file_name": file_name},
            upload=file,
            idempotency_key=idempotency_key,
        )

    async def list_evidence(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[StoredEvidence]:
        """The files of the caller's own organisation, oldest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get("/v1/evidence", Page[StoredEvidence], params=params)

    async def get_evidence(self, evidence_id: UUID) -> StoredEvidence:
        """What is known of one file."""
        return await self._get(f"/v1/evidence/{evidence_id}", StoredEvidence)

    async def batch_evidence(self, batch: IdBatch) -> Batch[StoredEvidence]:
        """What is known of several files."""
        return await self._post("/v1/evidence/batch", Batch[StoredEvidence], json=batch, is_read=True)

    async def get_evidence_file(self, evidence_id: UUID) -> bytes:
        """The file itself."""
        return (await self._send("GET", f"/v1/evidence/{evidence_id}/file", {})).body

    async def erase_evidence(
        self, evidence_id: UUID, erasure: EvidenceErasure, *, if_match: str
    ) -> StoredEvidence:
        """What stays on record of the file."""
        path = f"/v1/evidence/{evidence_id}/erasure"
        return await self._post(path, StoredEvidence, json=erasure, if_match=if_match)
