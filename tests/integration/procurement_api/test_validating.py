"""Trying a bid out: held to every rule, valued and explained, and nothing of it is kept anywhere."""

import pytest
from tests.integration.procurement_api.world import LINES, Party, World, bid_of, faults, line, refused

LICENSED = "frameworks:licensed:open-measures"


@pytest.fixture
def bidder(world: World) -> Party:
    return world.party("Bidder")


async def test_a_tried_bid_is_valued_as_opening_would_and_nothing_is_kept(world: World, bidder: Party):
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}/bids"
    lines = [*LINES[:2], {**LINES[2], "industry": "farming"}, line("M-CARBON", "3", "tco2e", answer="")]
    lines[1] = {**lines[1], "answer": " "}
    body = bid_of(bidder, lines)
    tables = {name: await world.dump(name) for name in await world.table_names()}
    tried = await world.done("POST", f"{path}/validate", body, as_=bidder)
    assert {name: await world.dump(name) for name in tables} == tables
    assert [(each["measure"], each["total_gbp"], each["disregarded"]) for each in tried["lines"]] == [
        ("M-JOB", "371475.00", None),
        ("M-HOURS", "77618.63", "the written answer is missing"),
        ("M-SPEND", "0.00", "the edition has no multiplier for this industry"),
        ("M-CARBON", "831.66", None),
    ]
    assert tried["total_gbp"] == "372306.66"
    explained = [
        None if each["explanation"] is None else len(each["explanation"]["steps"]) for each in tried["lines"]
    ]
    assert explained == [2, 2, None, 2]

    await world.submitted(tender, bidder, body)
    [bid] = (await world.opened(tender))["bids"]
    opened = [{name: value for name, value in each.items() if name != "line_id"} for each in bid["lines"]]
    assert opened == tried["lines"]


async def test_a_tried_bid_meets_the_same_refusals_as_a_submitted_one(world: World, bidder: Party):
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}/bids/validate"
    asked = len(world.toms.asked)
    bad = bid_of(bidder, [line("M-HOURS", "-1", "weeks")])
    assert faults(await world.post(path, bad, as_=bidder)) == [
        ("/lines", "mandatory_measure_missing"),
        ("/lines/0/quantity", "quantity_negative"),
        ("/lines/0/unit", "unit_mismatch"),
    ]
    assert refused(await world.post(path, bid_of(world.other), as_=bidder)) == (403, "tenderer_not_caller")
    world.move_to("2026-12-01T12:00:00Z")
    late = world.renewed(bidder)
    assert refused(await world.post(path, bid_of(late), as_=late)) == (409, "tender_closed")
    assert len(world.toms.asked) == asked


async def test_licensed_pounds_are_shown_to_holders_of_the_licence_only(world: World, bidder: Party):
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}/bids/validate"
    world.toms.licence_of = {"M-JOB": "open-measures"}
    tried = await world.done("POST", path, bid_of(bidder), as_=bidder)
    job, hours, _ = tried["lines"]
    assert (job["total_gbp"], job["explanation"], job["withheld"]) == (None, None, "licensed")
    assert (hours["total_gbp"], hours["withheld"]) == ("77618.63", None)
    # The sum of the others and the total would give the pounds away.
    assert (tried["total_gbp"], tried["withheld"]) == (None, "licensed")
    holder = world.as_party(bidder.id, ["bids:write", LICENSED])
    tried = await world.done("POST", path, bid_of(bidder), as_=holder)
    assert (tried["lines"][0]["total_gbp"], tried["total_gbp"]) == ("371475.00", "451093.76")
