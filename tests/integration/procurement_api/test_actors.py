"""What is done for an organisation is kept with who did it: the client, its own organisation, the person."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from tests.integration.procurement_api.plan_calls import partner_of, plan_of
from tests.integration.procurement_api.test_plans import membership_ended
from tests.integration.procurement_api.world import Json, Party, World, agreement_of, bid_of, refused

PERSON = UUID("01a20000-0000-7000-8000-0000000000aa")
END = {"effective_on": "2026-12-31", "reason": "Ends"}
FROM = {"effective_on": "2026-10-01", "reason": "Agreed"}


@pytest.fixture
def portal(world: World) -> Party:
    return world.party("Portal")


async def changed(world: World, path: str, what: str, body: Json, as_: Party) -> Json:
    etag = await world.etag(path, as_=as_)
    return await world.done("POST", f"{path}/{what}", body, as_=as_, if_match=etag)


async def items(world: World, path: str, as_: Party) -> list[Json]:
    found: list[Json] = (await world.done("GET", path, as_=as_))["items"]
    return found


async def actors_told(world: World, about: str) -> list[tuple[str, Any]]:
    return [
        (event["type"], event["data"]["acted_by"])
        for event in await world.told()
        if event["aggregate_type"] == about
    ]


async def test_each_change_of_an_agreement_says_who_made_it_to_its_parties(world: World, portal: Party):
    deliverer, other = world.party("Deliverer"), world.party("Next")
    delegate, actor = world.delegate(world.buyer, portal, PERSON), world.actor(portal, "delegate", PERSON)
    made = await world.done("POST", "/v1/agreements", agreement_of(world, deliverer), as_=delegate)
    assert (made["acted_by"], made["commissioner_organisation_id"]) == (actor, str(world.buyer.id))
    path = f"/v1/agreements/{made['id']}"
    await changed(world, path, "variations", {**FROM, "value_gbp": "45000.00"}, delegate)
    await changed(world, path, "novations", {**FROM, "deliverer_organisation_id": str(other.id)}, world.buyer)
    ended = await changed(
        world, path, "terminate", {"effective_on": "2026-12-31", "reason": "Ends"}, delegate
    )
    buyer = world.actor(world.buyer)
    for party in (world.buyer, other):
        assert (await world.done("GET", path, as_=party))["acted_by"] == actor
        told = [
            (each["version"], each["kind"], each["acted_by"])
            for each in await items(world, f"{path}/changes", party)
        ]
        assert told == [(2, "variation", actor), (3, "novation", buyer), (4, "termination", actor)]
    assert refused(await world.get(f"{path}/changes", as_=world.other)) == (404, "agreement_not_found")
    assert refused(await world.get(f"{path}/changes", as_=portal)) == (404, "agreement_not_found")
    assert ended["acted_by"] == actor
    assert await actors_told(world, "agreement") == [
        ("agreement.signed", actor),
        ("agreement.varied", actor),
        ("agreement.novated", buyer),
        ("agreement.terminated", actor),
    ]
    # What was written before anybody was kept says so.
    async with world.db.begin() as tx:
        await tx.execute(text("UPDATE agreements SET acted_by = NULL, client_id = NULL, person_id = NULL"))
    assert (await world.done("GET", path, as_=other))["acted_by"] is None


async def test_a_plan_says_who_adopted_and_changed_it_and_nobody_where_its_partner_left(
    world: World, portal: Party
):
    partner = partner_of(world, "Partner")
    delegate, actor = world.delegate(partner, portal, PERSON), world.actor(portal, "delegate", PERSON)
    plan = await world.done("POST", "/v1/plans", plan_of(world), as_=delegate)
    path = f"/v1/plans/{plan['id']}"
    line_id = plan["lines"][0]["line_id"]
    await changed(
        world, path, "variations", {**FROM, "lines": [{"line_id": line_id, "quantity": "240"}]}, partner
    )
    ended = await changed(world, path, "withdraw", END, delegate)
    assert (plan["acted_by"], ended["acted_by"]) == (actor, actor)
    own = world.actor(partner)
    found = await items(world, f"{path}/changes", partner)
    assert [(each["version"], each["kind"], each["reason"], each["acted_by"]) for each in found] == [
        (2, "variation", "Agreed", own),
        (3, "withdrawal", "Ends", actor),
    ]
    leaver = partner_of(world, "Leaver")
    left = await world.done("POST", "/v1/plans", plan_of(world), as_=leaver)
    await membership_ended(world, leaver, "2026-12-31")
    [end] = await items(world, f"/v1/plans/{left['id']}/changes", leaver)
    assert (end["kind"], end["effective_on"], end["acted_by"]) == ("withdrawal", "2026-12-31", None)
    assert await actors_told(world, "plan") == [
        *(("plan.adopted", actor), ("plan.varied", own), ("plan.withdrawn", actor)),
        *(("plan.adopted", world.actor(leaver)), ("plan.withdrawn", None)),
    ]


async def test_appointments_opening_evaluations_and_award_say_who_to_the_buyer_and_not_to_the_public(
    world: World, portal: Party
):
    tender, bidder = await world.published(), world.party("Bidder")
    path = f"/v1/tenders/{tender['id']}"
    delegate, actor = world.delegate(world.buyer, portal, PERSON), world.actor(portal, "delegate", PERSON)
    body = {"portal_organisation_id": str(portal.id)}
    one = await world.done("POST", f"{path}/portal-appointments", body, as_=delegate)
    assert (one["acted_by"], one["revoked_by"]) == (actor, None)
    gone = await world.call("DELETE", f"{path}/portal-appointments/{one['id']}", as_=world.buyer)
    assert gone.status_code == 204
    [listed] = await items(world, f"{path}/portal-appointments", world.buyer)
    assert (listed["acted_by"], listed["revoked_by"]) == (actor, world.actor(world.buyer))
    assert await actors_told(world, "portal_appointment") == [
        ("portal_appointment.made", actor),
        ("portal_appointment.revoked", world.actor(world.buyer)),
    ]
    bid = (await world.submitted(tender, bidder))["bid_id"]
    assert (await world.done("GET", f"{path}/lots", as_=world.buyer))["opened_by"] is None

    world.move_to("2026-12-01T12:00:01Z")
    delegate, bidder = world.delegate(world.buyer, portal, PERSON), world.renewed(bidder)
    etag = await world.etag(path, as_=world.buyer)
    await world.done("POST", f"{path}/open", as_=delegate, if_match=etag)
    assert (await world.done("GET", f"{path}/lots", as_=world.buyer))["opened_by"] == actor
    assert refused(await world.get(f"{path}/lots", as_=bidder)) == (403, "not_the_buyer")
    first = await world.done("POST", f"{path}/evaluations", as_=delegate)
    second = await world.evaluated(tender)
    assert (first["acted_by"], second["acted_by"]) == (actor, world.actor(world.buyer))
    for version, by in ((1, actor), (2, world.actor(world.buyer))):
        read = await world.done("GET", f"{path}/evaluation?version={version}", as_=world.buyer)
        assert read["acted_by"] == by
    await world.summarised(tender, bid)
    award = {"bid_id": bid, "reference": "C-1", "signed_on": "2026-12-01", "value_gbp": "1000000.00"}
    contract = await world.done("POST", f"{path}/award", award, as_=delegate)
    assert contract["acted_by"] == actor

    public = [event for event in await world.told() if "public" in event["audience"]]
    assert {"tender.opened", "tender.evaluated", "tender.awarded"} <= {event["type"] for event in public}
    shown = [
        str([event["data"] for event in public]),
        (await world.get(path)).text,
        (await world.get(f"{path}/log")).text,
        (await world.get(f"/v1/ocds/records/{tender['ocid']}")).text,
        (await world.get(f"/v1/bids/{bid}/assessment", as_=bidder)).text,
    ]
    for said in shown:
        assert str(PERSON) not in said
        assert '"delegate"' not in said


async def test_an_evaluation_after_a_bidders_withdrawal_says_that_it_was_the_bidder(
    world: World,
):
    tender, bidders = await world.published(), [world.party(name) for name in ("One", "Two")]
    bids = [(await world.submitted(tender, bidder, bid_of(bidder)))["bid_id"] for bidder in bidders]
    await world.opened(tender)
    await world.evaluated(tender)
    leaver = world.renewed(bidders[0])
    await world.done("POST", f"/v1/bids/{bids[0]}/withdrawal", {"ground": "Busy"}, as_=leaver)
    latest = await world.done("GET", f"/v1/tenders/{tender['id']}/evaluation", as_=world.buyer)
    assert (latest["version"], latest["cause"], latest["acted_by"]) == (
        2,
        "bid_withdrawn",
        world.actor(leaver),
    )
