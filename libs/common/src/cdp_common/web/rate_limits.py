"""Rate limits of single routes, told in the headers of the IETF draft (RateLimit and RateLimit-Policy).

A caller may do `quota` things within `window_s`, at once or spread, and gets them back evenly (the generic
cell rate algorithm: one moment is kept for each caller). The count is of this process: with several replicas
each allows as much. How many callers are remembered is bounded; those that came longest ago are forgotten
first.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fastapi import Depends, Request

from cdp_common.kernel.errors import RateLimited
from cdp_common.web.middleware import add_response_headers

MAX_CALLERS = 50_000
SET_BACK_S = 1.0
"""A clock that loses so much at once was set; less is a clock that is corrected a little."""


class TooManyRequests(RateLimited):
    """The caller has used up what it may do for now; `Retry-After` says when it may go on."""

    code = "too_many_requests"
    title = "Too many requests for now"

    def __init__(self, detail: str, retry_after_s: float) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Policy:
    """How many things one caller may do in a window."""

    name: str
    quota: int
    window_s: int

    @property
    def described(self) -> str:
        """The policy as the `RateLimit-Policy` header says it."""
        return f'"{self.name}";q={self.quota};w={self.window_s}'


@dataclass(frozen=True)
class Standing:
    """What a caller has left of a policy, and when it has everything back."""

    remaining: int
    full_in_s: float
    retry_after_s: float | None
    """When one more is possible, if none is now."""


@dataclass
class RateLimits:
    """The standing of every caller under every policy of a process."""

    policies: Mapping[str, Policy]
    _full_at: OrderedDict[tuple[str, str], float] = field(default_factory=OrderedDict)
    _latest_s: float = 0.0

    def take(self, name: str, caller: str, now: datetime) -> Standing:
        """The caller's standing after one more thing, which is not counted when there is none left."""
        policy, key, moment = self.policies[name], (name, caller), self._moment_s(now)
        step_s = policy.window_s / policy.quota
        debt_s = max(0.0, self._full_at.get(key, moment) - moment)
        if debt_s + step_s > policy.window_s + step_s / 1000:
            return Standing(0, debt_s, debt_s + step_s - policy.window_s)
        debt_s += step_s
        self._full_at[key] = moment + debt_s
        self._full_at.move_to_end(key)
        while len(self._full_at) > MAX_CALLERS:
            self._full_at.popitem(last=False)
        return Standing(math.floor((policy.window_s - debt_s) / step_s + 1 / 1000), debt_s, None)

    def charge(self, name: str, caller: str, count: int, now: datetime) -> Standing:
        """The caller's standing after so many further things that turned out to be part of one taken before.

        They may overdraw what is left, for they are done; the caller then waits for longer.
        """
        policy, key, moment = self.policies[name], (name, caller), self._moment_s(now)
        step_s = policy.window_s / policy.quota
        debt_s = max(0.0, self._full_at.get(key, moment) - moment) + count * step_s
        self._full_at[key] = moment + debt_s
        return Standing(max(0, math.floor((policy.window_s - debt_s) / step_s + 1 / 1000)), debt_s, None)

    def _moment_s(self, now: datetime) -> float:
        """Now; if the clock was set back, what was counted by the one before says nothing any more."""
        moment = now.timestamp()
        if moment < self._latest_s - SET_BACK_S:
            self._full_at.clear()
        self._latest_s = moment
        return moment


def headers_of(policy: Policy, standing: Standing) -> dict[str, str]:
    """What an answer says of a caller's standing."""
    return {
        "RateLimit-Policy": policy.described,
        "RateLimit": f'"{policy.name}";r={standing.remaining};t={math.ceil(standing.full_in_s)}',
    }


def limited(name: str) -> Any:
    """A dependency that counts the request for the address that it comes from, and refuses one too many.

    The application holds its `RateLimits` as `app.state.rate_limits`.
    """

    async def count(request: Request) -> None:
        limits: RateLimits = request.app.state.rate_limits
        address = request.client.host if request.client is not None else ""
        standing = limits.take(name, address, request.app.state.clock())
        add_response_headers(request.scope, headers_of(limits.policies[name], standing))
        if standing.retry_after_s is not None:
            raise TooManyRequests("Wait as long as Retry-After says.", standing.retry_after_s)

    return Depends(count)
