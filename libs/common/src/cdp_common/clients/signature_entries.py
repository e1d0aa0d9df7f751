"""The part of charter-api's client that is about signatures which networks bring in for others."""

from __future__ import annotations

from uuid import UUID

from cdp_common.clients.base import ServiceClient, UploadFile
from cdp_common.contracts.base import Page
from cdp_common.contracts.charter import Signatory
from cdp_common.contracts.signature_changes import StatedReason
from cdp_common.contracts.signature_imports import EntryState, SignatureEntry, SignatureImportReport


class SignatureEntryOperations(ServiceClient):
    """Files of signatures, and entries that wait for their organisation."""

    async def import_signatures(
        self, file: UploadFile, *, charter_id: UUID, atomic: bool = False, idempotency_key: str
    ) -> SignatureImportReport:
        """What became of each signatory of a CSV file."""
        return await self._post(
            "/v1/signatures/imports",
            SignatureImportReport,
            upload=file,
            params={"charter_id": charter_id, "atomic": atomic},
            idempotency_key=idempotency_key,
        )

    async def list_signature_entries(
        self, *, state: EntryState | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[SignatureEntry]:
        """Entries that the caller's organisation made or that name it, oldest first."""
        params = {"state": state, "limit": limit, "cursor": cursor}
        return await self._get("/v1/signature-entries", Page[SignatureEntry], params=params)

    async def get_signature_entry(self, entry_id: UUID) -> SignatureEntry:
        """One such entry."""
        return await self._get(f"/v1/signature-entries/{entry_id}", SignatureEntry)

    async def confirm_signature_entry(self, entry_id: UUID, *, idempotency_key: str) -> Signatory:
        """The register's new entry."""
        path = f"/v1/signature-entries/{entry_id}/confirmations"
        return await self._post(path, Signatory, idempotency_key=idempotency_key)

    async def end_signature_entry(
        self, entry_id: UUID, stated: StatedReason, *, if_match: str
    ) -> SignatureEntry:
        """The entry, declined or withdrawn."""
        path = f"/v1/signature-entries/{entry_id}/end"
        return await self._post(path, SignatureEntry, json=stated, if_match=if_match)
