"""How much one caller may ask in a minute, in points: one for a request, one for each call that it may need.

A caller is a client acting for an organisation; without a token it is the address that a request has.
What a request costs is known once its document is read: one point is taken before, the rest is charged after,
so that a costly query may overdraw what is left, and the next one waits. An answer that is kept costs one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from fastapi import Request
from starlette.requests import HTTPConnection

from cdp_common.web.caller import Caller
from cdp_common.web.middleware import add_response_headers
from cdp_common.web.rate_limits import Policy, RateLimits, Standing, TooManyRequests, headers_of

WINDOW_S = 60
BY_TOKEN, BY_ADDRESS = "points-by-client", "points-by-address"


class CallerPoints:
    """The points of every caller of a process; a quota of 0 limits nobody."""

    def __init__(self, by_token: int, by_address: int) -> None:
        quotas = {BY_TOKEN: by_token, BY_ADDRESS: by_address}
        self._limits = RateLimits(
            MappingProxyType({name: Policy(name, quota, WINDOW_S) for name, quota in quotas.items() if quota})
        )

    def take(self, request: Request, caller: Caller | None, now: datetime) -> None:
        """Take the point of the request itself; refused with 429 while the caller has none."""
        name, who = _named(request, caller)
        if name not in self._limits.policies:
            return
        standing = self._limits.take(name, who, now)
        self._tell(request, name, standing)
        if standing.retry_after_s is not None:
            raise TooManyRequests("Wait as long as Retry-After says.", standing.retry_after_s)

    def taken(self, request: Request, caller: Caller | None, now: datetime) -> Mapping[str, str] | None:
        """The same, giving the headers that tell of it; None, and nothing taken, where there is no point."""
        name, who = _named(request, caller)
        if name not in self._limits.policies:
            return {}
        standing = self._limits.take(name, who, now)
        if standing.retry_after_s is not None:
            return None
        return headers_of(self._limits.policies[name], standing)

    def take_quietly(self, connection: HTTPConnection, caller: Caller | None, now: datetime) -> None:
        """Take the point of something asked over a connection that is open: no header can tell of it."""
        name, who = _named(connection, caller)
        if name in self._limits.policies:
            standing = self._limits.take(name, who, now)
            if standing.retry_after_s is not None:
                raise TooManyRequests("Too much was asked for now; wait.", standing.retry_after_s)

    def charge(
        self, request: Request, caller: Caller | None, extensions: dict[str, Any] | None, now: datetime
    ) -> None:
        """Charge the calls that the operation may have needed, as its `extensions.cost` says."""
        name, who = _named(request, caller)
        calls = int((extensions or {}).get("cost", {}).get("calls", 0))
        if calls and name in self._limits.policies:
            self._tell(request, name, self._limits.charge(name, who, calls, now))

    def _tell(self, request: Request, name: str, standing: Standing) -> None:
        add_response_headers(request.scope, headers_of(self._limits.policies[name], standing))


def _named(request: HTTPConnection, caller: Caller | None) -> tuple[str, str]:
    if caller is not None:
        return BY_TOKEN, f"{caller.client_id} {caller.org}"
    return BY_ADDRESS, request.client.host if request.client is not None else ""
