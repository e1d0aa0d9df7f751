"""Every refusal is one problem document, the framework's own included, and says nothing it should not."""

import gzip
import json
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from tests.unit.common_web.conftest import BID, TENDER

from cdp_common.clients.upstream import UpstreamProblem
from cdp_common.kernel import errors as kernel
from cdp_common.kernel.errors import CdpError, FieldError
from cdp_common.kernel.identifiers import new_id
from cdp_common.testing.callers import TokenMint
from cdp_common.web import requests
from cdp_common.web.problems import (
    STATUS_OF_CATEGORY,
    error_catalogue,
    install_problem_handlers,
    response_to,
    status_of,
)

BIDS = f"/v1/tenders/{TENDER}/bids"
REQUEST_ID = {"X-Request-Id": "req-1"}


def bidder(mint: TokenMint) -> dict[str, str]:
    return {**mint.headers(scopes=["bids:write"]), "Idempotency-Key": str(new_id()), **REQUEST_ID}


def assert_problem(answer: httpx2.Response, status: int, code: str, **fields: Any) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:cdp:problem:{code}"
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert problem["title"]
    assert problem["detail"]
    for name, value in fields.items():
        assert problem[name] == value
    return problem


async def test_a_refusal_of_the_domain_is_its_category_status_and_its_own_code(client):
    answer = await client.get("/v1/late", headers=REQUEST_ID)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:cdp:problem:deadline_passed",
        "title": "The tender is closed",
        "status": 409,
        "detail": "The deadline was 12:00.",
        "instance": "/v1/late",
        "code": "deadline_passed",
        "request_id": "req-1",
    }


async def test_an_unknown_path_is_a_problem(client):
    assert_problem(await client.get("/v1/nothing?x=1"), 404, "unknown_path", instance="/v1/nothing")


async def test_a_trailing_slash_is_another_path_and_no_redirect(client):
    assert_problem(await client.get("/v1/bid/"), 404, "unknown_path")


async def test_an_unknown_method_is_a_problem_that_names_the_known_ones(client):
    answer = await client.delete("/v1/late")
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD"


async def test_all_methods_of_a_path_are_named_whichever_route_stands_first(client):
    answer = await client.put(BIDS)
    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize(
    "body, character",
    [(b"{", 1), (b'{"lines": [}', 11), (b"'a'", 0), (b'{"a":1}x', 7)],
)
async def test_malformed_json_says_where_it_stops(client, token_mint, body, character):
    headers = {**bidder(token_mint), "Content-Type": "application/json"}
    answer = await client.post(BIDS, content=body, headers=headers)
    detail = f"The body stops being JSON at character {character}."
    assert_problem(answer, 400, "malformed_json", detail=detail)


async def test_a_packed_body_is_refused_as_such_where_none_is_unpacked(client, token_mint):
    headers = {**bidder(token_mint), "Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = await client.post(BIDS, content=gzip.compress(b'{"lines": []}'), headers=headers)
    assert_problem(answer, 415, "unsupported_content_encoding")
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "body",
    [
        b'{"note": "\xff"}',
        b'{"note": NaN}',
        b'{"note": [-Infinity]}',
        '{"note": "ü"}'.encode("utf-16-le"),
        b"[" * 2000,
    ],
)
async def test_what_only_looks_like_json_is_malformed(client, body):
    answer = await client.post("/v1/echo", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 400, "malformed_json")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
        "application/json; charset=utf-16",
        "",
    ],
)
async def test_a_body_that_is_not_json_is_415(client, content_type):
    answer = await client.post("/v1/echo", content=b'{"a":1}', headers={"Content-Type": content_type})
    assert_problem(answer, 415, "unsupported_media_type")


async def test_a_body_without_content_type_is_415(client):
    assert_problem(await client.post("/v1/echo", content=b"{}"), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        'application/json; charset="UTF-8"',
        "application/merge-patch+json",
    ],
)
async def test_json_by_any_of_its_names_is_read(client, content_type):
    answer = await client.post("/v1/echo", content=b'{"a":1}', headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()) == (200, {"a": 1})


@pytest.mark.parametrize(
    "body, errors",
    [
        ({}, [("/lines", "required", "this is required")]),
        ({"lines": []}, [("/lines", "too_short", "needs at least 1 items")]),
        ({"lines": [{}] * 4}, [("/lines", "too_long", "may have at most 3 items")]),
        (
            {"lines": [{"measure": "NT1", "quantity": "1"}, {"measure": "x" * 11, "quantity": 1.5}]},
            [
                ("/lines/1/measure", "too_long", "may have at most 10 characters"),
                (
                    "/lines/1/quantity",
                    "invalid",
                    "a decimal is written as a string of digits, for example '12.5'",
                ),
            ],
        ),
        (
            {"lines": [{"measure": "NT1", "quantity": "1"}], "a/b~c": 1},
            [("/a~1b~0c", "unknown_field", "there is no such field")],
        ),
        ([], [("", "wrong_type", "must be an object")]),
        (None, [("", "required", "this is required")]),
    ],
)
async def test_invalid_input_names_every_fault_by_pointer(client, token_mint, body, errors):
    answer = await client.post(BIDS, json=body, headers=bidder(token_mint))
    problem = assert_problem(answer, 422, "invalid_input")
    assert [(e["pointer"], e["code"], e["message"]) for e in problem["errors"]] == errors


async def test_a_required_body_that_is_absent_is_one_fault_of_the_whole(client, token_mint):
    problem = assert_problem(await client.post(BIDS, headers=bidder(token_mint)), 422, "invalid_input")
    assert problem["errors"] == [{"pointer": "", "code": "required", "message": "this is required"}]


@pytest.mark.parametrize(
    "part, pointer, code",
    [
        ({"kind": "hours", "hours": "x"}, "/part/hours", "wrong_type"),
        ({"kind": "cash"}, "/part/amount", "required"),
        ({"kind": "gold"}, "/part", "not_allowed"),
        ({}, "/part", "required"),
        ({"kind": "hours", "hours": 1, "odd": 2}, "/part/odd", "unknown_field"),
    ],
)
async def test_the_arm_of_a_union_is_no_part_of_the_pointer(client, part, pointer, code):
    problem = assert_problem(await client.post("/v1/offers", json={"part": part}), 422, "invalid_input")
    assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [(pointer, code)]


async def test_faults_of_path_and_query_have_pointers_of_their_own(client):
    problem = assert_problem(await client.get("/v1/tenders/7/bids?limit=101"), 422, "invalid_input")
    assert [(e["pointer"], e["code"], e["message"]) for e in problem["errors"]] == [
        ("?limit", "out_of_range", "must be at most 100"),
        ("{tender_id}", "wrong_format", "must be a UUID"),
    ]


async def test_no_refusal_of_input_echoes_it(client, token_mint):
    secret = "ZZSECRETZZ"
    bodies = [
        {"lines": secret},
        {"lines": [{"measure": secret * 2, "quantity": secret}]},
        {"lines": [], secret: 1},
        {"lines": [], "note": {secret: secret}},
    ]
    for body in bodies:
        answer = await client.post(BIDS, json=body, headers=bidder(token_mint))
        assert answer.status_code == 422
        # A field's own name is its place; its value shows nowhere.
        assert secret not in answer.text.replace(f'"pointer":"/{secret}"', "")
    for path in (f"/v1/tenders/{secret}/bids", f"/v1/tenders/{TENDER}/bids?limit={secret}"):
        answer = await client.get(path)
        assert answer.status_code == 422
        assert secret not in answer.text.replace(f'"instance":"/v1/tenders/{secret}/bids"', "")


async def test_a_hundred_faults_are_listed_and_no_more(client):
    answer = await client.post("/v1/offers", json={str(n): n for n in range(150)})
    assert len(assert_problem(answer, 422, "invalid_input")["errors"]) == 100


@pytest.mark.parametrize("path", ["/v1/broken", "/v1/crooked"])
async def test_a_fault_of_ours_says_nothing_but_the_request_id(client, path, capsys):
    answer = await client.get(path, headers=REQUEST_ID)
    assert answer.json() == {
        "type": "urn:cdp:problem:internal_error",
        "title": "Something went wrong on our side",
        "status": 500,
        "detail": "The fault has been recorded under this request id.",
        "instance": path,
        "code": "internal_error",
        "request_id": "req-1",
    }


async def test_a_response_outside_its_contract_is_logged_without_its_values(client, capsys):
    capsys.readouterr()
    await client.get("/v1/crooked")
    logged = capsys.readouterr().out
    assert "private words" not in logged
    fault = next(json.loads(line) for line in logged.splitlines() if "unhandled_fault" in line)
    assert fault["faults"] == ["response.lines: list_type"]


async def test_retry_after_is_whole_seconds_rounded_up(client):
    answer = await client.get("/v1/busy")
    assert_problem(answer, 503, "overloaded")
    assert answer.headers["retry-after"] == "2"


@pytest.mark.parametrize(
    "value, pointer",
    [({"a": ["x", "b\x00"]}, "/a/1"), ({"k\x00": 1}, ""), ({"a": {"~/": "\ud800"}}, "/a/~0~1")],
)
async def test_text_that_cannot_be_stored_is_refused_at_the_door(client, value, pointer):
    body = json.dumps(value).encode()
    answer = await client.post("/v1/echo", content=body, headers={"Content-Type": "application/json"})
    problem = assert_problem(answer, 422, "text_unusable")
    assert [e["pointer"] for e in problem["errors"]] == [pointer]


async def test_a_surrogate_in_raw_bytes_is_refused_too(client):
    body = b'{"a": "\xed\xa0\x80"}'
    answer = await client.post("/v1/echo", content=body, headers={"Content-Type": "application/json"})
    assert_problem(answer, 422, "text_unusable")


@pytest.mark.parametrize("text", ["\\u0000 spelt out", "😀", "한국", "NaN", "Infinity"])
async def test_text_that_only_resembles_the_unusable_passes(client, text):
    for body in (json.dumps({"a": text}), json.dumps({"a": text}, ensure_ascii=False)):
        answer = await client.post(
            "/v1/echo", content=body.encode(), headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, answer.json()) == (200, {"a": text})


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (b'{"a":1,"a":1}', ["/a"]),
        (b'{"a":1,"\\u0061" : 2}', ["/a"]),
        (b'{"x":[{"b":":"},{"b":1,"c":{"/":1,"/":2},"b":[],"b":{}}]}', ["/x/1/b", "/x/1/b", "/x/1/c/~1"]),
        (b'{"\\ud800":1,"\\ud800":2}', ["/?"]),
    ],
)
async def test_members_that_are_repeated_are_refused_wherever_they_stand(client, body, pointers):
    answer = await client.post("/v1/echo", content=body, headers={"Content-Type": "application/json"})
    problem = assert_problem(answer, 400, "member_repeated")
    assert sorted(error["pointer"] for error in problem["errors"]) == pointers


async def test_a_long_body_is_read_as_strictly_as_a_short_one(client, monkeypatch):
    monkeypatch.setattr(requests, "READ_AT_ONCE_BYTES", 10)
    headers = {"Content-Type": "application/json"}
    for body, code in ((b'{"abc":1,"abc":2}', "member_repeated"), (b'{"note": NaN}', "malformed_json")):
        assert_problem(await client.post("/v1/echo", content=body, headers=headers), 400, code)
    assert (await client.post("/v1/echo", json={"abc": [1, 2, 3]})).json() == {"abc": [1, 2, 3]}


async def test_members_of_one_name_in_several_objects_pass(client):
    value = {"a": {"a": ["a", {"a": 1}, {"a": 1}]}, "A": 'b":"b"'}
    answer = await client.post("/v1/echo", json=value)
    assert (answer.status_code, answer.json()) == (200, value)


@pytest.mark.parametrize("spelt", [json.dumps, lambda value: json.dumps(value, ensure_ascii=False)])
async def test_names_that_hold_what_cannot_be_seen_are_refused_at_the_door(client, spelt):
    def sent(**named: Any) -> Any:
        body = spelt({"legal_name": "Durham", **named}).encode()
        return client.post("/v1/names", content=body, headers={"Content-Type": "application/json"})

    answer = await sent(legal_name="Dur\u202eham", others=["a", "b\u200bc"])
    problem = assert_problem(answer, 422, "text_unseen")
    assert problem["errors"] == [
        {"pointer": "/legal_name", "code": "text_unseen", "message": words("U+202E")},
        {"pointer": "/others/1", "code": "text_unseen", "message": words("U+200B")},
    ]
    # What else is wrong the route says, and what is no name may hold what a name may not.
    assert_problem(await sent(others=[1], text="\u2066"), 422, "invalid_input")
    kept = {"legal_name": "می\u200cخواهم – £5", "text": "\u2066אב\u2069 \x7f", "others": [" x\ufeff"[:2]]}
    answer = await sent(**kept)
    assert (answer.status_code, answer.json()["text"]) == (201, kept["text"])
    assert answer.json()["legal_name"] == kept["legal_name"]


def words(character: str) -> str:
    return f"holds the character {character}, which cannot be seen there"


async def test_a_nul_in_path_or_query_is_refused(client):
    assert_problem(await client.get(f"/v1/tenders/{TENDER}%00/bids"), 422, "text_unusable")
    problem = assert_problem(await client.get(f"{BIDS}?state=a%00b"), 422, "text_unusable")
    assert [e["pointer"] for e in problem["errors"]] == ["?state"]


def test_each_category_has_the_status_that_the_conventions_give_it():
    assert {category.__name__: status for category, status in STATUS_OF_CATEGORY.items()} == {
        "BadRequest": 400,
        "Unauthenticated": 401,
        "Forbidden": 403,
        "NotFound": 404,
        "Conflict": 409,
        "Gone": 410,
        "PreconditionFailed": 412,
        "TooLarge": 413,
        "UnsupportedMedia": 415,
        "RangeUnsatisfiable": 416,
        "InvalidInput": 422,
        "PreconditionRequired": 428,
        "RateLimited": 429,
        "NotOffered": 501,
        "Unavailable": 503,
    }


def test_every_category_of_the_kernel_has_a_status():
    assert {c for c in CdpError.__subclasses__() if c.__module__ == kernel.__name__} == set(
        STATUS_OF_CATEGORY
    )


def test_an_error_of_no_category_is_a_fault_of_ours():
    assert status_of(CdpError) == 500


def test_a_refusal_carries_its_field_errors():
    refusal = kernel.InvalidInput("No.", errors=[FieldError("/a", "odd", "is odd")])
    body = json.loads(bytes(response_to(refusal, "/x", "r").body))
    assert body["errors"] == [{"pointer": "/a", "code": "odd", "message": "is odd"}]


def test_unauthenticated_always_carries_a_challenge():
    assert response_to(kernel.Unauthenticated("No."), "/x", "r").headers["www-authenticate"] == "Bearer"


class ScopeMissingElsewhere(kernel.Conflict):
    code = "scope_missing"
    title = "Another thing under the same code"


def test_the_catalogue_of_the_library_lists_each_code_once_in_order():
    catalogue = error_catalogue({"cdp_common"})
    codes = [entry["code"] for entry in catalogue]
    assert codes == sorted(set(codes))
    by_code = {entry["code"]: entry for entry in catalogue}
    assert by_code["scope_missing"] == {
        "code": "scope_missing",
        "status": 403,
        "title": "The access token lacks a scope",
    }
    assert by_code["internal_error"]["status"] == 500
    assert by_code["body_too_large"]["status"] == 413
    assert "error" not in codes


def test_a_code_that_is_used_for_two_things_is_listed_with_both():
    listed = [entry for entry in error_catalogue() if entry["code"] == "scope_missing"]
    assert [(entry["status"], entry["title"]) for entry in listed] == [
        (403, "The access token lacks a scope"),
        (409, "Another thing under the same code"),
    ]


async def test_a_good_request_is_answered_as_the_contract_says(client, token_mint):
    answer = await client.post(BIDS, json=BID.model_dump(mode="json"), headers=bidder(token_mint))
    assert answer.status_code == 201
    assert answer.json() == {"lines": [{"measure": "NT1", "quantity": "12.50"}], "note": None}


async def test_what_another_service_refuses_us_is_unavailability_and_not_told_on():
    app = FastAPI()
    install_problem_handlers(app)

    @app.get("/asks-another")
    async def asks_another() -> None:
        raise UpstreamProblem(401, "invalid_client", "words of the other service")

    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service.test") as client:
        answer = await client.get("/asks-another")

    assert (answer.status_code, answer.json()["code"]) == (503, "upstream_refused")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "words of the other service" not in answer.text
