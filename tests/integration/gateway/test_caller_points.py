"""One caller's requests in a minute are limited in points, told in headers; others go on."""

from tests.integration.gateway.conftest import furnish
from tests.integration.gateway.world import World, running

from cdp_common.testing.callers import TokenMint

QUERY = '{ place(slug: "place-1") { name } }'


async def asked(world: World, **headers: str) -> tuple[int, str]:
    answer = await world.post(QUERY, headers=headers)
    return answer.status_code, answer.headers.get("ratelimit", "").rpartition(";")[0]


async def test_a_client_that_has_no_points_left_waits_and_others_go_on(mint: TokenMint) -> None:
    async with running(mint, client_points_per_minute=4, address_points_per_minute=3) as world:
        furnish(world)
        mine, same_client = mint.headers(client_id="a"), mint.headers(client_id="a")
        assert await asked(world, **mine) == (200, '"points-by-client";r=2')
        assert await asked(world, **mine) == (200, '"points-by-client";r=0')
        calls = len(world.calls)
        refused = await world.post(QUERY, headers=mine)
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
        assert 1 <= int(refused.headers["retry-after"]) <= 15
        assert refused.headers["ratelimit-policy"] == '"points-by-client";q=4;w=60'
        assert len(world.calls) == calls
        # The client for another organisation, another client, and the public have points of their own.
        assert (await asked(world, **same_client))[0] == 200
        assert (await asked(world, **mint.headers(client_id="b")))[0] == 200
        assert await asked(world) == (200, '"points-by-address";r=1')
        assert await asked(world) == (200, '"points-by-address";r=0')
        assert (await asked(world))[0] == 429


async def test_a_document_that_is_refused_costs_a_point_and_none_where_nobody_is_limited(
    mint: TokenMint,
) -> None:
    async with running(mint, client_points_per_minute=2) as world:
        furnish(world)
        mine = mint.headers(client_id="a")
        for left in ("1", "0"):
            answer = await world.post("{ nonsense }", headers=mine)
            assert answer.headers["ratelimit"].split(";")[1] == f"r={left}"
        assert (await world.post("{ nonsense }", headers=mine)).status_code == 429
    async with running(mint, client_points_per_minute=0) as world:
        furnish(world)
        answer = await world.post(QUERY, headers=mint.headers())
        assert "ratelimit" not in answer.headers
