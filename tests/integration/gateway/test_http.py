"""GraphQL over HTTP: methods, media types, bodies, and whose token goes where."""

import asyncio
import json
from typing import Any

import pytest
from tests.integration.gateway import canned
from tests.integration.gateway.world import World, running

from cdp_common.testing.callers import TokenMint

QUERY = '{ place(slug: "place-1") { name } }'
ANSWER = {"data": {"place": {"name": "Place 1"}}, "extensions": {"cost": {"calls": 1, "nodes": 1}}}


async def test_a_query_is_answered_by_post_and_by_get(world: World) -> None:
    assert (await world.post(QUERY)).json() == ANSWER
    assert (await world.http.get("/graphql", params={"query": QUERY})).json() == ANSWER
    named = "query A($slug: String!) { place(slug: $slug) { name } } query B { __typename }"
    response = await world.http.get(
        "/graphql",
        params={"query": named, "variables": json.dumps({"slug": "place-1"}), "operationName": "A"},
    )
    assert response.json() == ANSWER
    response = await world.post(named, {"slug": "x"}, operationName="B")
    assert response.json() == {
        "data": {"__typename": "Query"},
        "extensions": {"cost": {"calls": 0, "nodes": 0}},
    }


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, "application/graphql-response+json"),
        ("*/*", "application/graphql-response+json"),
        ("application/json", "application/json"),
        ("application/graphql-response+json", "application/graphql-response+json"),
        ("application/json;q=0.5, application/graphql-response+json", "application/graphql-response+json"),
        ("text/html", "application/json"),
    ],
)
async def test_the_answer_comes_in_the_media_type_asked_for(
    world: World, accept: str | None, answered: str
) -> None:
    headers = {"Accept": accept or ""}
    response = await world.post(QUERY, headers=headers)
    assert response.headers["content-type"] == f"{answered}; charset=utf-8"
    assert response.json() == ANSWER


async def test_a_refused_document_is_400_in_the_newer_media_type_and_200_in_the_older(world: World) -> None:
    newer = await world.post("{ nonsense }", headers={"Accept": "application/graphql-response+json"})
    older = await world.post("{ nonsense }", headers={"Accept": "application/json"})
    assert (newer.status_code, older.status_code) == (400, 200)
    for response in (newer, older):
        assert "data" not in response.json()
        assert response.json()["errors"][0]["extensions"]["code"] == "document_invalid"


@pytest.mark.parametrize(
    ("query", "variables", "code"),
    [
        ("{", None, "document_malformed"),
        ("", None, None),
        ("{ place { name } }", None, "document_invalid"),
        ("query($s: String!) { place(slug: $s) { name } }", {}, "variables_invalid"),
        ("query($s: String!) { place(slug: $s) { name } }", {"s": 7}, "variables_invalid"),
        (
            'query($d: Date!) { place(slug: "x") { collectiveValue(from: $d, to: $d) { asOf } } }',
            {"d": "2026-02-30"},
            "variables_invalid",
        ),
        (
            'query($d: DateTime) { place(slug: "x") { collectiveValue(from: "2026-01-01", to: "2026-01-01",'
            " asOf: $d) { asOf } } }",
            {"d": "2026-02-01T00:00:00"},
            "variables_invalid",
        ),
        ("mutation { place }", None, "document_invalid"),
        ("subscription { place }", None, "operation_not_offered"),
        ("fragment f on Place { name }", None, "operation_unknown"),
        ("query A { __typename } query B { __typename }", None, "operation_unknown"),
    ],
)
async def test_what_is_wrong_with_a_query_has_a_code(
    world: World, query: str, variables: dict[str, Any] | None, code: str | None
) -> None:
    response = await world.post(query, variables)
    answer = response.json()
    if code is None:
        assert (response.status_code, answer["code"]) == (422, "invalid_input")
    else:
        assert {error["extensions"]["code"] for error in answer["errors"]} == {code}
        assert {error["extensions"]["requestId"] for error in answer["errors"]} == {
            response.headers["x-request-id"]
        }
    assert world.calls == []


async def test_an_operation_name_that_is_not_there_has_a_code(world: World) -> None:
    response = await world.post("query A { __typename }", operationName="B")
    assert response.json()["errors"][0]["extensions"]["code"] == "operation_unknown"


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        ({"content": b"{"}, 400, "malformed_json"),
        ({"content": b'{"query": "{ a }", "query": "{ b }"}'}, 400, "member_repeated"),
        ({"content": b"query=x", "headers": {"Content-Type": "text/plain"}}, 415, "unsupported_media_type"),
        ({"json": {"variables": {}}}, 400, "document_missing"),
        ({"json": {"query": QUERY, "operation_name": "x"}}, 422, "invalid_input"),
        ({"json": [{"query": QUERY}]}, 422, "invalid_input"),
        ({"json": {"query": "x" * 200_000}}, 413, "body_too_large"),
        ({"json": {"query": QUERY}, "params": {"query": QUERY}}, 400, "unknown_query_parameter"),
    ],
)
async def test_a_request_that_is_not_one_is_a_problem(
    world: World, sent: dict[str, Any], status: int, code: str
) -> None:
    headers = {"Content-Type": "application/json", **sent.pop("headers", {})}
    response = await world.http.post("/graphql", headers=headers, **sent)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert world.calls == []


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({}, 400, "document_missing"),
        ({"query": QUERY, "extensions": "[1]"}, 400, "variables_invalid"),
        ({"query": QUERY, "variables": "{"}, 400, "malformed_json"),
        ({"query": QUERY, "variables": '{"a": 1, "a": 2}'}, 400, "member_repeated"),
        ({"query": QUERY, "variables": "[1]"}, 400, "variables_invalid"),
        ({"query": QUERY, "variables": '{"a": "\\ud800"}'}, 400, "variables_invalid"),
        ({"query": QUERY, "variables": '{"a": NaN}'}, 400, "malformed_json"),
        ({"query": QUERY, "page": "1"}, 400, "unknown_query_parameter"),
    ],
)
async def test_an_address_that_is_not_a_query_is_a_problem(
    world: World, params: dict[str, str], status: int, code: str
) -> None:
    response = await world.http.get("/graphql", params=params)
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert world.calls == []


async def test_a_mutation_by_get_is_refused(world: World) -> None:
    response = await world.http.get("/graphql", params={"query": "mutation { x }"})
    assert (response.status_code, response.headers["allow"]) == (405, "POST")
    assert response.json()["errors"][0]["extensions"]["code"] == "mutation_over_get"


# -------------------------------------------------------------------- identity
async def test_without_a_token_the_services_are_called_without_one(world: World) -> None:
    response = await world.post(QUERY)
    assert [call.authorization for call in world.calls] == [None]
    assert response.headers["cache-control"] == "no-cache"
    assert "Authorization" in response.headers["vary"]


async def test_the_callers_token_reaches_every_service_as_it_is(world: World) -> None:
    headers = world.mint.headers(scopes=["reporting:read"], roles={canned.PLACE: ["officer"]})
    response = await world.post(
        """{ place(slug: "place-1") { name signatories { edges { node { organisation { id }
        pledges { commitment { measure { id } } } } } } tenders { edges { cursor } }
        publications { edges { cursor } } } }""",
        headers=headers,
    )
    assert "errors" not in response.json()
    assert {call.service for call in world.calls} == set(world.services)
    assert {call.authorization for call in world.calls} == {headers["Authorization"]}
    assert response.headers["cache-control"] == "private, no-store"


async def test_callers_at_the_same_time_never_lend_each_other_their_tokens(world: World) -> None:
    callers = [world.mint.headers(client_id=f"client-{number}") for number in range(5)]
    sent: list[dict[str, str]] = [*callers, {}, *callers, {}]
    await asyncio.gather(
        *(
            world.post(QUERY, headers={**headers, "X-Request-Id": f"r{number}"})
            for number, headers in enumerate(sent)
        )
    )
    came = {call.request_id: call.authorization for call in world.calls}
    wanted = {f"r{number}": headers.get("Authorization") for number, headers in enumerate(sent)}
    assert came == {key: token for key, token in wanted.items() if key in came}
    # Those who show the same token may wait for one call, and the two without one for one answer.
    assert [{f"r{number}", f"r{number + 6}"} & came.keys() != set() for number in range(6)] == [True] * 6
    assert len({"r5", "r11"} & came.keys()) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_bad_token_is_refused_before_anything_is_executed(world: World, method: str) -> None:
    bad = [
        "Bearer nonsense",
        "Basic dXNlcjpwdw==",
        f"Bearer {TokenMint().token()}",
        f"Bearer {world.mint.token(aud='cdp-live')}",
    ]
    for authorization in bad:
        sent: dict[str, Any] = {"params": {"query": QUERY}} if method == "GET" else {"json": {"query": QUERY}}
        response = await world.http.request(
            method, "/graphql", headers={"Authorization": authorization}, **sent
        )
        assert response.status_code == 401
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["www-authenticate"].startswith("Bearer")
    assert world.calls == []


async def test_the_token_is_refused_even_where_the_document_is_too(world: World) -> None:
    response = await world.post("{ nonsense", headers={"Authorization": "Bearer nonsense"})
    assert response.status_code == 401


async def test_health_needs_no_service(mint: TokenMint) -> None:
    async with running(mint) as world:
        world.network.down |= set(world.services)
        for path in ("/health/live", "/health/ready", "/version"):
            assert (await world.http.get(path)).status_code == 200
        assert world.network.attempts == []


async def test_no_page_for_browsers_is_offered(world: World) -> None:
    response = await world.http.get("/graphql", headers={"Accept": "text/html"})
    assert (response.status_code, response.json()["code"]) == (400, "document_missing")
