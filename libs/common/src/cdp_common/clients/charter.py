"""The client of charter-api."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cdp_common.clients.certificates import CertificateOperations
from cdp_common.clients.signature_entries import SignatureEntryOperations
from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.contracts.charter import (
    Charter,
    CharterDraft,
    Pledge,
    PledgeDraft,
    Signatory,
    SignatureDraft,
    SignatureEnd,
)
from cdp_common.contracts.register import RegisterEntry, RegisterExport
from cdp_common.contracts.signature_changes import LevelDraft, RenewalDraft, SignatureHistory, StatedReason


class CharterClient(CertificateOperations, SignatureEntryOperations):
    """charter-api, one method per operation."""

    async def publish_charter(self, draft: CharterDraft, *, idempotency_key: str) -> Charter:
        """The published charter version."""
        return await self._request(
            "POST", "/v1/charters", answer=Charter, json=draft, idempotency_key=idempotency_key
        )

    async def list_charters(
        self, *, place_id: UUID | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[Charter]:
        """Charter versions, oldest first."""
        params = {"place_id": place_id, "limit": limit, "cursor": cursor}
        return await self._request("GET", "/v1/charters", answer=Page[Charter], params=params)

    async def get_charter(self, charter_id: UUID) -> Charter:
        """One charter version."""
        return await self._request("GET", f"/v1/charters/{charter_id}", answer=Charter)

    async def sign_charter(self, draft: SignatureDraft, *, idempotency_key: str) -> Signatory:
        """The register's new entry."""
        return await self._request(
            "POST", "/v1/signatures", answer=Signatory, json=draft, idempotency_key=idempotency_key
        )

    async def list_signatories(
        self,
        *,
        place_id: UUID | None = None,
        kind: str | None = None,
        state: str | None = None,
        as_of: date | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Signatory]:
        """The public register, oldest signature first."""
        params = {
            "place_id": place_id,
            "kind": kind,
            "state": state,
            "as_of": as_of,
            "limit": limit,
            "cursor": cursor,
        }
        return await self._request("GET", "/v1/signatories", answer=Page[Signatory], params=params)

    async def get_signatory(self, signature_id: UUID, *, as_of: date | None = None) -> Signatory:
        """One entry of the register."""
        path = f"/v1/signatories/{signature_id}"
        return await self._request("GET", path, answer=Signatory, params={"as_of": as_of})

    async def batch_signatories(self, batch: IdBatch) -> Batch[Signatory]:
        """Entries of the register by id."""
        return await self._request(
            "POST", "/v1/signatures/batch", answer=Batch[Signatory], json=batch, is_read=True
        )

    async def add_pledge(self, signature_id: UUID, draft: PledgeDraft, *, idempotency_key: str) -> Pledge:
        """The new pledge."""
        return await self._request(
            "POST",
            f"/v1/signatures/{signature_id}/pledges",
            answer=Pledge,
            json=draft,
            idempotency_key=idempotency_key,
        )

    async def withdraw_signature(self, signature_id: UUID, end: SignatureEnd, *, if_match: str) -> Signatory:
        """The entry after the withdrawal."""
        return await self._request(
            "POST",
            f"/v1/signatures/{signature_id}/withdraw",
            answer=Signatory,
            json=end,
            if_match=if_match,
        )

    async def renew_signature(
        self, signature_id: UUID, draft: RenewalDraft, *, idempotency_key: str
    ) -> Signatory:
        """The entry with its new period."""
        path = f"/v1/signatures/{signature_id}/renewals"
        return await self._request(
            "POST", path, answer=Signatory, json=draft, idempotency_key=idempotency_key
        )

    async def change_signature_level(
        self, signature_id: UUID, draft: LevelDraft, *, idempotency_key: str
    ) -> Signatory:
        """The entry at its new level."""
        path = f"/v1/signatures/{signature_id}/level-changes"
        return await self._request(
            "POST", path, answer=Signatory, json=draft, idempotency_key=idempotency_key
        )

    async def suspend_signature(
        self, signature_id: UUID, stated: StatedReason, *, idempotency_key: str
    ) -> Signatory:
        """The suspended entry."""
        path = f"/v1/signatures/{signature_id}/suspensions"
        return await self._request(
            "POST", path, answer=Signatory, json=stated, idempotency_key=idempotency_key
        )

    async def reinstate_signature(
        self, signature_id: UUID, stated: StatedReason, *, idempotency_key: str
    ) -> Signatory:
        """The entry in force again."""
        path = f"/v1/signatures/{signature_id}/reinstatements"
        return await self._request(
            "POST", path, answer=Signatory, json=stated, idempotency_key=idempotency_key
        )

    async def erase_signing_people(self, signature_id: UUID) -> None:
        """Erase the names of who signed and renewed."""
        await self._delete(f"/v1/signatures/{signature_id}/signing-people")

    async def get_signature_history(
        self, signature_id: UUID, *, as_of: date | None = None
    ) -> SignatureHistory:
        """How the signature stood, day by day."""
        path = f"/v1/signatures/{signature_id}/history"
        return await self._request("GET", path, answer=SignatureHistory, params={"as_of": as_of})

    async def list_register(
        self,
        *,
        place_id: UUID | None = None,
        name: str | None = None,
        kind: str | None = None,
        size: str | None = None,
        area: str | None = None,
        objective: str | None = None,
        state: str | None = None,
        level: str | None = None,
        as_of: date | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[RegisterEntry]:
        """The public register by name."""
        params = {
            "place_id": place_id,
            "name": name,
            "kind": kind,
            "size": size,
            "area": area,
            "objective": objective,
            "state": state,
            "level": level,
            "as_of": as_of,
            "limit": limit,
            "cursor": cursor,
        }
        return await self._request("GET", "/v1/register", answer=Page[RegisterEntry], params=params)

    async def export_register(
        self, *, place_id: UUID | None = None, as_of: date | None = None
    ) -> RegisterExport:
        """The register of a place as one document."""
        params = {"format": "json", "place_id": place_id, "as_of": as_of}
        return await self._request("GET", "/v1/register/export", answer=RegisterExport, params=params)
