"""The client of partners-api."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from urllib.parse import quote
from uuid import UUID

from cdp_common.clients.base import ServiceClient
from cdp_common.clients.collective import CollectiveOperations
from cdp_common.clients.hub import HubOperations
from cdp_common.clients.organisations import OrganisationOperations
from cdp_common.clients.persons import PersonOperations
from cdp_common.clients.public_voice import PublicVoiceOperations
from cdp_common.contracts.base import Batch, EventPage, IdBatch, Page
from cdp_common.contracts.partners import (
    ApiClient,
    AuthorizationServer,
    ClientCredential,
    ClientCredentialDraft,
    ClientDraft,
    Delegation,
    DelegationDraft,
    JwkSet,
    Membership,
    MembershipDraft,
    MembershipEnd,
    Place,
    PlaceDraft,
    RevocationPage,
    RoleGrant,
    RoleGrantDraft,
    Statement,
    StatementDraft,
    StatementSignature,
    StatementSignatureDraft,
)


class PartnersClient(
    CollectiveOperations,
    HubOperations,
    PublicVoiceOperations,
    OrganisationOperations,
    PersonOperations,
    ServiceClient,
):
    """partners-api, one method per operation; tokens themselves come from `ClientCredentials`."""

    # -------------------------------------------------------------- what the authorisation server publishes
    async def get_jwks(self) -> JwkSet:
        """The public keys with which tokens are signed."""
        return await self._get("/.well-known/jwks.json", JwkSet)

    async def get_authorization_server(self) -> AuthorizationServer:
        """What the authorisation server offers."""
        return await self._get("/.well-known/oauth-authorization-server", AuthorizationServer)

    async def list_revocations(self, *, after: int = 0) -> RevocationPage:
        """Revoked clients and tokens after a position."""
        return await self._get("/v1/revocations", RevocationPage, params={"after": after})

    async def list_events(self, *, after: int = 0, limit: int | None = None) -> EventPage:
        """The events after a position that the caller may see."""
        return await self._get("/v1/events", EventPage, params={"after": after, "limit": limit})

    # -------------------------------------------------------------- places
    async def create_place(self, draft: PlaceDraft, *, idempotency_key: str) -> Place:
        """The recorded place."""
        return await self._post("/v1/places", Place, json=draft, idempotency_key=idempotency_key)

    async def list_places(
        self, *, slug: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> Page[Place]:
        """Places in the order of their slugs."""
        return await self._get(
            "/v1/places", Page[Place], params={"slug": slug, "limit": limit, "cursor": cursor}
        )

    async def get_place(self, place_id: UUID) -> Place:
        """One place."""
        return await self._get(f"/v1/places/{place_id}", Place)

    async def batch_places(self, batch: IdBatch) -> Batch[Place]:
        """Places by id."""
        return await self._post("/v1/places/batch", Batch[Place], json=batch, is_read=True)

    # -------------------------------------------------------------- memberships
    async def start_membership(
        self, place_id: UUID, draft: MembershipDraft, *, idempotency_key: str
    ) -> Membership:
        """The new membership."""
        return await self._post(
            f"/v1/places/{place_id}/memberships", Membership, json=draft, idempotency_key=idempotency_key
        )

    async def end_membership(self, membership_id: UUID, end: MembershipEnd, *, if_match: str) -> Membership:
        """The membership with its last day."""
        return await self._post(
            f"/v1/memberships/{membership_id}/end", Membership, json=end, if_match=if_match
        )

    async def get_membership(self, membership_id: UUID) -> Membership:
        """One membership."""
        return await self._get(f"/v1/memberships/{membership_id}", Membership)

    async def list_memberships(
        self,
        place_id: UUID,
        *,
        as_of: date | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Membership]:
        """A place's memberships by organisation name: those of one day, or all there ever were."""
        params = {"as_of": as_of, "limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/memberships", Page[Membership], params=params)

    async def list_organisation_memberships(
        self,
        organisation_ids: Sequence[UUID],
        *,
        as_of: date | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[Membership]:
        """Organisations' memberships in all places, each organisation's together, the earliest first."""
        params = {
            "organisation_id": organisation_ids,
            "as_of": as_of,
            "limit": limit,
            "cursor": cursor,
        }
        return await self._get("/v1/memberships", Page[Membership], params=params)

    # -------------------------------------------------------------- Statement of Intent
    async def publish_statement(
        self, place_id: UUID, draft: StatementDraft, *, idempotency_key: str
    ) -> Statement:
        """The published version."""
        return await self._post(
            f"/v1/places/{place_id}/statements", Statement, json=draft, idempotency_key=idempotency_key
        )

    async def get_statement(self, statement_id: UUID) -> Statement:
        """One version with its signatures."""
        return await self._get(f"/v1/statements/{statement_id}", Statement)

    async def list_statements(
        self, place_id: UUID, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Statement]:
        """A place's versions, the newest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get(f"/v1/places/{place_id}/statements", Page[Statement], params=params)

    async def sign_statement(
        self, statement_id: UUID, draft: StatementSignatureDraft, *, idempotency_key: str
    ) -> StatementSignature:
        """The signature of the organisation that the caller acts for."""
        return await self._post(
            f"/v1/statements/{statement_id}/signatures",
            StatementSignature,
            json=draft,
            idempotency_key=idempotency_key,
        )

    # -------------------------------------------------------------- clients, roles, delegations
    async def create_client(self, draft: ClientDraft, *, idempotency_key: str) -> ApiClient:
        """The new client, with its secret if it has one."""
        return await self._post("/v1/clients", ApiClient, json=draft, idempotency_key=idempotency_key)

    async def get_client(self, client_id: str) -> ApiClient:
        """One client."""
        return await self._get(f"/v1/clients/{quote(client_id, safe='')}", ApiClient)

    async def revoke_client(self, client_id: str) -> None:
        """Revoke a client for good."""
        await self._delete(f"/v1/clients/{quote(client_id, safe='')}")

    async def add_client_credential(
        self, client_id: str, draft: ClientCredentialDraft, *, idempotency_key: str
    ) -> ClientCredential:
        """The second secret or public key of a client."""
        return await self._post(
            f"/v1/clients/{quote(client_id, safe='')}/credentials",
            ClientCredential,
            json=draft,
            idempotency_key=idempotency_key,
        )

    async def end_client_credential(self, client_id: str, credential_id: UUID) -> None:
        """End one of a client's two credentials."""
        await self._delete(f"/v1/clients/{quote(client_id, safe='')}/credentials/{credential_id}")

    async def grant_role(self, draft: RoleGrantDraft, *, idempotency_key: str) -> RoleGrant:
        """The role given."""
        return await self._post("/v1/role-grants", RoleGrant, json=draft, idempotency_key=idempotency_key)

    async def end_role_grant(self, role_grant_id: UUID) -> None:
        """End a role."""
        await self._delete(f"/v1/role-grants/{role_grant_id}")

    async def create_delegation(self, draft: DelegationDraft, *, idempotency_key: str) -> Delegation:
        """The new delegation."""
        return await self._post("/v1/delegations", Delegation, json=draft, idempotency_key=idempotency_key)

    async def list_delegations(
        self, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[Delegation]:
        """The delegations given or received by the own organisation, the newest first."""
        params = {"limit": limit, "cursor": cursor}
        return await self._get("/v1/delegations", Page[Delegation], params=params)

    async def revoke_delegation(self, delegation_id: UUID) -> None:
        """End a delegation."""
        await self._delete(f"/v1/delegations/{delegation_id}")
