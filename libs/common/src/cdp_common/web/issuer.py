"""Reads the issuer's keys and revocations over HTTP, for every service but partners-api itself."""

import json
from collections.abc import Mapping
from typing import Any

import httpx2

from cdp_common.clients.base import ServiceClient
from cdp_common.clients.tokens import JWKS_PATH, REVOCATIONS_PATH
from cdp_common.clients.upstream import UpstreamMalformed
from cdp_common.contracts.partners import RevocationPage
from cdp_common.kernel.clock import Clock, utc_now
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.verifier import TokenVerifier


class IssuerClient(ServiceClient):
    """What partners-api publishes for those who judge its tokens; neither needs a token."""

    async def fetch_jwks(self) -> Mapping[str, Any]:
        """The public keys with which tokens are signed, as a JWK set."""
        reply = await self._send("GET", JWKS_PATH, {})
        try:
            jwks = json.loads(reply.body)
        except ValueError as fault:
            raise UpstreamMalformed("The issuer's key set is not JSON.") from fault
        if not isinstance(jwks, dict) or not isinstance(jwks.get("keys"), list):
            raise UpstreamMalformed("The issuer's key set holds no keys.")
        return jwks

    async def fetch_revocations(self, after: int) -> RevocationPage:
        """Revoked clients and tokens after a position."""
        return await self._request("GET", REVOCATIONS_PATH, answer=RevocationPage, params={"after": after})


def remote_verifier(
    settings: ServiceSettings, http: httpx2.AsyncClient, clock: Clock = utc_now
) -> TokenVerifier:
    """A verifier that asks partners-api where this deployment reaches it; `iss` stays what everyone sees."""
    issuer = IssuerClient(settings.partners_url, None, http)
    return TokenVerifier(
        settings.issuer, settings.audience, issuer.fetch_jwks, issuer.fetch_revocations, clock
    )
