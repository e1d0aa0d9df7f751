"""Clients that ask at the same moment are served together, and each is judged alone."""

import asyncio

import pytest
from sqlalchemy import text
from tests.integration.partners_api.world import World

from cdp_common.db.database import DatabaseBusy
from partners_api.use_cases import token_desk

ASKED = {"grant_type": "client_credentials"}


async def test_in_one_round_the_good_get_tokens_and_the_others_are_refused(wide_world: World) -> None:
    world = wide_world
    one, two = await world.registered("One Ltd"), await world.registered("Two Ltd")
    good = (one.client_id, one.secret)
    asked = [
        world.ask(ASKED, basic=good),
        world.ask(ASKED, basic=good),
        world.ask({**ASKED, "scope": "bids:read"}, basic=(two.client_id, two.secret)),
        world.ask({**ASKED, "scope": "places:write"}, basic=(two.client_id, two.secret)),
        world.ask(ASKED, basic=(one.client_id, two.secret)),
        world.ask(ASKED, basic=("nobody", one.secret)),
        world.ask(ASKED, basic=("a b", one.secret)),
    ]
    answers = await asyncio.gather(*asked)

    assert [answer.status_code for answer in answers] == [200, 200, 200, 400, 401, 401, 401]
    assert [answer.json()["error"] for answer in answers[3:]] == ["invalid_scope"] + ["invalid_client"] * 3
    assert answers[2].json()["scope"] == "bids:read"
    assert answers[0].json()["access_token"] != answers[1].json()["access_token"]
    async with world.db.begin() as tx:
        written = await tx.scalar(text("SELECT count(*) FROM issued_tokens"))
    assert written == 3


async def test_a_fault_of_a_round_is_everybodys_and_the_next_round_is_served(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(*_: object) -> None:
        raise DatabaseBusy("no connection")

    registered = await world.registered()
    basic = (registered.client_id, registered.secret)
    with monkeypatch.context() as patch:
        patch.setattr(token_desk, "insert_issued_tokens", busy)
        refused = await asyncio.gather(*[world.ask(ASKED, basic=basic) for _ in range(3)])
    after = await world.ask(ASKED, basic=basic)

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(503, "database_busy")] * 3
    assert after.status_code == 200
