"""The public keys of identity providers: fetched, remembered for a while, and never more than is needed."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx2

from cdp_common.clients.upstream import UpstreamUnavailable, exchange
from cdp_common.kernel.errors import Unavailable
from partners_api.domain.identity_providers import IdentityProvider

KEPT_FOR = timedelta(hours=1)
REFETCH_AFTER = timedelta(seconds=30)
"""How often, at most, a provider is asked again because a token names a key that it did not have."""
MAX_PROVIDERS = 200
MAX_KEYS = 50
MAX_BYTES = 256 * 1024
TIMEOUT_S = 5.0

FetchJson = Callable[[str], Awaitable[Any]]
"""Gives what stands at an address, parsed; raises `ProviderUnreachable`."""


class ProviderUnreachable(Unavailable):
    """The provider's keys cannot be read, so that nobody can sign in there now."""

    code = "identity_provider_unreachable"
    title = "The identity provider does not answer"
    retry_after_s = 5


@dataclass
class _Kept:
    keys: tuple[Mapping[str, Any], ...]
    read_at: datetime


@dataclass
class ProviderKeys:
    """Keys by provider. One per process; what it holds is bounded."""

    fetch: FetchJson
    only_https: bool
    """Whether a discovery document may name nothing but https, as in live."""
    _kept: OrderedDict[UUID, _Kept] = field(default_factory=OrderedDict)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def keys_for(
        self, provider: IdentityProvider, kid: str | None, now: datetime
    ) -> tuple[Mapping[str, Any], ...]:
        """The keys that a token with this key id may be signed with: those of that id, or all without one.

        An id that is not known makes the keys be read once more, unless that happened just now.
        """
        if provider.jwks is not None:
            return _of_id(_keys_of(provider.jwks), kid)
        kept = self._kept.get(provider.id)
        if kept is None or now - kept.read_at >= KEPT_FOR:
            kept = await self._read(provider, kept, now)
        found = _of_id(kept.keys, kid)
        if not found and now - kept.read_at >= REFETCH_AFTER:
            found = _of_id((await self._read(provider, kept, now)).keys, kid)
        return found

    async def _read(self, provider: IdentityProvider, seen: _Kept | None, now: datetime) -> _Kept:
        """The keys as they are now; those who ask meanwhile wait for the same reading."""
        async with self._reading:
            standing = self._kept.get(provider.id)
            if standing is not None and standing is not seen:
                return standing
            kept = _Kept(_keys_of(await self.fetch(await self._address(provider))), now)
            self._kept[provider.id] = kept
            self._kept.move_to_end(provider.id)
            while len(self._kept) > MAX_PROVIDERS:
                self._kept.popitem(last=False)
            return kept

    async def _address(self, provider: IdentityProvider) -> str:
        """Where the keys are: as configured, or as the discovery document of this very issuer says."""
        if provider.jwks_uri is not None:
            return provider.jwks_uri
        found = await self.fetch(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
        address = found.get("jwks_uri") if isinstance(found, dict) else None
        if not isinstance(address, str) or found.get("issuer") != provider.issuer:
            raise ProviderUnreachable("The provider's discovery document is not its own, or names no keys.")
        if urlsplit(address).scheme != "https" and self.only_https:
            raise ProviderUnreachable("The provider's keys do not stand under https.")
        return address


def fetching(http: httpx2.AsyncClient) -> FetchJson:
    """Reads JSON over HTTP: no redirects, few bytes, little time."""

    async def fetch(address: str) -> Any:
        try:
            request = http.build_request("GET", address, headers={"Accept": "application/json"})
            reply = await exchange(http, request, limit_s=TIMEOUT_S, max_bytes=MAX_BYTES)
            if reply.status != 200:
                raise ProviderUnreachable(f"The identity provider answered {reply.status}.")
            return json.loads(reply.body)
        except (UpstreamUnavailable, httpx2.InvalidURL, ValueError, RecursionError) as fault:
            raise ProviderUnreachable("The identity provider could not be read.") from fault

    return fetch


def _keys_of(jwks: Any) -> tuple[Mapping[str, Any], ...]:
    """The signing keys of a set; what else stands there is not for us."""
    stated = jwks.get("keys") if isinstance(jwks, Mapping) else None
    if not isinstance(stated, list) or len(stated) > MAX_KEYS:
        raise ProviderUnreachable("The provider's key set holds no list of keys, or too many.")
    return tuple(key for key in stated if isinstance(key, dict) and key.get("use", "sig") == "sig")


def _of_id(keys: tuple[Mapping[str, Any], ...], kid: str | None) -> tuple[Mapping[str, Any], ...]:
    return keys if kid is None else tuple(key for key in keys if key.get("kid") == kid)
