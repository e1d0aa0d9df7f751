"""A record that was merged into another leads to it: who acts for the one that stays has what both had."""

from typing import Any

from tests.integration.procurement_api.feed import merged
from tests.integration.procurement_api.plan_calls import adopted, partner_of, plan_of
from tests.integration.procurement_api.test_portals import LOCAL, appointed, bid_for
from tests.integration.procurement_api.world import (
    Json,
    Party,
    World,
    agreement_of,
    bid_of,
    import_document,
    line,
    refused,
    tender_draft,
)

from cdp_common.db.events import org_audience
from cdp_common.kernel.identifiers import new_id

HOOK = {"url": "http://127.0.0.1:9/hook", "event_types": []}
VARIED = {"effective_on": "2026-10-01", "reason": "Agreed", "value_gbp": "45000.00"}


async def ids(world: World, path: str, as_: Party) -> list[str]:
    return [each["id"] for each in (await world.done("GET", path, as_=as_))["items"]]


async def changed(world: World, path: str, what: str, body: Json | None, as_: Party) -> Json:
    etag = await world.etag(path, as_=as_)
    return await world.done("POST", f"{path}/{what}", body, as_=as_, if_match=etag)


async def test_the_survivor_buys_what_the_merged_record_bought_and_nobody_else_does(world: World):
    stays, deliverer, portal = world.party("The Survivor"), world.party("Deliverer"), world.party("Portal")
    draft, published = (
        await world.imported(),
        await world.done("POST", "/v1/tenders", tender_draft(world), as_=world.buyer),
    )
    agreement = await world.registered(deliverer)
    hook = await world.done("POST", "/v1/webhooks", HOOK, as_=world.buyer)
    tender, contract = f"/v1/tenders/{draft['id']}", f"/v1/agreements/{agreement['id']}"
    before = await world.state()
    for who in (stays, world.other):
        assert refused(await world.get(tender, as_=who)) == (404, "tender_not_found")
        assert refused(await world.get(contract, as_=who)) == (404, "agreement_not_found")

    await merged(world, world.buyer.id, stays.id)
    await merged(world, world.buyer.id, stays.id)  # told twice
    gone, again = world.buyer, await world.state()
    assert sum(row not in before for row in again.splitlines()) == 1  # what it had stays as it was written
    for who in (gone, world.other):
        assert refused(await world.get(tender, as_=who)) == (404, "tender_not_found")
        assert refused(await world.get(contract, as_=who)) == (404, "agreement_not_found")
        assert await ids(world, "/v1/tenders?state=draft", who) == []
        assert await ids(world, "/v1/agreements", who) == []
        refusal = await world.post(
            f"{contract}/terminate", {"effective_on": "2026-12-01", "reason": "R"}, as_=who
        )
        assert refused(refusal) == (404, "agreement_not_found")
    assert await world.state() == again

    seen = await world.done("GET", tender, as_=stays)
    assert seen["buyer_organisation_id"] == str(stays.id)
    assert await ids(world, "/v1/tenders?state=draft", stays) == [draft["id"], published["id"]]
    assert await ids(world, "/v1/agreements", stays) == await ids(world, "/v1/agreements", deliverer)
    assert await ids(world, "/v1/webhooks", stays) == [hook["id"]]
    assert await ids(world, "/v1/webhooks", gone) == []

    # What was told to the merged record before is read by the survivor, and by nobody who did not before.
    for who, told in ((stays, ["agreement.signed"]), (deliverer, ["agreement.signed"]), (world.other, [])):
        feed = (await world.done("GET", "/v1/events", as_=who))["items"]
        assert [each["type"] for each in feed if each["aggregate_type"] == "agreement"] == told

    # It goes on where the merged record was, by either id, and makes nothing twice.
    for buyer_id in (gone.id, stays.id):
        document = import_document(world, buyer_organisation_id=str(buyer_id))
        report = await world.done("POST", "/v1/ocds/imports", document, as_=stays)
        assert [each["id"] for each in report["tenders"]] == [draft["id"]]
    ocid = published["ocid"]
    twice = await world.post("/v1/tenders", tender_draft(world, ocid=ocid), as_=stays)
    assert refused(twice) == (409, "tender_ocid_taken")
    other_ocid = tender_draft(world, ocid="ocds-h6vhtk-000009")
    assert (await world.done("POST", "/v1/tenders", other_ocid, as_=stays))["buyer_organisation_id"] == str(
        stays.id
    )
    for body, why in (
        (agreement_of(world, deliverer), (409, "agreement_reference_taken")),
        (agreement_of(world, gone, reference="R-2"), (422, "agreement_invalid")),  # with itself
    ):
        assert refused(await world.post("/v1/agreements", body, as_=stays)) == why
    first = await appointed_by(world, draft, portal, stays)
    assert first["portal_organisation_id"] == str(portal.id)
    own = await world.post(
        f"{tender}/portal-appointments", {"portal_organisation_id": str(gone.id)}, as_=stays
    )
    assert refused(own) == (422, "portal_invalid")

    varied = await changed(world, contract, "variations", VARIED, stays)
    assert (varied["commissioner_organisation_id"], varied["version"]) == (str(stays.id), 2)
    [event] = await world.told("agreement.varied")
    assert set(event["audience"]) == {"internal", org_audience(stays.id), org_audience(deliverer.id)}
    ended = await changed(
        world, contract, "terminate", {"effective_on": "2026-12-01", "reason": "Ends"}, stays
    )
    assert (ended["state"], ended["commissioner_organisation_id"]) == ("terminated", str(stays.id))


async def appointed_by(world: World, tender: Json, portal: Party, buyer: Party) -> Json:
    path, body = f"/v1/tenders/{tender['id']}/portal-appointments", {"portal_organisation_id": str(portal.id)}
    return await world.done("POST", path, body, as_=buyer)


async def test_a_merged_buyers_open_tender_goes_on_to_its_award(world: World):
    stays, bidder = world.party("The Survivor"), world.party("Bidder")
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}"
    for _ in range(2):  # a service that has read its key takes a bid at once, and remembers the tender
        await world.done("GET", "/v1/receipt-keys")
    bid = (await world.submitted(tender, bidder))["bid_id"]
    gone = world.buyer
    await merged(world, gone.id, stays.id)
    own = await world.post(f"{path}/bids", bid_of(stays), as_=stays)
    assert refused(own) == (403, "buyer_is_bidder")
    assert (await world.done("GET", path))["bid_count"] == 1
    amendment = {"reason": "Asked", "amends_version": 1, "deadline_at": "2026-12-02T12:00:00Z"}
    refusal = await world.post(f"{path}/amendments", amendment, as_=gone)
    assert refused(refusal) == (403, "not_the_buyer")
    await world.done("POST", f"{path}/amendments", amendment, as_=stays)

    world.move_to("2026-12-02T12:00:01Z")
    stays, gone = world.renewed(stays), world.renewed(gone)
    assert refused(await world.post(f"{path}/open", as_=gone)) == (403, "not_the_buyer")
    opening = await world.done("POST", f"{path}/open", as_=stays, if_match=await world.etag(path, as_=stays))
    assert [each["id"] for each in opening["bids"]] == [bid]
    await world.done("POST", f"{path}/evaluations", as_=stays)
    await world.done("POST", f"{path}/summaries", {"winner_bid_id": bid}, as_=stays)
    award = {"bid_id": bid, "reference": "C-1", "signed_on": "2026-12-02", "value_gbp": "1000000.00"}
    agreement = await world.done("POST", f"{path}/award", award, as_=stays)
    assert agreement["commissioner_organisation_id"] == str(stays.id)


async def test_a_sealed_bid_is_the_survivors_to_replace_read_and_prove(world: World):
    tender, left, stays = await world.published(), world.party("Left"), world.party("Stays")
    path = f"/v1/tenders/{tender['id']}/bids"
    first = await world.submitted(tender, left)
    bid = f"/v1/bids/{first['bid_id']}"
    await merged(world, left.id, stays.id)
    before = await world.state()
    for who in (left, world.other):
        assert refused(await world.get(bid, as_=who)) == (404, "bid_not_found")
        assert refused(await world.post(f"{bid}/versions", bid_of(who), as_=who)) == (404, "bid_not_found")
        assert refused(await world.post(f"{bid}/withdraw", as_=who)) == (404, "bid_not_found")
    assert await world.state() == before
    seen = await world.done("GET", bid, as_=stays)
    assert (seen["state"], seen["tenderer_organisation_id"], seen["lines"]) == ("sealed", str(stays.id), None)
    # By either id, and by none at all.
    jobs = [line("M-JOB", "1", "fte_years")]
    versions = [bid_of(stays, jobs), bid_of(left, jobs), {**bid_of(stays, jobs), "tenderer": None}]
    for number, body in enumerate(versions, start=2):
        assert (await world.done("POST", f"{bid}/versions", body, as_=stays))["version"] == number
    assert (await world.done("POST", f"{path}/validate", bid_of(left), as_=stays))["total_gbp"] != "0.00"
    # Its own bid beside it: of one organisation's bids the last counts.
    own = await world.submitted(tender, stays, bid_of(stays, [line("M-JOB", "2", "fte_years")]))
    assert (await world.done("GET", f"/v1/tenders/{tender['id']}"))["bid_count"] == 2

    opened = {each["id"]: each for each in (await world.opened(tender))["bids"]}
    assert {each["tenderer_organisation_id"] for each in opened.values()} == {str(stays.id)}
    assert [each["by_bid_id"] for each in opened[first["bid_id"]]["superseded"]] == [own["bid_id"]]
    assert opened[own["bid_id"]]["superseded"] == []
    stays, left = world.renewed(stays), world.renewed(left)
    assert [each["quantity"] for each in (await world.done("GET", bid, as_=stays))["lines"]] == ["1"]
    receipts = (await world.done("GET", f"{bid}/receipts", as_=stays))["receipts"]
    assert receipts[0] == first
    assert [each["version"] for each in receipts] == [1, 2, 3, 4]
    for who in (left, world.other):
        assert refused(await world.get(f"{bid}/receipts", as_=who)) == (404, "bid_not_found")
    left_tender = {"ground": "We merged"}
    assert (await world.done("POST", f"{bid}/withdrawal", left_tender, as_=stays))["bid_id"] == first[
        "bid_id"
    ]


async def test_a_chain_of_mergers_leads_to_the_last_record_also_for_portals_and_after_opening(world: World):
    tender = await world.published()
    portal, next_portal, last_portal = (world.party(f"Portal {number}") for number in range(3))
    bidder, middle, last = (world.party(f"Bidder {number}") for number in range(3))
    appointment = await appointed(world, tender, portal)
    by_portal = await world.submitted(tender, portal, bid_for(LOCAL))
    own = await world.submitted(tender, bidder)
    await merged(world, portal.id, next_portal.id)
    await merged(world, next_portal.id, last_portal.id)
    versions = f"/v1/bids/{by_portal['bid_id']}/versions"
    assert (await world.done("POST", versions, bid_for(LOCAL), as_=last_portal))["version"] == 2
    other = await world.post(versions, bid_for({**LOCAL, "portal_local_id": "x"}), as_=last_portal)
    assert refused(other) == (422, "tenderers_invalid")
    assert refused(await world.post(versions, bid_for(LOCAL), as_=next_portal)) == (404, "bid_not_found")
    appointments = f"/v1/tenders/{tender['id']}/portal-appointments"
    again = await world.post(appointments, {"portal_organisation_id": str(portal.id)}, as_=world.buyer)
    assert refused(again) == (409, "portal_appointed")
    [listed] = (await world.done("GET", appointments, as_=world.buyer))["items"]
    assert (listed["id"], listed["portal_organisation_id"]) == (appointment["id"], str(last_portal.id))

    await world.opened(tender)
    await merged(world, bidder.id, middle.id)
    await merged(world, middle.id, last.id)
    path = f"/v1/bids/{own['bid_id']}"
    for who, status in ((last, 200), (bidder, 404), (middle, 404), (world.other, 404)):
        assert (await world.get(path, as_=world.renewed(who))).status_code == status
        assert (await world.get(f"{path}/receipts", as_=world.renewed(who))).status_code == status


async def test_plans_follow_their_partner_and_are_found_by_either_id(world: World):
    left, stays = partner_of(world, "Left"), partner_of(world, "Stays")
    plan, later = await adopted(world, left), await adopted(world, stays, **days("2028"))
    await merged(world, left.id, stays.id)
    before = await world.state()
    both = [plan["id"], later["id"]]
    for query in ("", f"?organisation_id={left.id}", f"?organisation_id={stays.id}"):
        assert await ids(world, f"/v1/plans{query}", stays) == both
        assert await ids(world, f"/v1/plans{query}", left) == []
        assert await ids(world, f"/v1/plans{query}", world.other) == []
    path = f"/v1/plans/{plan['id']}"
    for who in (left, world.other):
        assert refused(await world.get(path, as_=who)) == (404, "plan_not_found")
    assert (await world.done("GET", path, as_=stays))["organisation_id"] == str(stays.id)
    for body, code in (
        (plan_of(world, reference="PLAN-B"), "plan_period_taken"),
        (plan_of(world, **{**days("2030"), "reference": plan["reference"]}), "plan_reference_taken"),
    ):
        assert refused(await world.post("/v1/plans", body, as_=stays)) == (409, code)
    assert await world.state() == before
    withdrawn = {"effective_on": "2026-09-30", "reason": "Merged"}
    ended = await changed(world, path, "withdraw", withdrawn, stays)
    assert (ended["state"], ended["organisation_id"]) == ("withdrawn", str(stays.id))
    rest = plan_of(world, starts_on="2026-10-01", reference="PLAN-B", lines=plan_of(world)["lines"][:1])
    await world.done("POST", "/v1/plans", rest, as_=stays)


def days(year: str) -> dict[str, Any]:
    """A plan of another year, with lines in equal months."""
    lines = [{"measure": "M-HOURS", "quantity": "120", "unit": "hours"}]
    return {
        "starts_on": f"{year}-04-01",
        "ends_on": f"{int(year) + 1}-03-31",
        "reference": f"PLAN-{year}",
        "lines": lines,
    }


async def test_what_was_done_under_a_record_that_was_merged_is_not_done_again_with_its_key(world: World):
    tender, left, middle, stays = await world.published(), *(world.party(name) for name in ("L", "M", "S"))
    path, names_nobody = f"/v1/tenders/{tender['id']}/bids", {**bid_of(left), "tenderer": None}
    for _ in range(2):  # a service that has read its key takes a bid at once, and remembers the tender
        await world.done("GET", "/v1/receipt-keys")
    agreement = agreement_of(world, world.other)
    calls: list[tuple[str, Json, str, Json]] = [
        (path, names_nobody, str(new_id()), {"lines": [line("M-JOB", "1", "fte_years")]}),
        ("/v1/agreements", agreement, str(new_id()), {"title": "Another"}),
    ]
    first = [await world.post(where, body, as_=left, key=key) for where, body, key, _ in calls]
    assert [each.status_code for each in first] == [201, 201]
    await merged(world, left.id, middle.id)
    await merged(world, middle.id, stays.id)
    held = await world.state()

    for (where, body, key, change), answer in zip(calls, first, strict=True):
        again = await world.post(where, body, as_=stays, key=key)
        assert (again.status_code, again.content) == (201, answer.content)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert await world.state() == held
        another = await world.post(where, {**body, **change}, as_=stays, key=key)
        assert refused(another) == (422, "idempotency_key_reused")
        assert await world.state() == held
    stranger = await world.post(path, {**names_nobody, **calls[0][3]}, as_=world.other, key=calls[0][2])
    assert (stranger.status_code, stranger.headers.get("Idempotency-Replayed")) == (201, None)
    world.move_to("2026-12-01T12:00:00Z")
    late = await world.post(path, names_nobody, as_=world.renewed(stays), key=calls[0][2])
    assert (late.status_code, late.content) == (201, first[0].content)
