"""The five REST services in this process, calling each other as they do over the network."""

from __future__ import annotations

import contextlib
import importlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from fastapi import FastAPI

from cdp_common.db.database import Database
from cdp_common.kernel.clock import utc_now
from cdp_common.testing.databases import TestDatabases
from cdp_common.web.issuer import remote_verifier
from cdp_tools.databases import provisioning
from cdp_tools.environment import Environment
from cdp_tools.services import SERVICES, Service
from partners_api.use_cases.provision_platform import Declaration, provision_platform
from tests.soak.people import Party, Voice

REST_SERVICES = tuple(service for service in SERVICES if service.schema is not None)

_IN_FRONT: dict[str, dict[str, Any]] = {"reporting-api": {"in_background": False}}
"""What applications are told beside their settings: a feed that is read meanwhile belongs to no request."""

_LIMITS = (
    "registrations_per_minute",
    "tokens_per_minute",
    "public_words_per_minute",
    "hub_previews_per_minute",
)
_ALLOWED: dict[str, dict[str, Any]] = {"partners-api": dict.fromkeys(_LIMITS, 1_000_000)}
"""Settings beside the environment's: thousands of requests of one caller are not what a limit is for here."""


class _Wires(httpx2.AsyncBaseTransport):
    """Carries a request to the application whose port it names."""

    def __init__(self) -> None:
        self.applications: dict[int, httpx2.ASGITransport] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """The application's answer; its faults come out as its own answer, never as an exception."""
        return await self.applications[request.url.port or 0].handle_async_request(request)


@dataclass(frozen=True)
class Mesh:
    """All five services, on databases that are removed in the end."""

    environment: Environment
    http: httpx2.AsyncClient
    applications: Mapping[str, FastAPI]
    """The running services by name."""

    @property
    def operator_key(self) -> dict[str, Any]:
        """The operator's private key."""
        key: dict[str, Any] = json.loads(self.environment.operator_key_file.read_text(encoding="utf-8"))
        return key

    def voice(self, party: Party) -> Voice:
        """A party that speaks over these wires."""
        return party.over(self.http)


@contextlib.asynccontextmanager
async def mesh(databases: TestDatabases, folder: Path) -> AsyncIterator[Mesh]:
    """The five services, running and empty but for the operator and the services' own clients."""
    environment, wires = Environment(folder=folder, inherited={}), _Wires()
    async with contextlib.AsyncExitStack() as stack:
        opened: dict[str, Database] = {}
        applications: dict[str, FastAPI] = {}
        for service in REST_SERVICES:
            opened[service.name] = await databases.clone(service.package, service.schema or "")
            stack.push_async_callback(databases.give_back, opened[service.name])
        declared = Declaration.model_validate(provisioning(environment))
        await provision_platform(opened["partners-api"], declared, utc_now)
        for service in REST_SERVICES:
            app = applications[service.name] = _application(service, environment, opened[service.name], wires)
            wires.applications[environment.port(service)] = httpx2.ASGITransport(
                app=app, raise_app_exceptions=False
            )
            await stack.enter_async_context(app.router.lifespan_context(app))
        http = await stack.enter_async_context(httpx2.AsyncClient(transport=wires))
        yield Mesh(environment, http, applications)


def _application(service: Service, environment: Environment, database: Database, wires: _Wires) -> FastAPI:
    told = environment.serving_variables(service, None).items()
    make_settings = importlib.import_module(f"{service.package}.settings").Settings
    stated = {name.removeprefix("CDP_").lower(): value for name, value in told if name.startswith("CDP_")}
    settings = make_settings(**stated, **_ALLOWED.get(service.name, {}))
    create_app: Callable[..., FastAPI] = importlib.import_module(f"{service.package}.main").create_app
    outside: dict[str, Any] = {"http": httpx2.AsyncClient(transport=wires)}
    if service.name == "partners-api":
        outside = {}  # it judges its own tokens, and asks nobody
    elif service.name == "toms-engine":
        outside = {"verifier": remote_verifier(settings, outside["http"])}
    more = _IN_FRONT.get(service.name, {})
    return create_app(settings, database=database, **outside, **more)
