"""A service with webhooks, the organisations that subscribe, and what happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import RowMapping, text
from tests.integration.common.conftest import PACKAGE, SCHEMA

from cdp_common.db.database import Database
from cdp_common.db.events import NewEvent, record_event
from cdp_common.db.webhooks import delivery_by_id
from cdp_common.kernel.clock import utc_now
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint, http_client
from cdp_common.web.app import create_service
from cdp_common.web.settings import ServiceSettings
from cdp_common.web.webhooks import webhook_router, webhook_work
from cdp_common.web.webhooks.routes import address_book
from cdp_common.web.webhooks.targets import Resolve, system_addresses

AT_ONCE = (timedelta(0),) * 2
"""A schedule of three attempts with no wait between them."""


@dataclass
class World:
    """The service over HTTP and its database."""

    http: httpx2.AsyncClient
    db: Database
    mint: TokenMint
    settings: ServiceSettings
    org: UUID = field(default_factory=new_id)
    other: UUID = field(default_factory=new_id)

    def subscriber(self, org: UUID | None = None, key: str | None = None, **token: Any) -> dict[str, str]:
        """Somebody who may register webhooks, with a new idempotency key."""
        headers = self.mint.headers(**{"org": org or self.org, "scopes": ["webhooks:write"], **token})
        return {**headers, "Idempotency-Key": key or str(new_id())}

    async def subscribe(self, url: str, *event_types: str, org: UUID | None = None) -> dict[str, Any]:
        """A new webhook as it is answered, its secret included."""
        draft = {"url": url, "event_types": list(event_types)}
        answer = await self.http.post("/v1/webhooks", json=draft, headers=self.subscriber(org))
        assert answer.status_code == 201, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def happens(self, *audience: str, type: str = "account.opened", **data: Any) -> UUID:  # noqa: A002 - the event's own word
        """An event for this audience (public by default); gives the id of what it happened to."""
        aggregate_id = new_id()
        event = NewEvent(
            type=type,
            aggregate_type="account",
            aggregate_id=aggregate_id,
            aggregate_version=1,
            place_id=None,
            audience=audience or ("public",),
            data=data,
        )
        async with self.db.begin() as tx:
            await record_event(tx, event, utc_now())
        return aggregate_id

    async def deliveries(self, webhook: dict[str, Any], **query: str) -> list[dict[str, Any]]:
        """The webhook's deliveries as its owner sees them."""
        path = f"/v1/webhooks/{webhook['id']}/deliveries"
        answer = await self.http.get(path, params=query, headers=self.subscriber())
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    async def delivery(self, webhook: dict[str, Any], **wanted: Any) -> dict[str, Any]:
        """The webhook's only delivery, as soon as it is as wanted."""
        async with asyncio.timeout(20):
            while True:
                found = await self.deliveries(webhook)
                if len(found) == 1 and wanted.items() <= found[0].items():
                    return found[0]
                await asyncio.sleep(0.02)

    async def row(self, delivery: dict[str, Any]) -> RowMapping:
        """A delivery as the sender is given it."""
        async with self.db.begin() as tx:
            row = await delivery_by_id(tx, UUID(delivery["id"]))
        assert row is not None
        return row

    async def replay(self, webhook: dict[str, Any], delivery: dict[str, Any]) -> httpx2.Response:
        """The answer to the wish to have a delivery sent again."""
        path = f"/v1/webhooks/{webhook['id']}/deliveries/{delivery['id']}/replay"
        return await self.http.post(path, headers=self.subscriber())

    async def execute(self, statement: str, **values: Any) -> None:
        """Change the database behind the service's back."""
        async with self.db.begin() as tx:
            await tx.execute(text(statement), values)

    async def rows(self, statement: str) -> Sequence[Any]:
        """The rows of a query."""
        async with self.db.begin() as tx:
            return (await tx.execute(text(statement))).all()

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        async with self.db.begin() as tx:
            return int(await tx.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


@asynccontextmanager
async def running(
    db: Database,
    settings: ServiceSettings,
    *,
    works: bool = True,
    retry_after: Sequence[timedelta] = AT_ONCE,
    resolve: Resolve = system_addresses,
) -> AsyncIterator[World]:
    """The service started; without `works` nothing is dispatched or sent but by the test itself."""
    mint = TokenMint()
    work = webhook_work(db, settings, SCHEMA, retry_after=retry_after, resolve=resolve)
    app = create_service(
        settings,
        name="sample-api",
        title="Sample API",
        version="1.0.0",
        routers=[webhook_router],
        database=db,
        package=PACKAGE,
        verifier=mint.verifier(),
        lifespan_tasks=[work] if works else [],
    )
    app.dependency_overrides[address_book] = lambda: resolve
    async with http_client(app) as http:
        yield World(http, db, mint, settings)
