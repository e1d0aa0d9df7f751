"""toms-engine, procurement-api, charter-api and reporting-api in one process, and those who call them."""

import base64
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI
from tests.integration.procurement_api.neighbours import Partners

from cdp_common.clients.feeds import FeedClient
from cdp_common.contracts.framework_packs import FrameworkPack, PackProxy
from cdp_common.contracts.toms import SeriesPoint
from cdp_common.db.consumer import consume_once
from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import AUDIENCE, ISSUER, TokenMint, http_client
from cdp_common.testing.databases import TestDatabases
from cdp_common.web.feeds import fetching
from cdp_tools.packs import load_pack
from charter_api.main import create_app as create_charter
from charter_api.settings import Settings as CharterSettings
from procurement_api.main import create_app as create_procurement
from procurement_api.settings import Settings as ProcurementSettings
from reporting_api.main import create_app as create_reporting
from reporting_api.settings import Settings as ReportingSettings
from reporting_api.use_cases.follow_feeds import feeds_followed
from reporting_api.use_cases.take_events import EventTaker
from toms_engine.main import create_app as create_toms
from toms_engine.settings import Settings as TomsSettings

Json = dict[str, Any]
Headers = dict[str, str]

FRAMEWORKS = Path(__file__).parents[3] / "data" / "frameworks"
LICENSED = "licensed-example"
LICENCE = f"frameworks:licensed:{LICENSED}"
NOW = "2029-01-15T10:00:00+00:00"
"""All years for which the example has values are over, so that they can be reported."""

ORG_SCOPES = (
    *("reports:write", "reports:read", "bids:read", "bids:write", "tenders:read", "tenders:write"),
    *("evaluations:write", "agreements:read", "agreements:write", "charter:sign", "pledges:write"),
    *("events:read", "valuations:run"),
)
STAFF_SCOPES = ("reports:read", "reports:validate", "reporting:read", "publications:write", "events:read")


class _AsServices(httpx2.AsyncBaseTransport):
    """Calls an application with the token that the platform's own services carry."""

    def __init__(self, app: FastAPI, mint: TokenMint) -> None:
        self._inner = httpx2.ASGITransport(app=app)
        self._mint = mint

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        token = self._mint.token(client_id="service", scopes=["valuations:run", "events:internal"])
        request.headers["Authorization"] = f"Bearer {token}"
        return await self._inner.handle_async_request(request)


@dataclass
class Platform:
    """The services by name, and callers by what they may do."""

    http: Mapping[str, httpx2.AsyncClient]
    apps: Mapping[str, FastAPI]
    outside: httpx2.AsyncClient
    reporting: Database
    mint: TokenMint
    clock: FixedClock
    partners: Partners
    staff: UUID = field(default_factory=new_id)

    @property
    def place(self) -> UUID:
        """The place of the tests."""
        return self.partners.place_id

    # -------------------------------------------------------------- callers
    def as_org(self, org: UUID, *more: str) -> Headers:
        """Somebody of an organisation, without the licence unless it is among `more`."""
        return self.mint.headers(org=org, client_id="org", scopes=(*ORG_SCOPES, *more))

    def as_staff(self, *more: str, roles: Iterable[str] = ("programme_manager", "validator")) -> Headers:
        """Somebody who runs the place's programme."""
        scopes = (*STAFF_SCOPES, "charter:write", *more)
        return self.mint.headers(org=self.staff, client_id="staff", scopes=scopes, roles={self.place: roles})

    # -------------------------------------------------------------- calls
    async def call(
        self, service: str, method: str, path: str, headers: Headers, body: Any = None, **more: str
    ) -> Json:
        """The answer of a call that must succeed; a POST gets an idempotency key."""
        sent = {**headers, **more}
        if method == "POST":
            sent["Idempotency-Key"] = str(new_id())
        response = await self.http[service].request(method, path, json=body, headers=sent)
        assert response.status_code in (200, 201, 202), response.text
        answer: Json = response.json()
        return answer

    async def etag(self, service: str, path: str, headers: Headers) -> str:
        """The ETag of a record."""
        return str((await self.http[service].get(path, headers=headers)).headers["ETag"])

    async def publish_pack(self, pack: FrameworkPack) -> str:
        """The hash of the pack's edition, loaded and published."""
        headers = self.mint.headers(org=self.staff, client_id="owner", scopes=("frameworks:write",))
        sent = {**headers, "Idempotency-Key": str(new_id())}
        toms = self.http["toms-engine"]
        loaded = await toms.post("/v1/frameworks", json=pack.model_dump(mode="json"), headers=sent)
        assert loaded.status_code == 201, loaded.text
        path = f"/v1/editions/{loaded.json()['id']}/publish"
        published = await toms.post(path, headers={**headers, "If-Match": loaded.headers["ETag"]})
        assert published.status_code == 200, published.text
        return str(published.json()["edition_hash"])

    async def consume(self) -> None:
        """Let reporting-api read what the others have told, to the end."""
        state = self.apps["reporting-api"].state
        taker = EventTaker(self.reporting, state.toms, state.partners, self.clock)
        for followed in feeds_followed(taker):
            if followed.source in ("procurement", "charter"):
                feed = FeedClient(f"http://{followed.source}.test", None, self.outside)
                fetch = fetching(followed, feed)
                while await consume_once(
                    self.reporting, followed.source, fetch, taker.apply, clock=self.clock
                ):
                    pass

    async def publish(self, start: str, end: str, reason: str | None = None) -> Json:
        """The publication of a period."""
        draft = {"period_start": start, "period_end": end, "reason": reason}
        path = f"/v1/places/{self.place}/publications"
        return await self.call("reporting-api", "POST", path, self.as_staff(), draft)


def example_pack() -> FrameworkPack:
    """The pack whose values may not be passed on."""
    return load_pack(FRAMEWORKS / "licensed-example-1")


def open_twin() -> FrameworkPack:
    """The same measures with values of their own that anybody may see: the control of the attacker."""
    pack = example_pack()
    proxies = [_opened(proxy) for proxy in pack.proxies]
    return pack.model_copy(update={"framework": "open-twin", "proxies": proxies})


def _opened(proxy: PackProxy) -> PackProxy:
    series = [SeriesPoint(year=point.year, central_gbp=_another(point.central_gbp)) for point in proxy.series]
    value = None if proxy.central_gbp is None else _another(proxy.central_gbp)
    changes = {"redistributable": True, "central_gbp": value, "low_gbp": None, "high_gbp": None}
    return proxy.model_copy(update={**changes, "series": series})


def _another(value: Decimal) -> Decimal:
    """A value that is not the licensed one, and of the same size."""
    return (value * Decimal("1.37")).quantize(Decimal("0.01"))


@asynccontextmanager
async def running(databases: TestDatabases, folder: Path) -> AsyncIterator[Platform]:
    """The services, each with a database of its own, over one clock and one issuer."""
    clock = FixedClock(datetime.fromisoformat(NOW).astimezone(UTC))
    mint, partners = TokenMint(clock=clock), Partners()
    keys = {}
    for name in ("secret", "sealing"):
        keys[f"{name}_key_file"] = folder / f"{name}.key"
        keys[f"{name}_key_file"].write_text(base64.urlsafe_b64encode(bytes(32)).decode(), encoding="ascii")
    urls = {f"{name}_url": f"http://{name}.test" for name in ("partners", "toms", "procurement", "charter")}
    common: Json = {
        **{"mode": "sandbox", "issuer": ISSUER, "audience": AUDIENCE, **urls},
        "secret_key_file": keys["secret_key_file"],
    }
    mounts: dict[str, httpx2.AsyncBaseTransport] = {
        "http://partners.test": httpx2.ASGITransport(app=partners)
    }
    async with AsyncExitStack() as stack:

        async def database(package: str, schema: str) -> Database:
            made = await databases.clone(package, schema)
            stack.push_async_callback(databases.give_back, made)
            return made

        async def outside() -> httpx2.AsyncClient:
            return await stack.enter_async_context(httpx2.AsyncClient(mounts=dict(mounts)))

        async def started(name: str, app: FastAPI) -> httpx2.AsyncClient:
            mounts[f"http://{name}.test"] = _AsServices(app, mint)
            return await stack.enter_async_context(http_client(app))

        wired: Json = {"verifier": mint.verifier(), "clock": clock}
        toms = await database("toms_engine", "toms")
        apps = {"toms-engine": create_toms(TomsSettings(**common), database=toms, **wired)}
        http = {"toms-engine": await started("toms", apps["toms-engine"])}
        apps["procurement-api"] = create_procurement(
            ProcurementSettings(**common, sealing_key_file=keys["sealing_key_file"]),
            database=await database("procurement_api", "procurement"),
            http=await outside(),
            **{**wired, "verifier": mint.verifier()},
            in_background=False,
        )
        http["procurement-api"] = await started("procurement", apps["procurement-api"])
        apps["charter-api"] = create_charter(
            CharterSettings(**common),
            database=await database("charter_api", "charter"),
            http=await outside(),
            **{**wired, "verifier": mint.verifier()},
        )
        http["charter-api"] = await started("charter", apps["charter-api"])
        reporting = await database("reporting_api", "reporting")
        apps["reporting-api"] = create_reporting(
            ReportingSettings(**common, evidence_store=(folder / "evidence").as_uri()),
            database=reporting,
            http=await outside(),
            in_background=False,
            **{**wired, "verifier": mint.verifier()},
        )
        http["reporting-api"] = await stack.enter_async_context(http_client(apps["reporting-api"]))
        yield Platform(http, apps, await outside(), reporting, mint, clock, partners)
