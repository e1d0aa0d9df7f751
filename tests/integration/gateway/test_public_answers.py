"""Answers to the public: kept for seconds, shared by those who wait, asked about by their tag."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from tests.integration.gateway import canned
from tests.integration.gateway.conftest import furnish
from tests.integration.gateway.world import Refused, Ticks, World, running

from cdp_common.testing.callers import TokenMint
from gateway import endpoint, operations
from gateway.context import Context
from gateway.documents import Documents

QUERY = '{ place(slug: "place-1") { name } }'
TWO_SERVICES = '{ place(slug: "place-1") { name charters { edges { cursor } } } }'
NAMED = "query A { __typename } query B { places(first: 1) { edges { cursor } } }"


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
async def keeping(mint: TokenMint, ticks: Ticks) -> AsyncIterator[World]:
    async with running(mint, ticks, public_answer_s=5, public_answer_bytes=1000) as world:
        furnish(world)
        yield world


async def test_an_answer_is_given_again_until_its_seconds_are_over(keeping: World, ticks: Ticks) -> None:
    first = await keeping.post(QUERY)
    assert first.headers["cache-control"] == "public, max-age=5"
    ticks.pass_by(4.999)
    again = await keeping.post(QUERY)
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    assert len(keeping.calls) == 1
    ticks.pass_by(0.001)
    assert (await keeping.post(QUERY)).content == first.content
    assert len(keeping.calls) == 2


async def test_an_answer_whose_seconds_are_over_is_made_anew_only_where_a_service_says_something_else(
    keeping: World, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    executed: list[str] = []
    sound = operations.execute_operation

    async def watched(context: Context, document: str, *more: Any) -> Any:
        executed.append(context.request_id)
        return await sound(context, document, *more)

    monkeypatch.setattr(endpoint, "execute_operation", watched)

    async def named(request_id: str) -> tuple[Any, int, int]:
        headers = {"X-Request-Id": request_id}
        response = await keeping.post(TWO_SERVICES, headers=headers)
        assert response.headers["x-request-id"] == request_id
        return response.json(), len(executed), len(keeping.calls)

    first, *counts = await named("one")
    assert counts == [1, 2]
    ticks.pass_by(5)
    assert await named("two") == (first, 1, 4)  # asked again, and nothing executed
    assert {call.request_id for call in keeping.calls[2:]} == {"two"}
    ticks.pass_by(4.999)
    assert await named("three") == (first, 1, 4)
    place = canned.place().model_copy(update={"name": "Elsewhere"})
    keeping.on("partners", "GET", "/v1/places", canned.page([place]))
    ticks.pass_by(0.001)
    changed, *counts = await named("four")
    assert (changed["data"]["place"]["name"], counts) == ("Elsewhere", [2, 8])
    ticks.pass_by(5)
    keeping.on("charter", "GET", "/v1/charters", Refused(503, "unavailable"))
    failed, *_ = await named("five")
    assert failed["errors"][0]["extensions"]["code"] == "upstream_unavailable"
    assert failed["data"]["place"] == {"name": "Elsewhere", "charters": None}


async def test_another_document_operation_or_variable_is_another_answer(keeping: World) -> None:
    named = "query($s: String!) { place(slug: $s) { name } }"
    answers = [
        await keeping.data(named, {"s": slug}) for slug in ("place-1", "nowhere", "place-1", "nowhere")
    ]
    assert answers == [{"place": {"name": "Place 1"}}, {"place": None}] * 2
    assert len(keeping.calls) == 2
    for name, key in (("A", "__typename"), ("B", "places"), ("A", "__typename")):
        response = await keeping.post(NAMED, operationName=name)
        assert list(response.json()["data"]) == [key]


async def test_by_get_what_the_reader_has_already_is_not_executed_again(keeping: World, ticks: Ticks) -> None:
    first = await keeping.http.get("/graphql", params={"query": QUERY})
    tag = first.headers["etag"]
    for held in (tag, f'"other", W/{tag}', "*"):
        again = await keeping.http.get("/graphql", params={"query": QUERY}, headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert len(keeping.calls) == 1
    other = await keeping.http.get("/graphql", params={"query": QUERY}, headers={"If-None-Match": '"x"'})
    assert (other.status_code, other.content) == (200, first.content)
    posted = await keeping.http.post("/graphql", json={"query": QUERY}, headers={"If-None-Match": tag})
    assert posted.status_code == 200
    ticks.pass_by(5)
    late = await keeping.http.get("/graphql", params={"query": QUERY}, headers={"If-None-Match": tag})
    assert late.status_code == 304  # asked anew, and still the same
    assert len(keeping.calls) == 2


async def test_the_same_request_again_is_answered_at_once_with_the_same_headers_and_counted(
    mint: TokenMint, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str | None] = []
    sound = Documents.document

    def watched(self: Documents, query: str | None, *more: Any, **named: Any) -> str:
        read.append(query)
        return sound(self, query, *more, **named)

    monkeypatch.setattr(Documents, "document", watched)
    async with running(mint, ticks, public_answer_s=5, address_points_per_minute=11) as world:
        furnish(world)
        own = {"X-Request-Id": "one"}

        def told(response: httpx2.Response) -> tuple[object, ...]:
            headers = {name: value for name, value in response.headers.items() if name != "ratelimit"}
            return response.status_code, response.content, headers

        first = await world.post(QUERY, headers=own)  # a point, and a point for its call
        again = await world.post(QUERY, headers=own)
        assert read == [QUERY]
        assert told(again) == told(first)
        assert [one.headers["ratelimit"].split(";")[1] for one in (first, again)] == ["r=9", "r=8"]
        # Asked in another way, or with a token, it is checked like any other.
        other = await world.post(QUERY, headers={**own, "Accept": "application/graphql-response+json"})
        assert other.headers["content-type"].startswith("application/graphql-response+json")
        signed = await world.post(QUERY, headers=mint.headers(scopes=["reporting:read"]))
        assert signed.headers["cache-control"] == "private, no-store"
        assert (await world.post(QUERY, headers={"Authorization": "Bearer no"})).status_code == 401
        by_get = [await world.http.get("/graphql", params={"query": QUERY}, headers=own) for _ in range(2)]
        held = {**own, "If-None-Match": first.headers["etag"]}
        for tag in (first.headers["etag"], "*"):  # a document that is sent is answered, whatever is held
            sent = await world.post(QUERY, headers={**own, "If-None-Match": tag})
            assert (sent.status_code, sent.content) == (200, first.content)
        known = await world.http.get("/graphql", params={"query": QUERY}, headers=held)
        assert (known.status_code, known.content) == (304, b"")
        assert told(by_get[0]) == told(by_get[1])
        assert read == [QUERY] * 4
        while (last := await world.post(QUERY)).status_code == 200:
            assert read == [QUERY] * 4
        assert last.json()["code"] == "too_many_requests"
        assert "retry-after" in last.headers
        ticks.pass_by(5)
        assert told(await world.http.get("/graphql", params={"query": QUERY}, headers=own))[0] == 429


async def test_those_who_ask_at_the_same_time_wait_for_one_answer(keeping: World) -> None:
    answers = await asyncio.gather(*(keeping.post(QUERY) for _ in range(20)))
    assert {answer.content for answer in answers} == {answers[0].content}
    assert len(keeping.calls) == 1


async def test_who_asked_first_may_leave_and_the_others_are_answered(keeping: World) -> None:
    first = asyncio.create_task(keeping.post(QUERY))
    second = asyncio.create_task(keeping.post(QUERY))
    await keeping.network.is_reached.wait()
    first.cancel()
    assert (await second).json()["data"] == {"place": {"name": "Place 1"}}
    assert len(keeping.calls) == 1


async def test_an_answer_with_an_error_is_not_kept_and_tells_each_its_own_request(keeping: World) -> None:
    sound = keeping.services["partners"].answers["GET", "/v1/places"]
    keeping.on("partners", "GET", "/v1/places", Refused(503, "unavailable"))
    responses = await asyncio.gather(
        *(keeping.post(QUERY, headers={"X-Request-Id": name}) for name in ("one", "two"))
    )
    for response, name in zip(responses, ("one", "two"), strict=True):
        assert response.json()["errors"][0]["extensions"]["requestId"] == name
        assert response.headers["cache-control"] == "no-cache"
        assert "etag" not in response.headers
    keeping.on("partners", "GET", "/v1/places", sound)
    assert await keeping.data(QUERY) == {"place": {"name": "Place 1"}}


async def test_what_a_caller_with_a_token_is_answered_is_neither_kept_nor_taken_from_the_public(
    keeping: World,
) -> None:
    headers = keeping.mint.headers(scopes=["reporting:read"])
    for number in range(1, 5):
        response = await keeping.post(QUERY, headers=headers if number % 2 else None)
        assert ("etag" in response.headers) == (number % 2 == 0)
    assert [call.authorization for call in keeping.calls] == [
        headers["Authorization"],
        None,
        headers["Authorization"],
    ]


async def test_answers_give_way_when_there_is_no_room(keeping: World) -> None:
    sizes = 0
    for number in range(12):
        sizes += len((await keeping.post(f"{{ a{number}: __typename {QUERY[1:]}")).content)
    assert sizes > 1000
    before = len(keeping.calls)
    await keeping.post(f"{{ a11: __typename {QUERY[1:]}")
    assert len(keeping.calls) == before
    await keeping.post(f"{{ a0: __typename {QUERY[1:]}")
    assert len(keeping.calls) == before + 1
