"""What asks for too much is refused before any service is called."""

import time
from typing import Any

import pytest
from graphql import get_introspection_query
from tests.integration.gateway import canned
from tests.integration.gateway.world import World, running

from cdp_common.testing.callers import TokenMint
from gateway.schema.nodes import node_id


async def refused(world: World, query: str, variables: dict[str, Any] | None = None) -> str:
    """The code of the one error with which a query is refused; nothing was asked of any service."""
    response = await world.post(query, variables)
    answer = response.json()
    assert "data" not in answer
    assert response.status_code == 400
    assert world.calls == []
    [error] = answer["errors"]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    code: str = error["extensions"]["code"]
    return code


def nested(depth: int) -> str:
    """A query that nests so many fields."""
    levels = (depth - 2) // 4
    inner = "name"
    for _ in range(levels):
        inner = f"members(first: 1) {{ edges {{ node {{ place {{ {inner} }} }} }} }}"
    query = f'{{ place(slug: "place-1") {{ {inner} }} }}'
    assert 2 + 4 * levels == depth
    return query


async def test_a_query_as_deep_as_allowed_is_answered_and_a_deeper_one_refused(mint: TokenMint) -> None:
    async with running(mint, max_depth=10) as world:
        world.on("partners", "GET", "/v1/places", canned.page([]))
        assert await world.data(nested(10).replace(" ", "  ")) == {"place": None}
        assert len(world.calls) == 1
        world.calls.clear()
        assert await refused(world, nested(14)) == "query_too_deep"


async def test_depth_counts_through_fragments(mint: TokenMint) -> None:
    async with running(mint, max_depth=3) as world:
        query = """{ place(slug: "a") { ...one } }
        fragment one on Place { members { ...two } }
        fragment two on MembershipConnection { edges { cursor } }"""
        assert await refused(world, query) == "query_too_deep"


async def test_as_many_aliases_as_allowed_are_answered_and_more_refused(mint: TokenMint) -> None:
    async with running(mint, max_aliases=3) as world:
        world.on("partners", "GET", "/v1/places", canned.page([]))
        aliased = [f'a{number}: place(slug: "x") {{ name }}' for number in range(4)]
        assert len(await world.data(f"{{ {' '.join(aliased[:3])} }}")) == 3
        world.calls.clear()
        assert await refused(world, f"{{ {' '.join(aliased)} }}") == "too_many_aliases"


async def test_aliases_in_a_fragment_count_wherever_it_is_spread(mint: TokenMint) -> None:
    async with running(mint, max_aliases=5) as world:
        query = """{ a: place(slug: "x") { ...f } b: place(slug: "x") { ...f } }
        fragment f on Place { c: name d: slug }"""
        assert await refused(world, query) == "too_many_aliases"


async def test_a_document_as_long_as_allowed_is_answered_and_a_longer_one_refused(mint: TokenMint) -> None:
    async with running(mint, max_tokens=50) as world:
        world.on("partners", "GET", "/v1/places", canned.page([]))
        head = ['{ place(slug: "x") {']  # 8 tokens, and two brackets at the end
        fitting = " ".join([*head, *(["name"] * 40), "} }"])
        assert await world.data(fitting) == {"place": None}
        world.calls.clear()
        assert await refused(world, " ".join([*head, *(["name"] * 41), "} }"])) == "document_too_long"


async def test_fragments_within_fragments_are_measured_in_no_time(world: World) -> None:
    chain = "".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }} " for n in range(100))
    query = f"{{ ...F0 }} {chain} fragment F100 on Query {{ a: __typename }}"
    started = time.perf_counter()
    response = await world.post(query)
    assert time.perf_counter() - started < 5
    assert response.json()["data"] == {"a": "Query"}


async def test_a_fragment_that_contains_itself_is_refused(world: World) -> None:
    query = """{ place(slug: "x") { ...f } }
    fragment f on Place { name members { edges { node { place { ...f } } } } }"""
    assert await refused(world, query) == "document_invalid"


@pytest.mark.parametrize("size", [101, 0, -1, 2_000_000_000])
async def test_a_page_out_of_range_is_refused(world: World, size: int) -> None:
    literal = f'{{ place(slug: "place-1") {{ members(first: {size}) {{ edges {{ cursor }} }} }} }}'
    assert await refused(world, literal) == "page_size_out_of_range"
    query = "query($n: Int!) { places(first: $n) { edges { cursor } } }"
    assert await refused(world, query, {"n": size}) == "page_size_out_of_range"
    default = f"query($n: Int! = {size}) {{ places(first: $n) {{ edges {{ cursor }} }} }}"
    assert await refused(world, default) == "page_size_out_of_range"
    spread = f"{{ ...f }} fragment f on Query {{ places(first: {size}) {{ edges {{ cursor }} }} }}"
    assert await refused(world, spread) == "page_size_out_of_range"


async def test_pages_of_one_and_of_a_hundred_are_given(world: World) -> None:
    for size in (1, 100):
        await world.data("query($n: Int!) { places(first: $n) { edges { cursor } } }", {"n": size})
    assert [call.query["limit"] for call in world.calls] == ["1", "100"]


async def test_more_references_than_a_page_holds_are_refused(world: World) -> None:
    reference = {"__typename": "Place", "id": node_id("Place", canned.PLACE)}
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Place { name } } }"
    assert await refused(world, query, {"r": [reference] * 101}) == "page_size_out_of_range"
    assert len((await world.data(query, {"r": [reference] * 100}))["_entities"]) == 100
    assert len(world.calls) == 1


async def test_a_query_that_may_need_too_many_calls_is_refused(mint: TokenMint) -> None:
    async with running(mint, max_upstream_calls=21) as world:
        world.on("partners", "GET", "/v1/places", canned.page([]))
        per_place = "edges { node { publications(first: 1) { edges { cursor } } } }"
        await world.data(f"{{ places(first: 20) {{ {per_place} }} }}")
        world.calls.clear()
        assert await refused(world, f"{{ places(first: 21) {{ {per_place} }} }}") == "query_too_costly"


async def test_batches_count_once_for_each_answer_that_they_wait_for(mint: TokenMint) -> None:
    async with running(mint, max_upstream_calls=12) as world:
        world.on("partners", "GET", "/v1/places", canned.page([]))
        query = """query($n: Int!) { places(first: $n) { edges { node {
          tenders(first: 100) { edges { node { buyer { legalName } } } } } } } }"""
        await world.data(query, {"n": 5})  # 1 for the places, 5 for their tenders, at most 5 for buyers
        world.calls.clear()
        assert await refused(world, query, {"n": 6}) == "query_too_costly"


async def test_introspection_is_answered_in_sandbox_and_refused_where_it_is_off(mint: TokenMint) -> None:
    async with running(mint) as world:
        data = await world.data(get_introspection_query())
        assert data["__schema"]["queryType"]["name"] == "Query"
    async with running(mint, introspection=False) as world:
        answer = (await world.post("{ __schema { queryType { name } } }")).json()
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"document_invalid"}
        assert "data" not in answer
        assert await world.data("{ __typename }") == {"__typename": "Query"}
