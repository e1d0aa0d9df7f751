"""A running toms-engine and the organisations that call it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI
from sqlalchemy import text

from cdp_common.db.database import Database
from cdp_common.kernel.clock import FixedClock
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint

WRITE = "frameworks:write"
VALUE = "valuations:run"

Headers = dict[str, str]


@dataclass
class World:
    """The service over HTTP, its database, and callers by what they may do."""

    http: httpx2.AsyncClient
    db: Database
    mint: TokenMint
    clock: FixedClock
    app: FastAPI
    owner: UUID = field(default_factory=new_id)
    other: UUID = field(default_factory=new_id)

    def writer(self, *scopes: str) -> Headers:
        """Somebody of the organisation whose frameworks these are."""
        return self.mint.headers(org=self.owner, scopes=(WRITE, *scopes), client_id="owner")

    def other_writer(self, *scopes: str) -> Headers:
        """Somebody of another organisation with the same scope."""
        return self.mint.headers(org=self.other, scopes=(WRITE, *scopes), client_id="other")

    def valuer(self, *scopes: str) -> Headers:
        """Somebody who may value."""
        return self.mint.headers(org=self.other, scopes=(VALUE, *scopes), client_id="valuer")

    async def load(
        self, pack: dict[str, Any], headers: Headers | None = None, key: str | None = None
    ) -> httpx2.Response:
        """The answer to an import of a pack, by the owner unless said otherwise."""
        sent = {**(headers or self.writer()), "Idempotency-Key": key or str(new_id())}
        return await self.http.post("/v1/frameworks", json=pack, headers=sent)

    async def publish(self, edition: httpx2.Response, headers: Headers | None = None) -> httpx2.Response:
        """The answer to the publication of an edition that was just loaded."""
        sent = {**(headers or self.writer()), "If-Match": edition.headers["ETag"]}
        return await self.http.post(f"/v1/editions/{edition.json()['id']}/publish", headers=sent)

    async def published(self, pack: dict[str, Any], *scopes: str) -> dict[str, Any]:
        """The pack's edition, loaded and published."""
        loaded = await self.load(pack, self.writer(*scopes))
        assert loaded.status_code == 201, loaded.text
        published = await self.publish(loaded)
        assert published.status_code == 200, published.text
        edition: dict[str, Any] = published.json()
        return edition

    async def load_index(
        self, part: dict[str, Any], headers: Headers | None = None, key: str | None = None
    ) -> httpx2.Response:
        """The answer to an import of a part of an index."""
        sent = {**(headers or self.writer()), "Idempotency-Key": key or str(new_id())}
        return await self.http.post("/v1/need-indices", json=part, headers=sent)

    async def value(
        self, edition: dict[str, Any], *lines: dict[str, Any], headers: Headers | None = None, **options: Any
    ) -> httpx2.Response:
        """The answer to a valuation."""
        body = {"edition_hash": edition["edition_hash"], "lines": list(lines), **options}
        return await self.http.post("/v1/valuations", json=body, headers=headers or self.valuer())

    async def count(self, table: str) -> int:
        """The rows of a table."""
        async with self.db.begin() as tx:
            return int(await tx.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


def faults(response: httpx2.Response) -> list[tuple[str, str]]:
    """Where a refusal finds fault, and the codes."""
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]
