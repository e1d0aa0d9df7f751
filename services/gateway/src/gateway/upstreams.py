"""The five services as one request calls them: as its caller, each within its time budget."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import httpx2

from cdp_common.clients.base import ServiceClient, forwarded
from cdp_common.clients.charter import CharterClient
from cdp_common.clients.feeds import FeedClient
from cdp_common.clients.partners import PartnersClient
from cdp_common.clients.procurement import ProcurementClient
from cdp_common.clients.reporting import ReportingClient
from cdp_common.clients.toms import TomsClient
from cdp_common.clients.upstream import Carrier, UpstreamMalformed, UpstreamProblem, UpstreamUnavailable
from cdp_common.contracts.base import EventPage
from cdp_common.web.caller import Caller
from gateway.errors import TOO_MANY, UpstreamFault
from gateway.guards import Guard, ServiceLeftAlone, ServiceSilent
from gateway.happenings import PAGE_SIZE, ReadFeed
from gateway.reading import trusted
from gateway.settings import Settings

Client = TypeVar("Client", bound=ServiceClient)
Answer = TypeVar("Answer")
Noted = Callable[[str, Carrier], Carrier]
"""The carrier to one service, by the service's name and the carrier to all."""


class Upstream(Generic[Client]):
    """One service, for the length of one request."""

    def __init__(self, name: str, client: Client, budget_s: float, guard: Guard) -> None:
        self.name = name
        self._client = client
        self._budget_s = budget_s
        self._guard = guard
        self._is_silent = False

    async def ask(
        self, call: Callable[[Client], Awaitable[Answer]], *, budget_s: float | None = None
    ) -> Answer:
        """The answer to a call, or an `UpstreamFault`; a write may take longer than a read.

        A service that did not answer once is not waited for again in this request: whatever else needs it
        fails at once, so that a query of many levels still ends within about one budget.
        """
        if self._is_silent:
            raise UpstreamFault.unavailable(self.name)
        until = asyncio.get_running_loop().time() + (budget_s or self._budget_s)
        try:
            return await self._guard.call(until, lambda: self._answered(call, until))
        except (ServiceSilent, ServiceLeftAlone) as fault:
            self._is_silent = True
            raise UpstreamFault.unavailable(self.name) from fault
        except UpstreamProblem as problem:
            raise UpstreamFault.refused(self.name, problem) from problem
        except UpstreamUnavailable as fault:
            refused = fault.problem
            if budget_s is not None and refused is not None and refused.status == TOO_MANY:
                raise UpstreamFault.limited(self.name, refused, fault.retry_after_s) from fault
            raise UpstreamFault.unavailable(self.name, fault) from fault

    async def _answered(self, call: Callable[[Client], Awaitable[Answer]], until: float) -> Answer:
        """The answer; raises `ServiceSilent`, which the guard counts, where none arrives in time."""
        try:
            async with asyncio.timeout_at(until):
                return await call(self._client)
        except TimeoutError as fault:
            raise ServiceSilent from fault
        except UpstreamUnavailable as fault:
            if fault.problem is None and not isinstance(fault, UpstreamMalformed):
                raise ServiceSilent from fault
            raise


@dataclass(frozen=True)
class Upstreams:
    """All five."""

    partners: Upstream[PartnersClient]
    toms: Upstream[TomsClient]
    procurement: Upstream[ProcurementClient]
    charter: Upstream[CharterClient]
    reporting: Upstream[ReportingClient]

    def named(self, service: str) -> Upstream[Any]:
        """The service of this name."""
        every: tuple[Upstream[Any], ...] = (
            self.partners,
            self.toms,
            self.procurement,
            self.charter,
            self.reporting,
        )
        return next(one for one in every if one.name == service)


def upstreams_for(
    caller: Caller | None,
    settings: Settings,
    http: httpx2.AsyncClient,
    carrier: Carrier,
    guards: Mapping[str, Guard],
    address: str | None = None,
    noted: Noted = lambda _, carrier: carrier,
) -> Upstreams:
    """The services as this caller reaches them: with its own token, or with none and so the public part.

    `address` is the one that the request came from: writes say it, for services limit what one address sends.
    `noted` gives each service's carrier, for whoever wants to know what is asked.
    """
    tokens = None if caller is None else forwarded(caller.token)

    def upstream(name: str, kind: type[Client], url: str) -> Upstream[Client]:
        client = kind(url, tokens, http, carrier=noted(name, carrier), reader=trusted, writes_for=address)
        return Upstream(name, client, settings.upstream_budget_s, guards[name])

    return Upstreams(
        partners=upstream("partners-api", PartnersClient, settings.partners_url),
        toms=upstream("toms-engine", TomsClient, settings.toms_url),
        procurement=upstream("procurement-api", ProcurementClient, settings.procurement_url),
        charter=upstream("charter-api", CharterClient, settings.charter_url),
        reporting=upstream("reporting-api", ReportingClient, settings.reporting_url),
    )


def feeds_reader(settings: Settings, http: httpx2.AsyncClient, carrier: Carrier) -> ReadFeed:
    """Reads the services' feeds, each time with the token of somebody who listens."""
    urls = {
        "partners-api": settings.partners_url,
        "toms-engine": settings.toms_url,
        "procurement-api": settings.procurement_url,
        "charter-api": settings.charter_url,
        "reporting-api": settings.reporting_url,
    }

    async def read(service: str, token: str, *, after: int, from_end: bool) -> EventPage:
        feed = FeedClient(urls[service], forwarded(token), http, carrier=carrier)
        return await feed.list_events(after=after, limit=PAGE_SIZE, from_end=from_end)

    return read
