"""The feed of revocations, and giving a token back."""

import asyncio
from datetime import timedelta

from sqlalchemy import func, select
from tests.integration.partners_api.world import Registered, World

from partners_api.storage.tables import revocations
from partners_api.use_cases.purge_expired import purge_expired


async def give_back(world: World, registered: Registered, token: str) -> tuple[int, bytes]:
    form = {"token": token, "client_id": registered.client_id, "client_secret": registered.secret}
    response = await world.http.post("/oauth/revoke", data=form)
    return response.status_code, response.content


async def test_a_token_given_back_is_over_and_others_are_not(world: World) -> None:
    registered = await world.registered()
    given, kept = await world.token_of(registered), await world.token_of(registered)

    assert await give_back(world, registered, given) == (200, b"")
    await world.learn_revocations()
    assert (await world.get("/v1/events", token=given)).json()["code"] == "token_revoked"
    assert (await world.get("/v1/events", token=kept)).status_code == 200
    assert await give_back(world, registered, given) == (200, b"")
    assert len((await world.get("/v1/revocations")).json()["items"]) == 1


async def test_a_token_that_is_not_good_needs_no_giving_back(world: World) -> None:
    registered = await world.registered()
    expired = await world.token_of(registered)
    world.clock.advance(timedelta(seconds=600))

    assert await give_back(world, registered, expired) == (200, b"")
    assert await give_back(world, registered, "no token at all") == (200, b"")
    assert (await world.get("/v1/revocations")).json() == {"items": [], "next_after": 0}


async def test_the_token_of_another_client_is_not_taken_back(world: World) -> None:
    one, other = await world.registered("One"), await world.registered("Other")
    token = await world.token_of(one)
    form = {"token": token, "client_id": other.client_id, "client_secret": other.secret}
    response = await world.http.post("/oauth/revoke", data=form)

    assert (response.status_code, response.json()["error"]) == (400, "unauthorized_client")
    assert (await world.get("/v1/revocations")).json()["items"] == []


async def test_giving_back_needs_a_client_and_a_token(world: World) -> None:
    registered = await world.registered()
    unproven = await world.http.post("/oauth/revoke", data={"token": "x"})
    form = {"client_id": registered.client_id, "client_secret": registered.secret}
    nothing = await world.http.post("/oauth/revoke", data=form)

    assert (unproven.status_code, unproven.json()["error"]) == (401, "invalid_client")
    assert (nothing.status_code, nothing.json()["error"]) == (400, "invalid_request")


async def test_the_feed_is_read_from_a_position_on_and_forgets_what_is_over(world: World) -> None:
    registered = await world.registered()
    for _ in range(3):
        await give_back(world, registered, await world.token_of(registered))
        world.clock.advance(timedelta(seconds=60))
    feed = (await world.get("/v1/revocations?after=1")).json()

    assert [each["position"] for each in feed["items"]] == [2, 3]
    assert feed["next_after"] == 3
    assert (await world.get("/v1/revocations?after=3")).json() == {"items": [], "next_after": 3}
    world.clock.advance(timedelta(seconds=420))  # the first token is over to the second
    await purge_expired(world.db, world.clock())
    left = (await world.get("/v1/revocations")).json()["items"]
    assert [each["position"] for each in left] == [2, 3]
    await give_back(world, registered, await world.token_of(registered))
    assert (await world.get("/v1/revocations?after=3")).json()["items"][0]["position"] == 4


async def test_positions_have_no_gap_when_many_revoke_at_once(wide_world: World) -> None:
    world = wide_world
    registered = await world.registered()
    tokens = [await world.token_of(registered) for _ in range(8)]
    answers = await asyncio.gather(*(give_back(world, registered, each) for each in tokens + tokens))

    assert {status for status, _ in answers} == {200}
    async with world.db.begin() as tx:
        found = (await tx.execute(select(revocations.c.position).order_by(revocations.c.position))).scalars()
        assert list(found) == [1, 2, 3, 4, 5, 6, 7, 8]
        assert await tx.scalar(select(func.count(revocations.c.value.distinct()))) == 8
