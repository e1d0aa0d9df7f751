"""Bids for one tender that come while others are taken are taken together, each with its own outcome."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
import pytest
from tests.integration.procurement_api.world import Json, Party, World, bid_of, refused

from cdp_common.db.database import Database, DatabaseUnavailable
from cdp_common.kernel.identifiers import new_id
from procurement_api.storage.take_bids import FirstVersion, take_bids
from procurement_api.storage.tenders import end_submissions
from procurement_api.use_cases import bids_together

PATIENCE_S = 10
LONGEST_S = 0.1
"""How long a bid may wait to be sent in the test of that; all are held up for a little longer."""


@pytest.fixture
async def tender(wide_world: World) -> Json:
    """A published tender, at a service that has read its signing key."""
    made = await wide_world.published()
    for _ in range(2):  # made by the first, read by the second
        await wide_world.done("GET", "/v1/receipt-keys")
    return made


@dataclass
class Statements:
    """Of each statement how many bids it was given, whether there was one, and who has come to wait."""

    sizes: list[int] = field(default_factory=list)
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    come: asyncio.Queue[FirstVersion] = field(default_factory=asyncio.Queue)

    async def take_bids(self, db: Database, *of: Any) -> Sequence[bool] | None:
        self.sizes.append(len(of[-1]))
        self.begun.set()
        return await take_bids(db, *of)


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    made = Statements()
    monkeypatch.setattr(bids_together, "take_bids", made.take_bids)
    take = bids_together.BidsTogether.take

    async def take_and_tell(of: bids_together.BidsTogether, db: Database, first: FirstVersion) -> bool:
        made.come.put_nowait(first)
        return await take(of, db, first)

    monkeypatch.setattr(bids_together.BidsTogether, "take", take_and_tell)
    return made


@asynccontextmanager
async def held_up(world: World, tender: Json) -> AsyncIterator[None]:
    """Inside, submissions for the tender wait, as they do for whoever closes it."""
    async with world.db.begin() as tx:
        await end_submissions(tx, UUID(tender["id"]))
        yield


async def posted(world: World, tender: Json, bidders: Sequence[Party], statements: Statements) -> list[Any]:
    """The answers to the bidders' bids, of which the first is under way when the others come."""
    path = f"/v1/tenders/{tender['id']}/bids"
    async with asyncio.timeout(PATIENCE_S), held_up(world, tender):
        first = asyncio.create_task(world.post(path, bid_of(bidders[0]), as_=bidders[0]))
        await statements.begun.wait()
        others = [asyncio.create_task(world.post(path, bid_of(who), as_=who)) for who in bidders[1:]]
        for _ in bidders:
            await statements.come.get()
        await asyncio.sleep(LONGEST_S)
    return [await one for one in (first, *others)]


async def test_the_first_goes_at_once_and_those_that_come_meanwhile_go_together(
    wide_world: World, tender: Json, statements: Statements
):
    bidders = [wide_world.party(f"Bidder {number}") for number in range(8)]
    answers = await posted(wide_world, tender, bidders, statements)
    assert [answer.status_code for answer in answers] == [201] * 8
    assert statements.sizes == [1, 7]
    told = await wide_world.told("bid.received")
    assert {str(event["aggregate_id"]): event["audience"] for event in told} == {
        answer.json()["bid_id"]: [f"org:{who.id}"] for who, answer in zip(bidders, answers, strict=True)
    }
    moments = [answer.json()["received_at"] for answer in answers]
    assert moments == sorted(moments)
    opened = await wide_world.opened(tender)
    assert {bid["tenderer_organisation_id"] for bid in opened["bids"]} == {str(who.id) for who in bidders}
    assert opened["log"]["size"] == 8


async def test_one_that_is_not_taken_is_refused_and_the_others_are_taken(
    wide_world: World, tender: Json, statements: Statements
):
    one, two, three = (wide_world.party(name) for name in ("One", "Two", "Three"))
    answers = await posted(wide_world, tender, (one, two, one, three, two), statements)
    assert statements.sizes == [1, 4]
    assert [answer.status_code for answer in answers[:2]] == [201, 201]
    assert [refused(answers[2]), refused(answers[4])] == [(409, "bid_exists")] * 2
    assert answers[3].status_code == 201
    rows = await wide_world.rows()
    assert (rows["bids"], rows["bid_versions"], len(await wide_world.told("bid.received"))) == (3, 3, 3)


async def test_what_spoils_a_statement_for_several_is_found_by_taking_each_by_itself(
    wide_world: World, tender: Json, statements: Statements, monkeypatch: pytest.MonkeyPatch
):
    spoiler = wide_world.party("Spoiler")

    async def spoiled(
        db: Database, tender_id: UUID, version: int, given: Sequence[FirstVersion]
    ) -> Sequence[bool] | None:
        nothing = {"commitment": None}  # which its column does not take
        by_spoiler = [first.bid["tenderer_organisation_id"] == spoiler.id for first in given]
        given = [
            first._replace(version={**first.version, **nothing}) if is_spoiled else first
            for first, is_spoiled in zip(given, by_spoiler, strict=True)
        ]
        return await statements.take_bids(db, tender_id, version, given)

    monkeypatch.setattr(bids_together, "take_bids", spoiled)
    bidders = [wide_world.party("One"), wide_world.party("Two"), spoiler, wide_world.party("Three")]
    answers = await posted(wide_world, tender, bidders, statements)
    assert statements.sizes == [1, 3, 1, 1, 1]
    assert [answer.status_code for answer in answers] == [201, 201, 500, 201]
    assert (await wide_world.rows())["bids"] == 3


async def test_when_the_database_is_away_all_are_told_so_and_their_keys_work_again(
    wide_world: World, tender: Json, statements: Statements, monkeypatch: pytest.MonkeyPatch
):
    bidder, key = wide_world.party("One"), str(new_id())
    path = f"/v1/tenders/{tender['id']}/bids"

    async def away(*_: Any) -> None:
        raise DatabaseUnavailable("the connection to the database was lost")

    with monkeypatch.context() as gone:
        gone.setattr(bids_together, "take_bids", away)
        others = [wide_world.party(str(number)) for number in range(3)]
        answers: list[httpx2.Response] = await asyncio.gather(
            wide_world.post(path, bid_of(bidder), as_=bidder, key=key),
            *(wide_world.post(path, bid_of(who), as_=who) for who in others),
        )
    assert [refused(answer) for answer in answers] == [(503, "database_unavailable")] * 4
    assert (await wide_world.rows())["bids"] == 0
    assert (await wide_world.post(path, bid_of(bidder), as_=bidder, key=key)).status_code == 201
    assert statements.sizes == [1]


async def test_who_waits_for_too_long_is_sent_away_and_nothing_is_stored(
    wide_world: World, tender: Json, statements: Statements, monkeypatch: pytest.MonkeyPatch
):
    bidders = [wide_world.party("One"), wide_world.party("Two")]
    monkeypatch.setattr(bids_together, "MOST_WAITED_S", LONGEST_S)
    answers = await posted(wide_world, tender, bidders, statements)
    assert answers[0].status_code == 201
    assert refused(answers[1]) == (503, "database_busy")
    assert (statements.sizes, (await wide_world.rows())["bids"]) == ([1], 1)
