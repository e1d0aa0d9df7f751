"""Failures on demand, for an integrator to rehearse each of them. A live deployment does not import this.

A request whose `Sandbox-Scenario` header names a scenario is answered as if that had happened, and nothing
else is done. What a scenario needs of a service's own rules the service does itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cdp_common.kernel.errors import BadRequest, CdpError, FieldError, InvalidInput, Unavailable
from cdp_common.web.problems import response_to
from cdp_common.web.rate_limits import Policy, TooManyRequests

HEADER: Final = "Sandbox-Scenario"
DEADLINE_PASSED: Final = "deadline_passed"
RATE_LIMITED: Final = "rate_limited"
RETRY_AFTER_S: Final = 7.0
SCENARIOS = (
    *(DEADLINE_PASSED, RATE_LIMITED, "validation_rejected", "temporarily_unavailable"),
    "idempotency_in_progress",
)

_POLICY = Policy("sandbox", quota=10, window_s=60)


class TemporarilyUnavailable(Unavailable):
    """A rehearsed outage; send the same request again when `Retry-After` is over."""

    code = "temporarily_unavailable"
    title = "The service is away for a moment"
    retry_after_s = 2


class SandboxScenarioUnknown(BadRequest):
    """The sandbox knows no such scenario."""

    code = "sandbox_scenario_unknown"
    title = "There is no such scenario"


class SandboxScenarios:
    """Answers a request that names a scenario; others, and what a service rehearses itself, go on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse as the scenario says, or run the application."""
        scenario = Headers(scope=scope).get(HEADER) if scope["type"] == "http" else None
        if scenario is None or scenario == DEADLINE_PASSED:
            await self._app(scope, receive, send)
            return
        response = response_to(_refusal(scenario), scope["path"], scope["state"]["request_id"])
        added = _limit_headers() if scenario == RATE_LIMITED else {}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(added)
            await send(message)

        await response(scope, receive, send_with_headers)


def _refusal(scenario: str) -> CdpError:
    if scenario == RATE_LIMITED:
        return TooManyRequests("Wait as long as Retry-After says.", RETRY_AFTER_S)
    if scenario == "validation_rejected":
        fault = FieldError(
            "/lines/0/quantity", "quantity_negative", "This measure takes no negative quantity."
        )
        return InvalidInput("The input has one fault; see errors.", errors=[fault])
    if scenario == "temporarily_unavailable":
        return TemporarilyUnavailable("Send the same request again a little later.")
    if scenario == "idempotency_in_progress":
        from cdp_common.db.idempotency import IdempotencyInProgress  # the gateway has no database

        return IdempotencyInProgress("The first request with this key has not ended yet.")
    return SandboxScenarioUnknown(f"The scenarios are: {', '.join(SCENARIOS)}.")


def _limit_headers() -> Mapping[str, str]:
    return {
        "RateLimit-Policy": _POLICY.described,
        "RateLimit": f'"{_POLICY.name}";r=0;t={RETRY_AFTER_S:.0f}',
    }
