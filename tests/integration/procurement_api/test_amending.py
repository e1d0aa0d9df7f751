"""A published tender is amended before its deadline: versions, bids that stand or are confirmed, releases."""

import asyncio

import pytest
from tests.integration.procurement_api.world import (
    DEADLINE,
    LINES,
    TERMS,
    Json,
    World,
    bid_of,
    faults,
    line,
    refused,
    tender_draft,
)
from tests.ocds_schemas import check_package, schemas_missing, schemas_with

LATER = "2026-12-03T12:00:00Z"
OTHER_TERMS: Json = {
    **TERMS,
    "measures": [
        {"measure": "M-JOB", "weight": "60", "mandatory": True},
        {"measure": "M-CARBON", "weight": "40"},
    ],
}


WHY = {"reason": "Why", "amends_version": 1}


def path_of(tender: Json) -> str:
    return f"/v1/tenders/{tender['id']}/amendments"


async def test_a_later_deadline_leaves_bids_as_they_are_and_is_announced(world: World) -> None:
    tender, bidder = await world.published(), world.party("Bidder")
    receipt = await world.submitted(tender, bidder)
    amended = await world.amended(tender, deadline_at="2026-12-03T13:00:00+01:00")
    assert (amended["deadline_at"], amended["terms"]["deadline_at"]) == (LATER, LATER)
    assert (amended["terms_version"], amended["bids_since_terms_version"]) == (2, 1)
    bid = await world.done("GET", f"/v1/bids/{receipt['bid_id']}", as_=bidder)
    assert (bid["needs_reconfirmation"], bid["versions"][0]["terms_version"]) == (False, 1)
    [told] = await world.told("tender.deadline_extended")
    assert told["audience"] == ["public"]
    assert (told["data"]["deadline_at"], told["data"]["reason"]) == (LATER, "Asked by bidders")
    assert await world.told("tender.amended") == []
    world.move_to("2026-12-02T12:00:00Z")  # after the first deadline, before the second
    await world.submitted(tender, world.party("Late but in time"))
    world.move_to("2026-12-03T12:00:01Z")
    opening = (await world.open(tender)).json()
    assert [bid["state"] for bid in opening["bids"]] == ["opened", "opened"]


async def test_other_terms_ask_for_confirmation_and_who_gives_none_is_not_scored(world: World) -> None:
    tender = await world.published()
    stays, replaces, confirms, silent = (world.party(name) for name in ("Stays", "New", "Confirms", "Silent"))
    bids = [await world.submitted(tender, bidder) for bidder in (replaces, confirms, silent)]
    amended = await world.amended(tender, terms={**OTHER_TERMS, "deadline_at": DEADLINE})
    assert [asked["measure"] for asked in amended["measures"]] == ["M-JOB", "M-CARBON"]
    assert (amended["terms_version"], amended["bids_since_terms_version"]) == (2, 2)
    for bid, bidder in zip(bids, (replaces, confirms, silent), strict=True):
        read = await world.done("GET", f"/v1/bids/{bid['bid_id']}", as_=bidder)
        assert (read["needs_reconfirmation"], read["state"]) == (True, "sealed")
    # New bids are held to the newest terms.
    old = await world.post(f"/v1/tenders/{tender['id']}/bids", bid_of(stays), as_=stays)
    assert ("/lines/1/measure", "measure_not_asked") in faults(old)
    fresh = bid_of(replaces, [line("M-JOB", "3", "fte_years"), line("M-CARBON", "10", "tco2e")])
    path = f"/v1/bids/{bids[0]['bid_id']}"
    await world.done("POST", f"{path}/versions", fresh, as_=replaces)
    path = f"/v1/bids/{bids[1]['bid_id']}"
    first = await world.post(f"{path}/reconfirm", as_=confirms, key="k" * 30)
    again = await world.post(f"{path}/reconfirm", as_=confirms, key="k" * 30)
    assert (first.status_code, again.content) == (200, first.content)
    receipt = first.json()
    assert (receipt["action"], receipt["version"], receipt["commitment_key"]) == ("reconfirmed", 2, None)
    assert receipt["commitment"] == bids[1]["commitment"]
    assert receipt["content_hash"] == bids[1]["content_hash"]
    before = await world.state()
    assert refused(await world.post(f"{path}/reconfirm", as_=confirms)) == (409, "bid_on_current_terms")
    assert await world.state() == before
    read = await world.done("GET", path, as_=confirms)
    assert [version["terms_version"] for version in read["versions"]] == [1, 2]
    assert read["needs_reconfirmation"] is False

    opening = await world.opened(tender)
    opened = {bid["tenderer_name"]: bid for bid in opening["bids"]}
    assert {name: bid["state"] for name, bid in opened.items()} == {
        "New": "opened",
        "Confirms": "opened",
        "Silent": "disregarded",
    }
    assert (opened["Silent"]["disregarded_reason"], opened["Silent"]["lines"]) == (
        "not on current terms",
        None,
    )
    told = {each["measure"]: each["disregarded"] for each in opened["Confirms"]["lines"]}
    assert told["M-JOB"] is None
    assert told["M-HOURS"] == "does not fit the amended terms: The tender does not ask for this measure."
    assert opening["log"]["size"] == 5  # every accepted version, also the confirmation and the silent bid
    proof = f"/v1/tenders/{tender['id']}/log/proofs/{await world.leaf_of(receipt)}"
    assert (await world.get(proof)).status_code == 200
    evaluation = await world.evaluated(tender)
    assert sorted(result["tenderer_name"] for result in evaluation["results"]) == ["Confirms", "New"]
    silent_bid = await world.get(f"/v1/bids/{bids[2]['bid_id']}", as_=world.buyer)
    assert silent_bid.json()["disregarded_reason"] == "not on current terms"

    package = await world.done("GET", "/v1/ocds/release-packages")
    if not schemas_missing():
        extension = await world.done("GET", "/v1/ocds/extensions/social-value/1.0/release-schema.json")
        assert check_package(schemas_with(extension), package) == []
    [release] = [each for each in package["releases"] if each["tag"] == ["tenderAmendment"]]
    assert release["tender"]["amendments"][0]["rationale"] == "Asked by bidders"
    record = await world.done("GET", f"/v1/ocds/records/{tender['ocid']}")
    targets = record["records"][0]["compiledRelease"]["tender"]["targets"]
    weights = {target["id"]: target["socialValue"]["weight"] for target in targets}
    assert weights == {"M-JOB": 60, "M-CARBON": 40, "M-HOURS": 0, "M-SPEND": 0}


async def test_lots_and_values_are_amended_and_the_releases_say_so(world: World) -> None:
    terms = {**TERMS, "award_by": "lot"}
    draft = tender_draft(world, terms=terms)
    tender = await world.done("POST", "/v1/tenders", draft, as_=world.buyer)
    path, bidder = f"/v1/tenders/{tender['id']}", world.party("Bidder")
    etag = await world.etag(path, as_=world.buyer)
    tender = await world.done("POST", f"{path}/publish", as_=world.buyer, if_match=etag)
    lines = [line("M-JOB", "2", "fte_years", lot=lot) for lot in ("N", "S")]
    bid = await world.submitted(tender, bidder, bid_of(bidder, lines))

    south = {"id": "S", "title": "South"}
    before = await world.state()
    for body, found in (
        ({"lots": []}, ("/lots", "lots_missing")),
        ({"lots": [south, south]}, ("/lots/0/id", "lot_repeated")),
        ({"lots": [{"id": "N", "title": "North"}]}, ("/lots/0/value/amount_net", "amount_missing")),
        (
            {
                "lots": [south],
                "terms": {**terms, "measures": [{"measure": "M-JOB", "weight": "100", "lots": ["N"]}]},
            },
            ("/terms/measures/0/lots/0", "lot_unknown"),
        ),
        ({"value": {"amount_gross": "1.00"}}, ("/value/amount_net", "amount_missing")),
        (
            {"value": {"amount_net": "2.00", "amount_gross": "1.00"}},
            ("/value/amount_gross", "gross_below_net"),
        ),
        ({"lots": draft["lots"], "value": draft["value"]}, ("", "nothing_amended")),
    ):
        assert faults(await world.post(f"{path}/amendments", {**WHY, **body}, as_=world.buyer))[0] == found
    assert await world.state() == before

    value = {"amount_net": "900000.00", "amount_gross": "1080000.00", "currency": "GBP"}
    east = {"id": "E", "title": "East", "value": {**value, "amount_gross": None}}
    amended = await world.amended(tender, value=value, lots=[{**south, "title": "South and west"}, east])
    assert (amended["value"], amended["terms_version"], amended["bids_since_terms_version"]) == (value, 2, 2)
    assert [(lot["id"], lot["title"]) for lot in amended["lots"]] == [("S", "South and west"), ("E", "East")]
    [told] = await world.told("tender.amended")
    assert (told["data"]["amended"], told["data"]["bids_stand"]) == (["value", "lots"], False)
    versions = (await world.done("GET", f"{path}/terms-versions"))["items"]
    assert [each["value"]["amount_net"] for each in versions] == ["1000000.00", "900000.00"]
    assert [[lot["id"] for lot in each["lots"]] for each in versions] == [["N", "S"], ["S", "E"]]
    read = await world.done("GET", f"/v1/bids/{bid['bid_id']}", as_=bidder)
    assert read["needs_reconfirmation"] is True
    await world.done("POST", f"/v1/bids/{bid['bid_id']}/reconfirm", as_=bidder)
    # What was called off may come back; declared so, the bid stands.
    await world.amended(
        tender,
        lots=[south, *draft["lots"][:1]],
        terms={**terms, "deadline_at": DEADLINE, "social_value_weight": "0.2"},
        bids_stand=True,
    )
    await world.amended(tender, lots=[south, east], bids_stand=True)
    opened = (await world.opened(tender))["bids"][0]
    assert [(each["lot"], each["disregarded"]) for each in opened["lines"]] == [
        ("N", "does not fit the amended terms: The tender has no such lot."),
        ("S", None),
    ]

    package = await world.done("GET", "/v1/ocds/release-packages")
    if not schemas_missing():
        extension = await world.done("GET", "/v1/ocds/extensions/social-value/1.0/release-schema.json")
        assert check_package(schemas_with(extension), package) == []
    record = await world.done("GET", f"/v1/ocds/records/{tender['ocid']}")
    compiled = record["records"][0]["compiledRelease"]["tender"]
    assert compiled["value"] == {"amount": 900000, "amountGross": 1080000, "currency": "GBP"}
    lots = {lot["id"]: (lot["title"], lot["status"]) for lot in compiled["lots"]}
    assert lots == {"N": ("North", "cancelled"), "S": ("South", "active"), "E": ("East", "active")}
    weight = {lot["awardCriteria"]["criteria"][0]["numbers"][0]["number"] for lot in compiled["lots"]}
    assert 20 in weight


async def test_an_amendment_may_let_bids_stand_and_every_version_stays_readable(world: World) -> None:
    tender, bidder = await world.published(), world.party("Bidder")
    receipt = await world.submitted(tender, bidder)
    bid_path = f"/v1/bids/{receipt['bid_id']}"
    amended = await world.amended(tender, title="Depot repairs, lots 1 and 2", bids_stand=True)
    assert (amended["title"], amended["bids_since_terms_version"]) == ("Depot repairs, lots 1 and 2", 1)
    assert (await world.done("GET", bid_path, as_=bidder))["needs_reconfirmation"] is False
    await world.amended(tender, description="With the yard.", deadline_at=LATER)
    page = await world.done("GET", f"/v1/tenders/{tender['id']}/terms-versions")
    assert [(each["version"], each["amended"], each["bids_stand"]) for each in page["items"]] == [
        (1, [], False),
        (2, ["title"], True),
        (3, ["deadline_at", "description"], False),
    ]
    assert [each["title"] for each in page["items"]][:2] == ["Depot repairs", "Depot repairs, lots 1 and 2"]
    assert [event["type"] for event in await world.told()][-4:] == [
        *("tender.published", "bid.received", "tender.amended", "tender.amended"),
    ]
    assert (await world.done("GET", bid_path, as_=bidder))["needs_reconfirmation"] is True


@pytest.mark.parametrize(
    "body, code",
    [
        ({"deadline_at": "2026-12-01T11:59:59Z"}, "deadline_not_later"),
        ({"deadline_at": DEADLINE}, "nothing_amended"),
        ({}, "nothing_amended"),
        ({"title": "Depot repairs", "terms": TERMS}, "nothing_amended"),
        ({"deadline_at": LATER, "terms": OTHER_TERMS}, "deadline_differs"),
        ({"deadline_at": "2037-01-01T00:00:00Z"}, "deadline_too_far"),
        ({"terms": {**TERMS, "measures": [{"measure": "M-JOB", "weight": "99"}]}}, "weights_do_not_sum"),
        ({"terms": {**OTHER_TERMS, "place_slug": "essex"}}, "place_slug_wrong"),
        ({"deadline_at": "2026-12-03T12:00:00"}, "wrong_format"),
    ],
)
async def test_what_is_no_amendment_changes_nothing(world: World, body: Json, code: str) -> None:
    tender = await world.published()
    before = await world.state()
    response = await world.post(path_of(tender), {**WHY, **body}, as_=world.buyer)
    assert faults(response)[0][1] == code
    assert await world.state() == before


async def test_at_the_deadline_it_is_too_late_and_before_publication_too_early(world: World) -> None:
    tender = await world.published()
    body = {**WHY, "deadline_at": LATER}
    world.move_to(DEADLINE)
    before = await world.state()
    late = await world.post(path_of(tender), body, as_=world.buyer)
    assert refused(late) == (409, "amendment_too_late")
    assert await world.state() == before
    world.move_to("2026-12-01T11:59:59.999Z")
    stale = await world.post(path_of(tender), {**body, "amends_version": 0}, as_=world.buyer)
    assert refused(stale) == (409, "terms_version_stale")
    assert (await world.amended(tender, deadline_at=LATER))["deadline_at"] == LATER
    made = await world.done("POST", "/v1/tenders", tender_draft(world, terms=TERMS), as_=world.buyer)
    early = await world.post(path_of(made), {**body, "amends_version": 0}, as_=world.buyer)
    assert refused(early) == (409, "tender_state_wrong")


async def test_bids_that_come_while_a_tender_is_amended_are_on_one_version_or_the_other(
    wide_world: World,
) -> None:
    world = wide_world
    tender = await world.published()
    bidders = [world.party(f"Bidder {number}") for number in range(6)]
    submissions = [world.submitted(tender, bidder, bid_of(bidder, LINES)) for bidder in bidders]
    await asyncio.gather(*submissions[:3], world.amended(tender, title="Another"), *submissions[3:])
    opening = await world.opened(tender)
    for bid in opening["bids"]:
        on_terms = bid["versions"][0]["terms_version"] == 2
        assert bid["state"] == ("opened" if on_terms else "disregarded")
