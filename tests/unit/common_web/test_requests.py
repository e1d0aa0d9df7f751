"""What a route would ignore is refused: unknown and repeated parameters, on every route."""

from decimal import Decimal

import pytest
from fastapi.routing import APIRoute, iter_route_contexts
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.common_web.conftest import TENDER
from tests.unit.common_web.test_problems import assert_problem

from cdp_common.web.problems import BodyMalformed
from cdp_common.web.requests import exact_json

BIDS = f"/v1/tenders/{TENDER}/bids"


async def test_known_parameters_reach_the_route(client):
    answer = await client.get(f"{BIDS}?limit=7&cursor=xyz&state=open&state=closed")
    assert answer.json()["items"] == ["7", "xyz", "open", "closed"]


async def test_the_page_is_twenty_items_from_the_start_by_default(client):
    assert (await client.get(BIDS)).json()["items"] == ["20", "None"]


@pytest.mark.parametrize("limit, status", [(0, 422), (1, 200), (100, 200), (101, 422)])
async def test_a_page_has_one_to_a_hundred_items(client, limit, status):
    assert (await client.get(f"{BIDS}?limit={limit}")).status_code == status


@pytest.mark.parametrize("query", ["limt=3", "Limit=3", "limit=3&x=", "tender_id=1", "page[limit]=3"])
async def test_an_unknown_parameter_is_refused_with_the_known_ones(client, query):
    answer = await client.get(f"{BIDS}?{query}")
    detail = "This operation's query parameters are: cursor, limit, state."
    assert_problem(answer, 400, "unknown_query_parameter", detail=detail)


async def test_a_repeated_parameter_is_refused_where_one_value_is_taken(client):
    problem = assert_problem(await client.get(f"{BIDS}?limit=1&limit=2"), 400, "repeated_query_parameter")
    assert [e["pointer"] for e in problem["errors"]] == ["?limit"]


async def test_every_route_refuses_an_unknown_parameter(app, client, token_mint):
    """Asked of all routes there are, so that a new one cannot be forgotten."""
    contexts = [c for c in iter_route_contexts(app.routes) if isinstance(c.original_route, APIRoute)]
    operations = {
        (method, str(context.path_format).replace("{tender_id}", str(TENDER)))
        for context in contexts
        for method in context.methods or ()
    }
    assert len(operations) == 18
    for method, path in sorted(operations):
        answer = await client.request(method, f"{path}?surprise=1", headers=token_mint.headers())
        assert_problem(answer, 400, "unknown_query_parameter")


async def test_a_get_with_a_body_is_answered_as_without(client):
    answer = await client.request("GET", "/v1/who", content=b"not json")
    assert answer.status_code == 200


def test_exact_json_keeps_amounts_as_they_were_written():
    assert exact_json('{"amount": 0.10, "big": 12345678901234567890.12}') == {
        "amount": Decimal("0.10"),
        "big": Decimal("12345678901234567890.12"),
    }


@pytest.mark.parametrize("body", ["NaN", "[Infinity]", "{", "", "[" * 100_000, b"\xff"])
def test_exact_json_refuses_what_is_not_json(body):
    with pytest.raises(BodyMalformed):
        exact_json(body)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6))
def test_exact_json_loses_no_digit(number):
    read = exact_json(f"[{number:f}]")[0]
    assert format(read, "f") == format(number, "f")
