"""How many requests one caller may make in a minute, told in every answer that was counted.

A caller is a client acting for an organisation; without a token that holds, it is the address that the
request comes from. Two are not counted: our own services, and an address that is trusted to speak for others
and speaks for nobody (the gateway's public reads, probes, whoever sits at the machine). A batch is one.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address, ip_network

from fastapi import Request

from cdp_common.kernel.errors import CdpError
from cdp_common.web.identity import maybe_caller
from cdp_common.web.middleware import add_response_headers
from cdp_common.web.rate_limits import Policy, RateLimits, TooManyRequests, headers_of
from cdp_common.web.settings import ServiceSettings

WINDOW_S = 60
BY_CLIENT, BY_ADDRESS = "requests-by-client", "requests-by-address"
MAX_ADDRESSES_KNOWN = 10_000


class CountedRequests:
    """The dependency that `create_service` puts before a service's routes; a quota of 0 limits nobody."""

    def __init__(self, settings: ServiceSettings) -> None:
        quotas = {
            BY_CLIENT: settings.client_requests_per_minute,
            BY_ADDRESS: settings.address_requests_per_minute,
        }
        self._limits = RateLimits(
            {name: Policy(name, quota, WINDOW_S) for name, quota in quotas.items() if quota}
        )
        trusted = [ip_network(each) for each in settings.trusted_proxies.split(",") if each]

        @lru_cache(MAX_ADDRESSES_KNOWN)
        def is_trusted(address: str) -> bool:
            try:
                return any(ip_address(address) in network for network in trusted)
            except ValueError:
                return False

        self._is_trusted = is_trusted

    async def __call__(self, request: Request) -> None:
        """Count the request for its caller, and refuse one too many."""
        name, who = await self._caller_of(request)
        policy = self._limits.policies.get(name)
        if policy is None:
            return
        standing = self._limits.take(name, who, request.app.state.clock())
        add_response_headers(request.scope, headers_of(policy, standing))
        if standing.retry_after_s is not None:
            raise TooManyRequests("Wait as long as Retry-After says.", standing.retry_after_s)

    async def _caller_of(self, request: Request) -> tuple[str, str]:
        """Under which policy the request counts, and for whom; under none for those who are not counted."""
        try:
            caller = await maybe_caller(request, request.headers.get("authorization"))
        except CdpError:
            caller = None  # the route refuses it; who guesses at tokens is counted by address
        if caller is not None:
            return ("", "") if caller.is_internal else (BY_CLIENT, f"{caller.client_id} {caller.org}")
        address = request.client.host if request.client is not None else ""
        return ("", "") if self._is_trusted(address) else (BY_ADDRESS, address)
