"""The part of charter-api's client that is about certificates and what verifies them."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import JsonValue, RootModel

from cdp_common.clients.base import ServiceClient
from cdp_common.contracts.certificates import CertificateKeySet

StatusPurpose = Literal["revocation", "suspension"]
JsonDocument = RootModel[dict[str, JsonValue]]
"""A document of a standard of its own, such as a JWK or a profile: as it is, by name."""


class CertificateOperations(ServiceClient):
    """Certificates, badges, status lists, the issuer and its keys."""

    async def get_certificate(self, signature_id: UUID) -> str:
        """The certificate of a signature in force: a signed JWT, which the issuer's keys verify."""
        return await self._text(f"/v1/signatures/{signature_id}/certificate")

    async def get_badge(self, signature_id: UUID) -> str:
        """The badge of a signature as SVG."""
        return await self._text(f"/v1/signatures/{signature_id}/badge.svg")

    async def get_status_list(self, place_id: UUID, purpose: StatusPurpose, number: int) -> str:
        """A status list credential: a signed JWT."""
        return await self._text(f"/v1/places/{place_id}/status-lists/{purpose}/{number}")

    async def get_certificate_issuer(self, place_id: UUID) -> dict[str, JsonValue]:
        """Who issues the place's certificates, with every key."""
        return (await self._get(f"/v1/places/{place_id}/issuer", JsonDocument)).root

    async def get_certificate_keys(self, place_id: UUID) -> CertificateKeySet:
        """The keys that the place's certificates are verified with."""
        return await self._get(f"/v1/places/{place_id}/certificate-keys", CertificateKeySet)

    async def get_certificate_key(self, place_id: UUID, kid: str) -> dict[str, JsonValue]:
        """One public key as a JWK, by the last part of a certificate's `kid`."""
        return (await self._get(f"/v1/places/{place_id}/certificate-keys/{kid}", JsonDocument)).root

    async def rotate_certificate_key(self, place_id: UUID, *, idempotency_key: str) -> CertificateKeySet:
        """The place's keys, the new one last."""
        path = f"/v1/places/{place_id}/certificate-keys"
        return await self._post(path, CertificateKeySet, idempotency_key=idempotency_key)

    async def _text(self, path: str) -> str:
        return (await self._send("GET", path, {})).body.decode()
