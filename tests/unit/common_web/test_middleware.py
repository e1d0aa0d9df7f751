"""Every request has an id, one log line and its headers; a body has a limit, stated or not."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send
from tests.unit.common_web.test_problems import assert_problem

from cdp_common.web.middleware import BodyLimit, HeadRequests, RequestContext, add_response_headers


async def chunks(size: int, count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


@pytest.mark.parametrize("offered", ["a", "req-1.B_2", "x" * 64])
async def test_a_well_formed_request_id_is_kept(client, offered):
    answer = await client.get("/v1/who", headers={"X-Request-Id": offered})
    assert answer.headers.get_list("x-request-id") == [offered]


@pytest.mark.parametrize("offered", ["", "x" * 65, "a b", "a\tb", "a/b", "é".encode(), 'a"b'])
async def test_any_other_request_id_is_replaced_by_a_new_one(client, offered):
    answer = await client.get("/v1/who", headers={"X-Request-Id": offered})
    assert UUID(answer.headers["x-request-id"]).version == 7


async def test_each_request_without_an_id_gets_its_own(client):
    ids = {(await client.get("/v1/who")).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3


async def test_answers_carry_the_security_headers(client):
    headers = (await client.get("/v1/who")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "server" not in headers


async def test_head_is_answered_as_get_without_the_content(client, token_mint):
    for path in ("/v1/who", "/v1/bid", "/v1/late", "/health/live", "/v1/nowhere", "/v1/who?what=1"):
        headers = {"X-Request-Id": "1", **token_mint.headers()}
        read = await client.get(path, headers=headers)
        asked = await client.head(path, headers=headers)
        counted = (asked.headers.pop("ratelimit", None), read.headers.pop("ratelimit", None))
        assert (counted[0] is None) == (counted[1] is None)
        assert (asked.status_code, asked.headers, asked.content) == (read.status_code, read.headers, b"")
    etag = (await client.head("/v1/bid", headers=token_mint.headers())).headers["etag"]
    held = await client.head("/v1/bid", headers={"If-None-Match": etag, **token_mint.headers()})
    assert held.status_code == 304
    assert (await client.head("/v1/echo")).headers["allow"] == "POST"


async def test_head_of_what_would_stream_for_ever_ends():
    sent: list[Message] = []

    async def streaming(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["method"] == "GET"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        for _ in range(2):
            await send({"type": "http.response.body", "body": b"x", "more_body": True})

    async def keep(message: Message) -> None:
        sent.append(message)

    async def nothing() -> Message:
        raise AssertionError

    scope = {"type": "http", "method": "HEAD", "path": "/", "headers": []}
    await HeadRequests(streaming)(scope, nothing, keep)
    assert sent == [
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]},
        {"type": "http.response.body"},
    ]


async def test_answers_to_a_token_and_refusals_are_not_stored(client, token_mint):
    assert "cache-control" not in (await client.get("/v1/who")).headers
    signed = await client.get("/v1/who", headers=token_mint.headers())
    assert signed.headers["cache-control"] == "no-store"
    assert (await client.get("/v1/late")).headers["cache-control"] == "no-store"


async def test_a_route_may_say_itself_how_it_is_kept(client, token_mint):
    answer = await client.get("/v1/bid", headers=token_mint.headers())
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_a_header_that_is_added_to_a_refusal_stands_in_it_once():
    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        add_response_headers(scope, {"Cache-Control": "private, no-store"})
        await send({"type": "http.response.start", "status": 404, "headers": [(b"cache-control", b"public")]})
        await send({"type": "http.response.body", "body": b""})

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await RequestContext(refusing)(http_scope(), nothing, send)
    said = [value for name, value in sent[0]["headers"] if name == b"cache-control"]
    assert said == [b"private, no-store"]


async def test_the_documentation_page_may_load_its_scripts(client):
    answer = await client.get("/docs")
    assert answer.status_code == 200
    assert "content-security-policy" not in answer.headers


async def test_one_line_per_request_without_query_body_or_token(client, token_mint, capsys):
    capsys.readouterr()
    headers = {**token_mint.headers(client_id="portal"), "X-Request-Id": "req-9", "X-Secret": "s3cret"}
    await client.post("/v1/echo?", json={"name": "private words"}, headers=headers)
    await client.get("/v1/who", headers=headers)
    written = capsys.readouterr().out
    lines = [json.loads(line) for line in written.splitlines()]
    assert [line["event"] for line in lines] == ["request", "request"]
    durations = [line.pop("duration_ms") for line in lines]
    assert all(0 < duration < 10_000 for duration in durations)
    assert lines[1] == {
        "event": "request",
        "level": "info",
        "service": "sample-api",
        "request_id": "req-9",
        "method": "GET",
        "route": "/v1/who",
        "path": "/v1/who",
        "status": 200,
        "client_id": "portal",
    }
    for secret in ("private words", "s3cret", headers["Authorization"].split()[1]):
        assert secret not in written


async def test_the_line_of_a_parametrised_route_names_its_template(client, capsys):
    capsys.readouterr()
    await client.get("/v1/tenders/7/bids?limit=1")
    (line,) = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert (line["route"], line["path"]) == ("/v1/tenders/{tender_id}/bids", "/v1/tenders/7/bids")


async def test_a_stated_size_over_the_limit_is_refused_before_reading(client):
    for size, status in ((2048, 422), (2049, 413)):
        answer = await client.post(
            "/v1/offers",
            content=b'{"a":"' + b"x" * (size - 8) + b'"}',
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code == status
    assert_problem(answer, 413, "body_too_large", detail="This operation reads at most 2048 bytes.")


async def test_an_unstated_size_is_counted_while_it_arrives(client):
    answer = await client.post(
        "/v1/offers", content=chunks(512, 5), headers={"Content-Type": "application/json"}
    )
    assert_problem(answer, 413, "body_too_large", detail="This operation reads at most 2048 bytes.")


async def test_a_path_may_have_a_limit_of_its_own(client):
    assert (await client.post("/v1/imports", content=chunks(1024, 4))).json() == 4096
    assert_problem(await client.post("/v1/imports", content=chunks(1024, 5)), 413, "body_too_large")
    assert_problem(await client.post("/v1/imports", content=b"x" * 4097), 413, "body_too_large")


async def test_the_limit_holds_on_paths_that_do_not_exist(client):
    assert_problem(await client.post("/v1/none", content=b"x" * 2049), 413, "body_too_large")


def http_scope(**fields: Any) -> Scope:
    return {"type": "http", "method": "GET", "path": "/x", "headers": [], **fields}


async def nothing() -> Message:
    return {"type": "http.disconnect"}


async def test_a_fault_after_the_response_began_breaks_the_connection():
    sent: list[Message] = []

    async def begins_and_fails(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("half way")

    async def send(message: Message) -> None:
        sent.append(message)

    with pytest.raises(RuntimeError, match="half way"):
        await RequestContext(begins_and_fails)(http_scope(), nothing, send)
    assert [message["type"] for message in sent] == ["http.response.start"]


async def test_a_cancelled_request_is_logged_and_stays_cancelled(capsys):
    async def waits(scope: Scope, receive: Receive, send: Send) -> None:
        raise asyncio.CancelledError

    async def send(message: Message) -> None: ...

    with pytest.raises(asyncio.CancelledError):
        await RequestContext(waits)(http_scope(), nothing, send)
    assert "request" in capsys.readouterr().out


async def test_a_caller_who_hangs_up_before_the_body_is_whole_is_no_fault_of_ours(capsys):
    sent: list[Message] = []

    async def reads(scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()

    async def send(message: Message) -> None:
        sent.append(message)

    await RequestContext(reads)(http_scope(method="POST"), nothing, send)
    assert sent == []
    logged = capsys.readouterr().out
    assert "unhandled_fault" not in logged
    assert "request" in logged


async def test_other_protocols_pass_through():
    seen: list[str] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def send(message: Message) -> None: ...

    for layer in (RequestContext(inner), BodyLimit(inner, max_bytes=1)):
        await layer({"type": "lifespan"}, nothing, send)
    assert seen == ["lifespan", "lifespan"]


async def test_two_requests_at_once_do_not_share_their_ids(client, capsys):
    capsys.readouterr()
    await asyncio.gather(*(client.get("/v1/who", headers={"X-Request-Id": f"r{n}"}) for n in range(20)))
    logged = [json.loads(line)["request_id"] for line in capsys.readouterr().out.splitlines()]
    assert sorted(logged) == sorted(f"r{n}" for n in range(20))


def test_the_request_of_a_scope_without_state_still_has_an_id():
    assert Request(http_scope(state={"request_id": "a"})).state.request_id == "a"
