"""What the client of partners-api can ask about people and the providers at which they sign in."""

from __future__ import annotations

from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.base import Page
from cdp_common.contracts.persons import (
    IdentityProvider,
    IdentityProviderDraft,
    Person,
    PersonDraft,
    PersonRole,
    PersonRoleDraft,
)


class PersonOperations(ServiceClient):
    """The operations on people, as a part of `PartnersClient`."""

    async def create_identity_provider(
        self, draft: IdentityProviderDraft, *, idempotency_key: str
    ) -> IdentityProvider:
        """The provider, trusted from now on."""
        return await self._post(
            "/v1/identity-providers", IdentityProvider, json=draft, idempotency_key=idempotency_key
        )

    async def list_identity_providers(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[IdentityProvider]:
        """The providers there ever were, the newest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get("/v1/identity-providers", Page[IdentityProvider], params=params)

    async def end_identity_provider(self, provider_id: UUID) -> None:
        """Trust a provider no more."""
        await self._delete(f"/v1/identity-providers/{provider_id}")

    async def record_person(self, draft: PersonDraft, *, idempotency_key: str) -> Person:
        """The person: the same again for the same subject of the same provider."""
        return await self._post("/v1/persons", Person, json=draft, idempotency_key=idempotency_key)

    async def get_person(self, person_id: UUID) -> Person:
        """A person."""
        return await self._get(f"/v1/persons/{person_id}", Person)

    async def erase_person(self, person_id: UUID) -> None:
        """Erase what names a person."""
        await self._delete(f"/v1/persons/{person_id}")

    async def grant_person_role(self, draft: PersonRoleDraft, *, idempotency_key: str) -> PersonRole:
        """The role given."""
        return await self._post("/v1/person-roles", PersonRole, json=draft, idempotency_key=idempotency_key)

    async def end_person_role(self, person_role_id: UUID) -> None:
        """End a role of a person."""
        await self._delete(f"/v1/person-roles/{person_role_id}")
