"""Services as processes: one trace through two, an orderly end, a start that says what is wrong."""

import asyncio
import json
import time
from dataclasses import dataclass

import httpx2
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from tests.integration.common.conftest import PACKAGE, SCHEMA
from tests.integration.common_web.processes import Process, Surroundings, free_port, run, start

from cdp_common.testing.callers import TokenMint
from cdp_common.testing.databases import TestDatabases

TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER_SPAN = "b7ad6b7169203331"
WITHIN_S = 5.0


@dataclass(frozen=True)
class Past:
    """Two services that have ended, and what each answered before."""

    front: Process
    back: Process
    surroundings: Surroundings
    relayed: httpx2.Response
    not_yet_revoked: httpx2.Response
    revoked: tuple[httpx2.Response, ...]
    """The first refusals by the one in front and by the one behind, or what came after five seconds."""
    under_way: httpx2.Response
    """Of a request that was being answered when the service was asked to end."""


def settings(issuer: str, mint: TokenMint) -> dict[str, str]:
    return {"CDP_ISSUER": mint.issuer, "CDP_AUDIENCE": mint.audience, "CDP_PARTNERS_URL": issuer}


async def refusal(
    http: httpx2.AsyncClient, address: str, headers: dict[str, str], give_up_at: float
) -> httpx2.Response:
    """The first answer that refuses, or the one that came when the time was over."""
    while True:
        answer = await http.get(address, headers=headers)
        if answer.status_code == 401 or time.monotonic() >= give_up_at:
            return answer
        await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
async def past(databases: TestDatabases) -> Past:
    """Both services from their start to their end, which every test asks about something else."""
    mint = TokenMint()
    surroundings = Surroundings(mint)
    db = await databases.clone(PACKAGE, SCHEMA)
    async with surroundings.serving() as url, httpx2.AsyncClient() as http:
        common = {**settings(url, mint), "CDP_OTLP_ENDPOINT": url}
        database = db.engine.url.render_as_string(hide_password=False)
        port = str(free_port())
        back, front = await asyncio.gather(
            start("back", CDP_PORT=port, CDP_DATABASE_URL=database, **common),
            start("front", CDP_TOMS_URL=f"http://127.0.0.1:{port}", **common),
        )
        traced = {"traceparent": f"00-{TRACE}-{CALLER_SPAN}-01", "X-Request-Id": "req-77"}
        signed = mint.headers(scopes=["a:read"], client_id="portal")
        relayed = await http.get(f"{front.url}/v1/relay", headers={**signed, **traced})
        gone = mint.headers(scopes=["a:read"], jti="gone")
        not_yet_revoked = await http.get(f"{front.url}/v1/relay", headers=gone)
        mint.revoke_token("gone")
        addresses = (f"{front.url}/v1/relay", f"{back.url}/v1/seen")
        give_up_at = time.monotonic() + WITHIN_S
        revoked = tuple([await refusal(http, address, gone, give_up_at) for address in addresses])
        slow = asyncio.create_task(http.get(f"{back.url}/v1/slow"))
        await asyncio.sleep(0.4)
        back.signal()
        under_way = await slow
        await asyncio.gather(front.stop(), back.ended())
    await databases.give_back(db)
    return Past(front, back, surroundings, relayed, not_yet_revoked, revoked, under_way)


def test_one_trace_and_one_request_id_go_through_both(past: Past):
    assert (past.relayed.status_code, past.relayed.json()) == (200, {"client_id": "portal", "rows": 0})
    assert (past.front.exit_code, past.back.exit_code) == (0, 0)
    for process, service, route in (
        (past.front, "front", "/v1/relay"),
        (past.back, "tests.integration.common.sample-service", "/v1/seen"),
    ):
        lines = [line for line in process.lines if line.get("route") == route]
        (line,) = [line for line in lines if line["request_id"] == "req-77"]
        assert (line["event"], line["status"], line["service"]) == ("request", 200, service)
        assert line["trace_id"] == TRACE
        assert line["client_id"] == "portal"
        assert [line for line in lines if line["trace_id"] == TRACE] == [line]
    assert_spans(past.surroundings)


def assert_spans(surroundings: Surroundings) -> None:
    """Server, call, server, query: each the child of the one before, and no other HTTP span."""
    spans = [span for _, span in surroundings.spans if span.trace_id.hex() == TRACE]
    served = [span for span in spans if span.kind == Span.SPAN_KIND_SERVER]
    called = [span for span in spans if span.kind == Span.SPAN_KIND_CLIENT]
    assert sorted(span.name for span in served) == ["GET /v1/relay", "GET /v1/seen"]
    relay, seen = sorted(served, key=lambda span: span.name)
    assert relay.parent_span_id.hex() == CALLER_SPAN
    (call,) = [span for span in called if span.name == "GET"]
    assert call.parent_span_id == relay.span_id
    assert seen.parent_span_id == call.span_id
    queries = [span for span in called if span.name.startswith("SELECT")]
    assert [span.parent_span_id for span in queries] == [seen.span_id]
    assert "accounts" in {a.key: a.value.string_value for a in queries[0].attributes}["db.statement"]


def test_a_revoked_token_stops_within_five_seconds_everywhere(past: Past):
    assert past.not_yet_revoked.status_code == 200
    for answer in past.revoked:
        assert (answer.status_code, answer.json()["code"]) == (401, "token_revoked")


def test_a_request_under_way_is_answered_before_the_end(past: Past):
    assert (past.under_way.status_code, past.under_way.json()) == (200, "done")
    assert past.back.exit_code == 0
    routes = [line["route"] for line in past.back.lines if line["event"] == "request"]
    assert (routes.count("/v1/slow"), routes[-1]) == (1, "/v1/slow")


async def test_without_its_issuer_a_service_lives_and_says_503(mint):
    process = await start("front", **settings(f"http://127.0.0.1:{free_port()}", mint))
    try:
        async with httpx2.AsyncClient() as http:
            answer = await http.get(f"{process.url}/v1/relay", headers=mint.headers(scopes=["a:read"]))
        assert (answer.status_code, answer.json()["code"]) == (503, "keys_unavailable")
        assert answer.headers["retry-after"] == "2"
    finally:
        await process.stop()
    unreachable = [line for line in process.lines if line["event"] == "issuer_unreachable"]
    assert {line["reading"] for line in unreachable} >= {"jwks", "revocations"}


async def test_a_start_that_cannot_work_ends_at_once_with_the_reason():
    process = await run("back", "migrate")
    out, err = await process.communicate()
    assert process.returncode == 2
    assert "CDP_DATABASE_OWNER_URL is not set" in err.decode()
    assert "Traceback" not in err.decode()
    assert out == b""


async def test_migrate_brings_the_database_to_the_builds_revision(db, databases):
    process = await run("back", "migrate", CDP_DATABASE_OWNER_URL=databases.owner_url(db))
    out, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert json.loads(out)["event"] == "migrated"
