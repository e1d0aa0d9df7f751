"""The part of procurement-api's client that is about agreements."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from cdp_common.clients.base import Fetched, ServiceClient, UploadFile
from cdp_common.contracts.agreement_imports import AgreementImportReport
from cdp_common.contracts.agreements import (
    Agreement,
    AgreementChange,
    AgreementDraft,
    AgreementEnd,
    AgreementNovation,
    AgreementVariation,
)
from cdp_common.contracts.base import Batch, IdBatch, Page


class AgreementOperations(ServiceClient):
    """Agreements and what changes them."""

    async def register_agreement(self, draft: AgreementDraft, *, idempotency_key: str) -> Agreement:
        """The registered agreement."""
        return await self._post("/v1/agreements", Agreement, json=draft, idempotency_key=idempotency_key)

    async def get_agreement(self, agreement_id: UUID) -> Agreement:
        """One agreement."""
        return (await self.fetch_agreement(agreement_id)).body

    async def fetch_agreement(self, agreement_id: UUID) -> Fetched[Agreement]:
        """The same with the ETag that ending it asks for."""
        return await self._fetch("GET", f"/v1/agreements/{agreement_id}", answer=Agreement)

    async def list_agreements(
        self,
        *,
        place_id: UUID | None = None,
        tender_ids: Sequence[UUID] | None = None,
        organisation_ids: Sequence[UUID] | None = None,
        of_each: int | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Agreement]:
        """Agreements that the caller may see, oldest first; only of these tenders or parties, where given."""
        params = {
            "place_id": place_id,
            "tender_id": tender_ids,
            "organisation_id": organisation_ids,
            "of_each": of_each,
            "limit": limit,
            "cursor": cursor,
        }
        return await self._get("/v1/agreements", Page[Agreement], params=params)

    async def batch_agreements(self, batch: IdBatch) -> Batch[Agreement]:
        """Agreements by id."""
        return await self._post("/v1/agreements/batch", Batch[Agreement], json=batch, is_read=True)

    async def terminate_agreement(self, agreement_id: UUID, end: AgreementEnd, *, if_match: str) -> Agreement:
        """The agreement after its end."""
        return await self._post(
            f"/v1/agreements/{agreement_id}/terminate", Agreement, json=end, if_match=if_match
        )

    async def import_agreements(
        self, file: UploadFile, *, atomic: bool = False, idempotency_key: str
    ) -> AgreementImportReport:
        """What became of each agreement of a CSV file."""
        return await self._post(
            "/v1/agreements/imports",
            AgreementImportReport,
            upload=file,
            params={"atomic": atomic},
            idempotency_key=idempotency_key,
        )

    async def vary_agreement(
        self, agreement_id: UUID, variation: AgreementVariation, *, if_match: str, idempotency_key: str
    ) -> Agreement:
        """The agreement as it is from the date on."""
        return await self._post(
            f"/v1/agreements/{agreement_id}/variations",
            Agreement,
            json=variation,
            if_match=if_match,
            idempotency_key=idempotency_key,
        )

    async def novate_agreement(
        self, agreement_id: UUID, novation: AgreementNovation, *, if_match: str, idempotency_key: str
    ) -> Agreement:
        """The agreement with its new deliverer."""
        return await self._post(
            f"/v1/agreements/{agreement_id}/novations",
            Agreement,
            json=novation,
            if_match=if_match,
            idempotency_key=idempotency_key,
        )

    async def list_agreement_changes(
        self, agreement_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[AgreementChange]:
        """The variations and novations of an agreement, oldest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/agreements/{agreement_id}/changes", Page[AgreementChange], params=params)
