"""From draft to awarded or called off: in each state the steps of others are refused and change nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.integration.procurement_api.test_lots import TERMS_BY_LOT, made
from tests.integration.procurement_api.world import (
    TERMS,
    Json,
    World,
    bid_of,
    line,
    refused,
    tender_correction,
)

WRONG = (409, "tender_state_wrong")
AWARD: Json = {"reference": "C-1", "signed_on": "2026-12-15", "value_gbp": "1000.00"}
CALLS: dict[str, tuple[str, str, Callable[[World, str], Any]]] = {
    "correct": ("PUT", "", lambda world, bid: tender_correction(world)),
    "set terms": ("PUT", "/terms", lambda world, bid: TERMS),
    "publish": ("POST", "/publish", lambda world, bid: None),
    "amend": ("POST", "/amendments", lambda world, bid: {"reason": "?", "amends_version": 1, "title": "?"}),
    "open": ("POST", "/open", lambda world, bid: None),
    "declare": ("POST", "/interests", lambda world, bid: {"evaluator": {"reference": "e-2"}}),
    "score": (
        "POST",
        "/scores",
        lambda world, bid: {
            "evaluator": {"reference": "e-1"},
            "scores": [{"bid_id": bid, "measure": "M-JOB", "score": "1", "reason": "Why"}],
        },
    ),
    "evaluate": ("POST", "/evaluations", lambda world, bid: None),
    "decide": ("POST", "/decisions", lambda world, bid: {"winner_bid_id": bid, "reason": "Best"}),
    "summarise": ("POST", "/summaries", lambda world, bid: {"winner_bid_id": bid}),
    "award": ("POST", "/award", lambda world, bid: {**AWARD, "bid_id": bid}),
    "cancel": ("POST", "/cancel", lambda world, bid: None),
}


class Walk:
    """A tender on its way, with the first bid for it."""

    def __init__(self, world: World, tender: Json) -> None:
        self.world, self.path, self.bid = world, f"/v1/tenders/{tender['id']}", tender["id"]

    async def take(self, step: str) -> Any:
        method, path, body = CALLS[step]
        etag = await self.world.etag(self.path, as_=self.world.buyer)
        content = body(self.world, self.bid)
        return await self.world.call(method, self.path + path, content, as_=self.world.buyer, if_match=etag)

    async def is_refused(self, *steps: str) -> None:
        before = await self.world.state()
        for step in steps:
            assert refused(await self.take(step)) == WRONG, step
        assert await self.world.state() == before

    async def state_is(self, state: str) -> None:
        assert (await self.world.done("GET", self.path, as_=self.world.buyer))["state"] == state


AFTER_OPENING = ("declare", "score", "evaluate", "decide", "summarise", "award")
BEFORE_PUBLICATION = ("correct", "set terms", "publish")


async def test_each_step_is_refused_in_each_state_but_its_own(world: World):
    walk = Walk(world, await world.with_terms())
    await walk.is_refused("amend", "open", *AFTER_OPENING)
    assert (await walk.take("publish")).status_code == 200
    await walk.is_refused(*BEFORE_PUBLICATION, *AFTER_OPENING)
    bidder = world.party("Bidder")
    bids = f"{walk.path}/bids"
    body = bid_of(bidder, [line("M-JOB", "1", "fte_years")])
    walk.bid = (await world.done("POST", bids, body, as_=bidder))["bid_id"]
    # Called in, and not opened yet: toms-engine is away.
    world.move_to("2026-12-01T12:00:01Z")
    world.toms.down = True
    assert (await walk.take("open")).status_code == 503
    await walk.state_is("closed")
    await walk.is_refused(*BEFORE_PUBLICATION, "amend", *AFTER_OPENING)
    world.toms.down = False
    assert (await walk.take("open")).status_code == 200
    await walk.state_is("closed")
    await walk.is_refused(*BEFORE_PUBLICATION, "amend", "open", "decide", "summarise", "award")
    for step in ("declare", "evaluate"):
        assert (await walk.take(step)).status_code == 201
    await walk.state_is("evaluated")
    await walk.is_refused(*BEFORE_PUBLICATION, "amend", "open")
    assert (await walk.take("award")).status_code == 201
    await walk.state_is("awarded")
    await walk.is_refused(
        *BEFORE_PUBLICATION, "amend", "open", "score", "evaluate", "decide", "award", "cancel"
    )


EVERY_STEP = (*BEFORE_PUBLICATION, "amend", "open", *AFTER_OPENING, "cancel")


@pytest.mark.parametrize("evaluated", [False, True])
async def test_an_opened_tender_may_be_called_off_and_nothing_more_is_done_with_it(
    world: World, evaluated: bool
):
    tender, bidder = await world.published(), world.party("Bidder")
    walk = Walk(world, tender)
    walk.bid = (await world.submitted(tender, bidder))["bid_id"]
    await world.opened(tender)
    await world.declared(tender)
    notice = {"award_notice_on": "2026-12-01"}
    if evaluated:
        await world.evaluated(tender)
        await world.summarised(tender, walk.bid)
    assert (await walk.take("cancel")).json()["state"] == "cancelled"
    assert [event["audience"] for event in await world.told("tender.cancelled")] == [["public"]]
    await walk.is_refused(*EVERY_STEP)
    [lot] = (await world.done("GET", f"{walk.path}/lots", as_=world.buyer))["items"]
    assert lot["state"] == "not_awarded"
    begun = await world.post(f"{walk.path}/standstills", notice, as_=world.buyer)
    assert refused(begun) == (409, "lot_state_wrong")
    # What was opened stays to be read, by the buyer and by whoever bid.
    for party in (world.buyer, world.renewed(bidder)):
        assert (await world.done("GET", f"/v1/bids/{walk.bid}", as_=party))["state"] == "opened"
    record = await world.done("GET", f"/v1/ocds/records/{tender['ocid']}")
    told = record["records"][0]["compiledRelease"]["tender"]
    assert (told["status"], told["statusDetails"]) == (
        "cancelled",
        "Called off by the buyer after the deadline.",
    )


async def test_a_tender_of_which_a_lot_is_signed_is_not_called_off_its_other_lots_go_to_nobody(world: World):
    tender, bidder = await made(world, {**TERMS_BY_LOT, "standstill": "none"}), world.party("Bidder")
    walk = Walk(world, tender)
    offered = [line("M-JOB", "2", "fte_years", lot=lot) for lot in ("N", "S")]
    walk.bid = (await world.submitted(tender, bidder, bid_of(bidder, offered)))["bid_id"]
    await world.opened(tender)
    await world.evaluated(tender)
    award = {**AWARD, "bid_id": walk.bid, "lot": "N"}
    await world.done("POST", f"{walk.path}/award", award, as_=world.buyer)
    before = await world.state()
    assert refused(await walk.take("cancel")) == (409, "lot_state_wrong")
    assert await world.state() == before
    nobody = {"lot": "S", "winner_bid_id": None, "reason": "No money left."}
    await world.done("POST", f"{walk.path}/decisions", nobody, as_=world.buyer)
    await walk.state_is("awarded")
