"""Each row of the access matrix, tried on the running gateway."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from tests.integration.gateway import canned
from tests.integration.gateway.world import World

from cdp_common.testing.callers import TokenMint

MATRIX = Path(__file__).parents[2] / "contract" / "access" / "gateway.yaml"
ROWS: list[dict[str, Any]] = yaml.load(MATRIX.read_text(encoding="utf-8"), yaml.CSafeLoader)
QUERY = '{ place(slug: "place-1") { name tenders { edges { cursor } } } }'

Headers = dict[str, str]
Call = Callable[[World, Headers], Awaitable[httpx2.Response]]


def headers_of(world: World, caller: str) -> Headers:
    return {
        "public": dict,
        "bad_token": lambda: {"Authorization": "Bearer not.a.token"},
        "foreign": lambda: TokenMint().headers(),
        "expired": lambda: world.mint.headers(lifetime=timedelta(seconds=-60)),
        "signed": lambda: world.mint.headers(),
        "reader": lambda: world.mint.headers(scopes=["reporting:read"], roles={canned.PLACE: ["officer"]}),
    }[caller]()


CALLS: dict[str, Call] = {
    "post_graphql": lambda world, headers: world.post(QUERY, headers=headers),
    "get_graphql": lambda world, headers: world.http.get(
        "/graphql", params={"query": QUERY}, headers=headers
    ),
    "stream_graphql": lambda world, headers: world.http.post(
        "/graphql/stream", json={"query": QUERY}, headers=headers
    ),
    "get_liveness": lambda world, headers: world.http.get("/health/live", headers=headers),
    "get_readiness": lambda world, headers: world.http.get("/health/ready", headers=headers),
    "get_version": lambda world, headers: world.http.get("/version", headers=headers),
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['operation']}-{row['caller']}-{row['status']}")
async def test_access_is_as_the_matrix_says(world: World, row: dict[str, Any]) -> None:
    headers = headers_of(world, row["caller"])
    answer = await CALLS[row["operation"]](world, headers)
    assert answer.status_code == row["status"], answer.text
    seen = {call.authorization for call in world.calls}
    expected: dict[str | None, set[str | None]] = {
        None: set(),
        "none": {None},
        "own": {headers.get("Authorization")},
    }
    assert seen == expected[row.get("forwarded")]


async def test_every_operation_stands_in_the_matrix(world: World) -> None:
    document = (await world.http.get("/openapi.json")).json()
    operations = {
        operation["operationId"] for methods in document["paths"].values() for operation in methods.values()
    }
    assert operations == {row["operation"] for row in ROWS} == set(CALLS)
