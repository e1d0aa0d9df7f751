"""What the client of partners-api can ask about organisations."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.asserted import AssertedOrganisationDraft
from cdp_common.contracts.base import Batch, IdBatch, Page
from cdp_common.contracts.descriptions import (
    Flag,
    FlagDraft,
    FlagEnd,
    OrganisationHit,
    SizeStatement,
    SizeStatementDraft,
)
from cdp_common.contracts.organisations import (
    DomainProof,
    IdentifierDomain,
    IdentifierDomainDraft,
    Organisation,
    OrganisationChange,
    OrganisationDraft,
    OrganisationKind,
    OrganisationMerge,
    Verification,
    VerificationDraft,
)
from cdp_common.contracts.partners import Registration, RegistrationRequest


class OrganisationOperations(ServiceClient):
    """The operations on organisations, as a part of `PartnersClient`."""

    async def register_organisation(
        self, request: RegistrationRequest, *, idempotency_key: str
    ) -> Registration:
        """The registered organisation with its first client."""
        return await self._post(
            "/v1/registrations", Registration, json=request, idempotency_key=idempotency_key
        )

    async def create_organisation(self, draft: OrganisationDraft, *, idempotency_key: str) -> Organisation:
        """The recorded organisation."""
        return await self._post(
            "/v1/organisations", Organisation, json=draft, idempotency_key=idempotency_key
        )

    async def assert_organisation(self, draft: AssertedOrganisationDraft) -> Organisation:
        """The organisation that only a portal speaks of: the same one however often it is stated."""
        return await self._post("/v1/organisations/asserted", Organisation, json=draft)

    async def get_organisation(self, organisation_id: UUID) -> Organisation:
        """One organisation."""
        return await self._get(f"/v1/organisations/{organisation_id}", Organisation)

    async def list_organisations(
        self,
        *,
        identifier: str | None = None,
        name: str | None = None,
        state: Literal["unverified", "verified"] | None = None,
        sort: Literal["name", "-created_at"] | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Organisation]:
        """Organisations by identifier (`GB-COH:01234567`) or part of the name."""
        wanted = {"identifier": identifier, "name": name, "state": state}
        params = {**wanted, "sort": sort, "limit": limit, "cursor": cursor}
        return await self._get("/v1/organisations", Page[Organisation], params=params)

    async def change_organisation(
        self, organisation_id: UUID, change: OrganisationChange, *, if_match: str
    ) -> Organisation:
        """The organisation after the change; only the fields that were set are sent."""
        stated = change.model_dump(mode="json", exclude_unset=True)
        return await self._patch(
            f"/v1/organisations/{organisation_id}", Organisation, json=stated, if_match=if_match
        )

    async def batch_organisations(self, batch: IdBatch) -> Batch[Organisation]:
        """Organisations by id."""
        return await self._post("/v1/organisations/batch", Batch[Organisation], json=batch, is_read=True)

    async def verify_organisation(
        self, organisation_id: UUID, draft: VerificationDraft, *, idempotency_key: str
    ) -> Verification:
        """The verification that took place."""
        return await self._post(
            f"/v1/organisations/{organisation_id}/verification",
            Verification,
            json=draft,
            idempotency_key=idempotency_key,
        )

    async def get_domain_proof(self, organisation_id: UUID, *, domain: str) -> DomainProof:
        """The DNS record with which the own organisation proves a domain."""
        path = f"/v1/organisations/{organisation_id}/domain-proof"
        return await self._get(path, DomainProof, params={"domain": domain})

    async def record_identifier_domain(
        self, draft: IdentifierDomainDraft, *, idempotency_key: str
    ) -> IdentifierDomain:
        """The domain that belongs to whoever has an identifier."""
        return await self._post(
            "/v1/identifier-domains", IdentifierDomain, json=draft, idempotency_key=idempotency_key
        )

    async def merge_organisation(
        self, organisation_id: UUID, merge: OrganisationMerge, *, if_match: str
    ) -> Organisation:
        """The record that stays; `if_match` names the version of the one that goes."""
        path = f"/v1/organisations/{organisation_id}/merge"
        return await self._post(path, Organisation, json=merge, if_match=if_match)

    async def list_similar_organisations(
        self,
        *,
        name: str,
        kind: OrganisationKind | None = None,
        state: Literal["unverified", "verified"] | None = None,
        is_sme: bool | None = None,
        is_vcse: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[OrganisationHit]:
        """Organisations with a similar name, the most similar first."""
        params = {
            "name": name,
            "kind": kind,
            "state": state,
            "is_sme": is_sme,
            "is_vcse": is_vcse,
            "limit": limit,
            "cursor": cursor,
        }
        return await self._get("/v1/organisation-search", Page[OrganisationHit], params=params)

    async def state_organisation_size(
        self, organisation_id: UUID, draft: SizeStatementDraft, *, idempotency_key: str
    ) -> SizeStatement:
        """The statement of size and kind, with what follows from it."""
        return await self._post(
            f"/v1/organisations/{organisation_id}/sizes",
            SizeStatement,
            json=draft,
            idempotency_key=idempotency_key,
        )

    async def list_organisation_sizes(
        self, organisation_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[SizeStatement]:
        """What the own organisation has stated, the latest first."""
        params = {"limit": limit, "cursor": cursor}
        path = f"/v1/organisations/{organisation_id}/sizes"
        return await self._get(path, Page[SizeStatement], params=params)

    async def add_organisation_flag(
        self, organisation_id: UUID, draft: FlagDraft, *, idempotency_key: str
    ) -> Flag:
        """The dated flag."""
        return await self._post(
            f"/v1/organisations/{organisation_id}/flags", Flag, json=draft, idempotency_key=idempotency_key
        )

    async def list_organisation_flags(
        self,
        organisation_id: UUID,
        *,
        as_of: date | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Flag]:
        """An organisation's flags: those of one day, or all there ever were."""
        params = {"as_of": as_of, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/organisations/{organisation_id}/flags", Page[Flag], params=params)

    async def get_organisation_flag(self, flag_id: UUID) -> Flag:
        """One flag of an organisation."""
        return await self._get(f"/v1/organisation-flags/{flag_id}", Flag)

    async def end_organisation_flag(self, flag_id: UUID, end: FlagEnd, *, if_match: str) -> Flag:
        """The flag with its last day."""
        path = f"/v1/organisation-flags/{flag_id}/end"
        return await self._post(path, Flag, json=end, if_match=if_match)
