"""What bids are posted to in a benchmark: `python -m tests.performance.bid_servers KIND FILE`.

`service` is procurement-api as it serves, `bare` a FastAPI handler that inserts one blob, one receipt and one
event by one statement over asyncpg and does nothing else. FILE holds what both need to know, as JSON. Prints
one line of JSON when it is about to serve: how many tokens it wrote.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import FastAPI, Request

from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint
from cdp_common.web.logs import configure_logging
from cdp_common.web.serving import serve
from cdp_common.web.verifier import POLL_INTERVAL_S
from procurement_api.main import create_app
from procurement_api.settings import Settings

ISSUER, AUDIENCE = "https://issuer.example", "https://live.example"
BARE_TABLES = """
CREATE SCHEMA bare;
CREATE TABLE bare.blobs (id uuid PRIMARY KEY, tender_id uuid NOT NULL, content bytea NOT NULL);
CREATE TABLE bare.receipts (id uuid PRIMARY KEY, blob_id uuid NOT NULL, at timestamptz NOT NULL);
CREATE TABLE bare.events (id uuid PRIMARY KEY, type text NOT NULL, data jsonb NOT NULL);
GRANT USAGE ON SCHEMA bare TO PUBLIC;
GRANT ALL ON ALL TABLES IN SCHEMA bare TO PUBLIC;
"""
BARE_INSERT = """
WITH blob AS (INSERT INTO bare.blobs VALUES ($1, $2, $3) RETURNING id),
     receipt AS (INSERT INTO bare.receipts SELECT $4, id, now() FROM blob RETURNING id)
INSERT INTO bare.events SELECT $5, 'blob.received', jsonb_build_object('receipt', id) FROM receipt
"""


def bare_app(url: str, connections: int) -> FastAPI:
    """The least that a handler of this kind can do."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=connections, max_size=connections) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/v1/tenders/{tender_id}/bids", status_code=201)
    async def insert(tender_id: UUID, request: Request) -> dict[str, Any]:
        blob_id, receipt_id = new_id(), new_id()
        body = await request.body()
        await request.app.state.pool.execute(BARE_INSERT, blob_id, tender_id, body, receipt_id, new_id())
        return {"receipt_id": receipt_id}

    return app


def main(kind: str, file: Path) -> None:
    """Serve until the end of the benchmark."""
    known = json.loads(file.read_text(encoding="utf-8"))
    mint = TokenMint(issuer=ISSUER, audience=AUDIENCE)
    settings = Settings(
        mode="live",
        database_url=known["database_url"],
        issuer=ISSUER,
        audience=AUDIENCE,
        ocid_prefix="ocds-x7y8z9",
        port=known["port"],
        secret_key_file=known["secret_key_file"],
        sealing_key_file=known["sealing_key_file"],
        log_level="INFO",
    )
    bidders = known["bidders"] if kind == "service" else known["bidders"][:1]
    tokens = [mint.token(org=UUID(bidder), scopes=["bids:write"]) for bidder in bidders]
    Path(known["tokens_file"]).write_text("\n".join(tokens), encoding="utf-8")
    print(json.dumps({"tokens": len(tokens)}), flush=True)

    def application(given: Settings) -> FastAPI:
        if kind == "bare":
            return bare_app(known["plain_url"], known["connections"])
        return create_app(given, verifier=mint.verifier(poll_interval_s=POLL_INTERVAL_S))

    configure_logging("procurement-api", "INFO")
    serve(application, settings, name="procurement-api")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
