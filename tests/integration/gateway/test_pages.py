"""Connections go through a whole list, from whatever edge one starts."""

from typing import Any

import pytest
from tests.integration.gateway import canned
from tests.integration.gateway.world import Call, World

PAGE = """query($first: Int!, $after: String) { place(slug: "place-1") {
  signatories(first: $first, after: $after) { edges { cursor node { organisationName } }
  pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""

TOTAL = 7


@pytest.fixture
def keyset(world: World) -> World:
    """A register of seven whose cursor is the number of the last item, as a keyset has it."""

    def signatories(call: Call) -> tuple[int, Any]:
        start, limit = int(call.query.get("cursor", "0")), int(call.query["limit"])
        end = min(start + limit, TOTAL)
        items = [canned.signatory(number) for number in range(start + 1, end + 1)]
        return 200, canned.page(items, f"/v1/signatories?cursor={end}" if end < TOTAL else None)

    world.on("charter", "GET", "/v1/signatories", signatories)
    return world


async def read(world: World, first: int, after: str | None = None) -> dict[str, Any]:
    data = await world.data(PAGE, {"first": first, "after": after})
    connection: dict[str, Any] = data["place"]["signatories"]
    return connection


def names(connection: dict[str, Any]) -> list[int]:
    return [int(edge["node"]["organisationName"].split()[1]) for edge in connection["edges"]]


async def test_end_cursors_lead_through_the_whole_list(keyset: World) -> None:
    seen: list[int] = []
    after = None
    for has_next in (True, True, False):
        connection = await read(keyset, 3, after)
        seen += names(connection)
        info = connection["pageInfo"]
        assert info["hasNextPage"] is has_next
        assert info["hasPreviousPage"] is (after is not None)
        assert info["startCursor"] == connection["edges"][0]["cursor"]
        assert info["endCursor"] == connection["edges"][-1]["cursor"]
        after = info["endCursor"]
    assert seen == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("index", range(3))
async def test_every_edge_is_a_place_to_go_on_from(keyset: World, index: int) -> None:
    edges = (await read(keyset, 3))["edges"]
    assert names(await read(keyset, 3, edges[index]["cursor"])) == [index + 2, index + 3, index + 4]


async def test_going_on_after_the_last_edge_gives_an_empty_page(keyset: World) -> None:
    last = (await read(keyset, 10))["edges"][-1]["cursor"]
    connection = await read(keyset, 3, last)
    assert connection == {
        "edges": [],
        "pageInfo": {
            "hasNextPage": False,
            "hasPreviousPage": True,
            "startCursor": None,
            "endCursor": None,
        },
    }


@pytest.mark.parametrize("after", ["", "x", "bm8", "W10", "WzEsMl0", "W251bGwsLTFd", "W251bGwsMTAxXQ", "é"])
async def test_a_cursor_that_is_not_ours_is_refused_before_the_list_is_read(world: World, after: str) -> None:
    answer = await world.ask(PAGE, {"first": 3, "after": after})
    assert answer["data"]["place"]["signatories"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["cursor_invalid"]
    assert world.paths() == ["partners GET /v1/places"]


async def test_the_largest_page_after_an_edge_in_the_middle_takes_two_calls(world: World) -> None:
    total = 150

    def signatories(call: Call) -> tuple[int, Any]:
        start, limit = int(call.query.get("cursor", "0")), int(call.query["limit"])
        assert limit <= 100
        end = min(start + limit, total)
        items = [canned.signatory(number) for number in range(start + 1, end + 1)]
        return 200, canned.page(items, f"/v1/signatories?cursor={end}" if end < total else None)

    world.on("charter", "GET", "/v1/signatories", signatories)
    cursor = (await read(world, 100))["edges"][39]["cursor"]
    world.calls.clear()
    connection = await read(world, 100, cursor)
    assert names(connection) == list(range(41, 141))
    assert connection["pageInfo"]["hasNextPage"] is True
    assert [call.query["limit"] for call in world.calls if call.service == "charter"] == ["100", "40"]
