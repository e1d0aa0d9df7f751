"""A client of a service: what it sends, when it repeats, and how it tells a refusal from an outage."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx2
import pytest
import structlog

from cdp_common.clients import base, upstream
from cdp_common.clients.base import (
    Fetched,
    ServiceClient,
    UpstreamMalformed,
    UpstreamProblem,
    UpstreamUnavailable,
    forwarded,
    open_http,
)
from cdp_common.clients.tokens import TokenSource
from cdp_common.contracts.base import Contract, GbpText
from cdp_common.kernel.errors import FieldError
from cdp_common.web.problems import status_of

KEY = "0b7a3f8e-98d4-4cbb-9a3f-0e6f6a3d9c11"


class Receipt(Contract):
    number: int
    amount: GbpText


RECEIPT = {"number": 1, "amount": "12.50"}
Handler = Callable[[httpx2.Request], httpx2.Response]


class Upstream:
    """A service that answers from a list, and remembers what it was asked."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, tokens: TokenSource | None = None) -> ServiceClient:
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(self))
        return ServiceClient("http://toms.test/", tokens, http)


def ok(body: Any = RECEIPT, status: int = 200, **headers: str) -> httpx2.Response:
    return httpx2.Response(status, json=body, headers={k.replace("_", "-"): v for k, v in headers.items()})


def problem(status: int, code: str, headers: dict[str, str] | None = None, **fields: Any) -> httpx2.Response:
    body = {"type": f"urn:cdp:problem:{code}", "status": status, "code": code, "detail": "No.", **fields}
    content = {"content-type": "application/problem+json", **(headers or {})}
    return httpx2.Response(status, content=json.dumps(body), headers=content)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses are noted and not waited for."""
    noted: list[float] = []

    async def note(seconds: float) -> None:
        noted.append(seconds)

    monkeypatch.setattr("cdp_common.clients.base.asyncio.sleep", note)
    return noted


class Carried:
    """Carries calls, and remembers their addresses."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    async def exchange(self, method: str, url: str, *_: object) -> upstream.Reply:
        self.addresses.append(url)
        return upstream.Reply(200, httpx2.Headers(), json.dumps(RECEIPT).encode())


async def test_an_address_is_as_long_as_servers_read_and_no_longer():
    asked, carrier = Upstream(ok()), Carried()
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(asked))
    clients = [asked.client(), ServiceClient("http://toms.test/", None, http, carrier=carrier)]
    most = base.MAX_ADDRESS_CHARS - len("/v1/receipts?slug=")
    for client in clients:
        await client._get("/v1/receipts", Receipt, params={"slug": "x" * most, "limit": None})
        for params, path, pointer in (
            ({"slug": "x" * (most + 1)}, "/v1/receipts", "?slug"),
            ({"slug": "é" * 3000, "limit": 1}, "/v1/receipts", "?slug"),
            ({"slug": "x" * 100_000}, "/v1/receipts", "?slug"),
            ({"limit": 1}, f"/v1/receipts/{'x' * most}", "{path}"),
        ):
            with pytest.raises(UpstreamProblem) as refused:
                await client._get(path, Receipt, params=params)
            assert (refused.value.status, refused.value.code) == (422, "invalid_input")
            assert [(one.pointer, one.code) for one in refused.value.errors] == [(pointer, "too_long")]
    assert len(asked.requests) == len(carrier.addresses) == 1


async def test_an_answer_is_parsed_into_its_contract():
    upstream = Upstream(ok())
    receipt = await upstream.client()._get("/v1/receipts/1", Receipt)
    assert receipt == Receipt.model_validate(RECEIPT)
    assert str(upstream.requests[0].url) == "http://toms.test/v1/receipts/1"
    assert upstream.requests[0].headers["accept"] == "application/json"
    assert "authorization" not in upstream.requests[0].headers


async def test_a_field_that_this_build_does_not_know_is_ignored():
    upstream = Upstream(ok({**RECEIPT, "added_later": {"x": 1}}))
    assert (await upstream.client()._get("/x", Receipt)).number == 1


async def test_what_the_headers_say_comes_with_the_answer():
    upstream = Upstream(ok(status=201, ETag='"v1"', Location="/v1/r/1", Idempotency_Replayed="true"))
    fetched = await upstream.client()._fetch("POST", "/v1/r", answer=Receipt, idempotency_key=KEY)
    assert fetched == Fetched(
        body=Receipt.model_validate(RECEIPT), status=201, etag='"v1"', location="/v1/r/1", was_replayed=True
    )


async def test_a_contract_is_sent_as_it_writes_itself():
    upstream = Upstream(ok())
    body = Receipt.model_validate({"number": 2, "amount": "0.10"})
    await upstream.client()._post("/x", Receipt, json=body, idempotency_key=KEY)
    request = upstream.requests[0]
    assert request.content == b'{"number":2,"amount":"0.10"}'
    assert request.headers["content-type"] == "application/json"
    assert request.headers["idempotency-key"] == KEY


async def test_a_plain_body_and_a_version_are_sent():
    upstream = Upstream(ok())
    await upstream.client()._patch("/x", Receipt, json={"name": "ü"}, if_match='"v1"')
    assert upstream.requests[0].content == '{"name":"ü"}'.encode()
    assert upstream.requests[0].headers["if-match"] == '"v1"'


async def test_parameters_are_written_as_the_apis_read_them():
    upstream = Upstream(ok())
    await upstream.client()._get(
        "/x",
        Receipt,
        params={
            "place_id": UUID(KEY),
            "on": date(2026, 11, 2),
            "at": datetime(2026, 11, 2, 9, tzinfo=UTC),
            "share": Decimal("0.10"),
            "limit": 5,
            "open": True,
            "cursor": None,
            "state": ["a", "b c"],
        },
    )
    assert upstream.requests[0].url.params.multi_items() == [
        ("place_id", KEY),
        ("on", "2026-11-02"),
        ("at", "2026-11-02T09:00:00+00:00"),
        ("share", "0.10"),
        ("limit", "5"),
        ("open", "true"),
        ("state", "a"),
        ("state", "b c"),
    ]


async def test_a_float_is_no_parameter():
    with pytest.raises(TypeError, match="float is not a query parameter"):
        await Upstream(ok()).client()._get("/x", Receipt, params={"share": 0.1})


async def test_the_request_id_of_the_request_being_served_goes_along():
    upstream = Upstream(ok())
    with structlog.contextvars.bound_contextvars(request_id="req-7"):
        await upstream.client()._get("/x", Receipt)
    await upstream.client()._get("/x", Receipt)
    assert upstream.requests[0].headers["x-request-id"] == "req-7"
    assert "x-request-id" not in upstream.requests[1].headers


async def test_a_forwarded_token_is_sent_as_it_is():
    upstream = Upstream(ok())
    await upstream.client(forwarded("abc"))._get("/x", Receipt)
    assert upstream.requests[0].headers["authorization"] == "Bearer abc"


async def test_a_refusal_keeps_status_code_and_faults():
    errors = [{"pointer": "/a", "code": "odd", "message": "is odd"}]
    upstream = Upstream(problem(422, "invalid_input", errors=errors))
    with pytest.raises(UpstreamProblem) as refusal:
        await upstream.client()._get("/x", Receipt)
    assert (refusal.value.status, refusal.value.code, refusal.value.detail) == (422, "invalid_input", "No.")
    assert refusal.value.errors == (FieldError("/a", "odd", "is odd"),)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("status, body", [(404, b"<html>"), (404, b""), (400, b'{"code": 7}'), (409, b"[]")])
async def test_a_refusal_that_is_no_problem_document_still_has_a_code(status, body):
    with pytest.raises(UpstreamProblem) as refusal:
        await Upstream(httpx2.Response(status, content=body)).client()._get("/x", Receipt)
    assert (refusal.value.status, refusal.value.code) == (status, f"http_{status}")


async def test_not_offered_is_an_answer_and_not_an_outage():
    with pytest.raises(UpstreamProblem) as refusal:
        await Upstream(problem(501, "not_offered")).client()._get("/x", Receipt)
    assert refusal.value.status == 501


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_an_overload_or_fault_is_an_outage_that_keeps_the_problem(status):
    with pytest.raises(UpstreamUnavailable) as outage:
        await Upstream(problem(status, "busy", {"Retry-After": "7"})).client()._get("/x", Receipt)
    assert status_of(type(outage.value)) == 503
    assert outage.value.code == "upstream_unavailable"
    assert outage.value.problem is not None
    assert (outage.value.problem.status, outage.value.problem.code) == (status, "busy")
    assert outage.value.retry_after_s == 7


@pytest.mark.parametrize(
    "fault",
    [
        httpx2.ConnectError("refused"),
        httpx2.ConnectTimeout("slow"),
        httpx2.ReadTimeout("slow"),
        httpx2.RemoteProtocolError("cut"),
        httpx2.PoolTimeout("full"),
    ],
)
async def test_a_read_is_tried_three_times_and_then_is_an_outage(fault, pauses):
    upstream = Upstream(fault)
    with pytest.raises(UpstreamUnavailable) as outage:
        await upstream.client()._get("/x", Receipt)
    assert len(upstream.requests) == 3
    assert outage.value.detail == "toms.test could not be reached."
    assert 0.05 <= pauses[0] <= 0.1
    assert 0.1 <= pauses[1] <= 0.2


async def test_a_second_try_that_works_is_the_answer(pauses):
    upstream = Upstream(httpx2.ConnectError("refused"), problem(503, "x", {"Retry-After": "1"}), ok())
    assert (await upstream.client()._get("/x", Receipt)).number == 1
    assert len(upstream.requests) == 3
    assert 1.1 <= pauses[1] <= 1.2


@pytest.mark.parametrize(
    "headers", [{}, {"Retry-After": "3"}, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}]
)
async def test_a_503_that_does_not_end_soon_is_not_waited_for(headers):
    upstream = Upstream(problem(503, "x", headers))
    with pytest.raises(UpstreamUnavailable):
        await upstream.client()._get("/x", Receipt)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 504])
async def test_other_outages_are_not_repeated(status):
    upstream = Upstream(problem(status, "x", {"Retry-After": "1"}))
    with pytest.raises(UpstreamUnavailable):
        await upstream.client()._get("/x", Receipt)
    assert len(upstream.requests) == 1


@pytest.mark.parametrize(
    "method, options, tries",
    [
        ("POST", {}, 1),
        ("POST", {"idempotency_key": KEY}, 3),
        ("POST", {"is_read": True}, 3),
        ("PUT", {"if_match": '"v1"'}, 1),
        ("PATCH", {}, 1),
        ("DELETE", {}, 1),
        ("GET", {}, 3),
    ],
)
async def test_only_what_is_safe_to_repeat_is_repeated(method, options, tries):
    upstream = Upstream(httpx2.ReadError("cut"))
    with pytest.raises(UpstreamUnavailable):
        await upstream.client()._request(method, "/x", answer=Receipt, **options)
    assert len(upstream.requests) == tries


async def test_a_delete_has_no_answer():
    upstream = Upstream(httpx2.Response(204))
    await upstream.client()._delete("/x", if_match='"v1"')
    assert upstream.requests[0].method == "DELETE"


@pytest.mark.parametrize(
    "answer", [ok({"number": "x"}), ok([]), httpx2.Response(200, content=b"<html>"), httpx2.Response(204)]
)
async def test_an_answer_outside_its_contract_is_an_outage_and_not_repeated(answer):
    upstream = Upstream(answer)
    with pytest.raises(UpstreamMalformed) as outage:
        await upstream.client()._get("/x", Receipt)
    assert isinstance(outage.value, UpstreamUnavailable)
    assert len(upstream.requests) == 1


async def test_a_redirect_is_not_followed():
    upstream = Upstream(httpx2.Response(302, headers={"Location": "http://elsewhere.test/"}))
    with pytest.raises(UpstreamMalformed, match="redirected"):
        await upstream.client()._get("/x", Receipt)
    assert len(upstream.requests) == 1


async def test_an_answer_is_read_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(upstream, "MAX_ANSWER_BYTES", 100)
    exact = json.dumps({**RECEIPT, "pad": ""})
    for size, fits in ((100, True), (101, False)):
        body = json.dumps({**RECEIPT, "pad": "x" * (size - len(exact))})
        client = Upstream(httpx2.Response(200, content=body)).client()
        if fits:
            await client._get("/x", Receipt)
        else:
            with pytest.raises(UpstreamMalformed, match="more than is read"):
                await client._get("/x", Receipt)


async def test_a_call_has_an_end_even_when_bytes_keep_dripping(monkeypatch):
    monkeypatch.setattr(base, "TOTAL_TIMEOUT_S", 0.05)

    async def never(request: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(never))
    with pytest.raises(UpstreamUnavailable, match="did not answer in time"):
        await ServiceClient("http://toms.test", None, http)._post("/x", Receipt)


async def test_the_callers_own_deadline_stays_its_own():
    async def never(request: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(never))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ServiceClient("http://toms.test", None, http)._get("/x", Receipt), 0.05)


async def test_the_pool_has_the_timeouts_that_were_agreed():
    async with open_http() as http:
        assert (http.timeout.connect, http.timeout.read, http.timeout.write) == (2.0, 10.0, 10.0)
        assert http.follow_redirects is False
