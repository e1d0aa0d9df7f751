"""Portals: appointed by the buyer, they bid for those without an account, who are found at opening."""

from uuid import UUID

import pytest
from tests.integration.procurement_api.feed import merged
from tests.integration.procurement_api.world import Json, Party, World, bid_of, faults, line, refused

from cdp_common.kernel.identifiers import new_id

COMPANY = {"scheme": "GB-COH", "id": "01234567", "legal_name": "Weardale Quincekitchens Ltd"}
LOCAL = {"portal_local_id": "quince-77", "legal_name": "Quince and Daughter"}
ATTESTATION = {
    "authorised_by": "Director",
    "authorised_at": "2026-11-22T09:00:00Z",
    "portal_user_ref": "user-quince",
}
JUST_IN_TIME = "2026-12-01T11:59:59Z"


@pytest.fixture
def portal(world: World) -> Party:
    return world.party("Portal")


def bid_for(lead: Json, *members: Json, **changes: object) -> Json:
    """A portal's bid for those who bid together."""
    body = bid_of(Party(new_id(), ""), attestation=ATTESTATION)
    del body["tenderer"]
    return {**body, "tenderers": [{"lead": True, **lead}, *members], **changes}


async def appointed(world: World, tender: Json, portal: Party) -> Json:
    path = f"/v1/tenders/{tender['id']}/portal-appointments"
    body = {"portal_organisation_id": str(portal.id)}
    return await world.done("POST", path, body, as_=world.buyer)


async def test_a_buyer_appoints_a_portal_once_and_takes_it_back(world: World, portal: Party):
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}/portal-appointments"
    body, key = {"portal_organisation_id": str(portal.id)}, str(new_id())
    first = await world.post(path, body, as_=world.buyer, key=key)
    assert first.status_code == 201
    again = await world.post(path, body, as_=world.buyer, key=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert refused(await world.post(path, body, as_=world.buyer)) == (409, "portal_appointed")
    own = await world.post(path, {"portal_organisation_id": str(world.buyer.id)}, as_=world.buyer)
    assert faults(own) == [("/portal_organisation_id", "portal_is_buyer")]
    unknown = await world.post(path, {"portal_organisation_id": str(new_id())}, as_=world.buyer)
    assert faults(unknown) == [("/portal_organisation_id", "organisation_unknown")]

    one = f"{path}/{first.json()['id']}"
    elsewhere = f"/v1/tenders/{tender['id']}/portal-appointments/{new_id()}"
    missing = await world.call("DELETE", elsewhere, as_=world.buyer)
    assert refused(missing) == (404, "portal_appointment_not_found")
    assert (await world.call("DELETE", one, as_=world.buyer)).status_code == 204
    assert (await world.call("DELETE", one, as_=world.buyer)).status_code == 204
    await appointed(world, tender, portal)
    listed = (await world.done("GET", path, as_=world.buyer))["items"]
    assert [each["revoked_at"] is None for each in listed] == [False, True]
    told = [event["type"] for event in await world.told() if event["aggregate_type"] == "portal_appointment"]
    assert told == [f"portal_appointment.{each}" for each in ("made", "revoked", "made")]


async def test_a_portal_bids_for_those_without_an_account_and_nothing_names_them(
    world: World, portal: Party, capsys: pytest.CaptureFixture[str]
):
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}/bids"
    assert refused(await world.post(path, bid_for(COMPANY), as_=portal)) == (403, "tenderer_not_caller")
    await appointed(world, tender, portal)
    receipts = [await world.submitted(tender, portal, bid_for(each)) for each in (COMPANY, LOCAL)]
    trial = await world.done("POST", f"{path}/validate", bid_for(COMPANY), as_=portal)
    assert len(trial["lines"]) == 3

    dumps = "\n".join([await world.dump(name) for name in await world.table_names()])
    said = dumps + capsys.readouterr().out
    for word in ("01234567", "Quince", "quince", "user-quince"):
        assert word not in said
    assert (await world.done("GET", f"/v1/tenders/{tender['id']}"))["bid_count"] == 2
    # The same company again, by whatever name, is the bidder that has bid.
    again = bid_for({**COMPANY, "legal_name": "WQ Ltd"})
    assert refused(await world.post(path, again, as_=portal)) == (409, "bid_exists")
    seen = await world.done("GET", f"/v1/bids/{receipts[0]['bid_id']}", as_=portal)
    assert (seen["state"], seen["tenderers"], seen["attestation"], seen["lines"]) == (
        "sealed",
        [],
        None,
        None,
    )
    assert {event["audience"][0] for event in await world.told("bid.received")} == {f"org:{portal.id}"}

    versions = f"/v1/bids/{receipts[0]['bid_id']}/versions"
    other = await world.post(versions, bid_for(LOCAL), as_=portal)
    assert faults(other) == [("/tenderers", "tenderer_changed")]
    replaced = await world.done("POST", versions, bid_for(COMPANY), as_=portal)
    assert replaced["version"] == 2


async def test_what_a_portal_owes_is_asked_for_and_a_revoked_one_can_do_nothing(world: World, portal: Party):
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}/bids"
    appointment = await appointed(world, tender, portal)
    before = await world.state()
    bare = {"authorised_by": "Director", "authorised_at": "2026-11-22T10:00:00.001Z"}
    for body, found in (
        (bid_for(COMPANY, attestation=None), [("/attestation", "attestation_missing")]),
        (
            bid_for(COMPANY, attestation=bare),
            [
                ("/attestation/authorised_at", "authorised_later"),
                ("/attestation/portal_user_ref", "portal_user_missing"),
            ],
        ),
        (bid_for(COMPANY, {**LOCAL, "lead": True}), [("/tenderers", "lead_not_one")]),
        (
            {**bid_for(COMPANY), "tenderer": {"organisation_id": str(world.other.id)}},
            [("/tenderers", "tenderers_repeated")],
        ),
    ):
        assert faults(await world.post(path, body, as_=portal)) == found
    assert await world.state() == before

    receipt = await world.submitted(tender, portal, bid_for(COMPANY))
    revoked = f"/v1/tenders/{tender['id']}/portal-appointments/{appointment['id']}"
    assert (await world.call("DELETE", revoked, as_=world.buyer)).status_code == 204
    before = await world.state()
    assert refused(await world.post(path, bid_for(LOCAL), as_=portal)) == (403, "tenderer_not_caller")
    withdraw = f"/v1/bids/{receipt['bid_id']}/withdraw"
    assert refused(await world.post(withdraw, as_=portal)) == (404, "bid_not_found")
    assert await world.state() == before
    assert (await world.get(f"/v1/bids/{receipt['bid_id']}", as_=portal)).status_code == 200


async def test_at_opening_bidders_are_found_or_asserted_and_read_what_is_theirs(world: World, portal: Party):
    tender, member = await world.published(), world.party("Member Ltd")
    known = world.party("Known Ltd")
    world.partners.describe(known.id, "private", [{"scheme": "GB-CHC", "id": "1234567"}])
    await appointed(world, tender, portal)
    charity = {"scheme": "GB-CHC", "id": "1234567", "legal_name": "What the portal calls it"}
    first = await world.submitted(tender, portal, bid_for(charity, {"organisation_id": str(member.id)}))
    second = await world.submitted(tender, portal, bid_for(LOCAL, COMPANY))
    gone = await world.submitted(tender, portal, bid_for(COMPANY))
    await world.done("POST", f"/v1/bids/{gone['bid_id']}/withdraw", as_=portal)
    own = await world.submitted(tender, known, bid_of(known, [line("M-JOB", "1", "fte_years")]))

    # A fault after an organisation was asserted: opening is asked again, and it is asserted once.
    world.move_to("2026-12-01T12:00:01Z")
    world.toms.down = True
    assert (await world.open(tender)).status_code == 503
    world.toms.down = False
    opened = {bid["id"]: bid for bid in (await world.opened(tender))["bids"]}
    assert [(bid["state"], bid["tenderer_name"]) for bid in opened.values()] == [
        ("opened", "Known Ltd"),
        ("opened", "Quince and Daughter"),
        ("withdrawn", None),
        ("opened", "Known Ltd"),
    ]
    assert opened[first["bid_id"]]["tenderer_organisation_id"] == str(known.id)
    assert opened[first["bid_id"]]["portal_organisation_id"] == str(portal.id)
    assert opened[first["bid_id"]]["attestation"] == {
        "authorised_by": "Director",
        "authorised_at": "2026-11-22T09:00:00Z",
    }
    assert [
        (each["lead"], each["organisation_id"], each["legal_name"])
        for each in opened[first["bid_id"]]["tenderers"]
    ] == [(True, str(known.id), "Known Ltd"), (False, str(member.id), "Member Ltd")]
    [(asserted_id, asserted)] = world.partners.asserted.items()
    assert (asserted.portal_local_id, asserted.buyer_organisation_id) == ("quince-77", world.buyer.id)
    quince = opened[second["bid_id"]]
    assert quince["tenderer_organisation_id"] == asserted_id
    assert [(each["organisation_id"], each["portal_local_id"]) for each in quince["tenderers"]] == [
        (asserted_id, "quince-77"),
        (None, None),
    ]
    assert opened[own["bid_id"]]["portal_organisation_id"] is None

    # Whoever bid through the portal reads the bid, and gets the receipts that it never held.
    known, portal = world.renewed(known), world.renewed(portal)
    read = await world.done("GET", f"/v1/bids/{first['bid_id']}", as_=known)
    assert [each["quantity"] for each in read["lines"]] == ["12.5", "4321.75", "8000.5"]
    kept = await world.done("GET", f"/v1/bids/{first['bid_id']}/receipts", as_=known)
    assert kept["receipts"] == [first]
    both = (await world.done("GET", f"/v1/bids/{gone['bid_id']}/receipts", as_=portal))["receipts"]
    assert [(each["version"], each["commitment_key"] is None) for each in both] == [(1, False), (2, True)]
    assert both[0] == gone
    rival = await world.get(f"/v1/bids/{second['bid_id']}/receipts", as_=known)
    assert refused(rival) == (404, "bid_not_found")
    assert "user-quince" not in await world.dump("bid_attestations")
    # The daughter registers and proves who she is: her record takes in the one that the portal spoke of.
    daughter = world.party("Quince and Daughter")
    path = f"/v1/bids/{second['bid_id']}"
    assert refused(await world.get(path, as_=daughter)) == (404, "bid_not_found")
    await merged(world, UUID(asserted_id), daughter.id)
    assert len((await world.done("GET", path, as_=daughter))["lines"]) == 3
    assert (await world.done("GET", f"{path}/receipts", as_=daughter))["receipts"] == [second]
    assert refused(await world.get(f"{path}/assessment", as_=daughter)) != (404, "bid_not_found")
    assert refused(await world.get(path, as_=known)) == (404, "bid_not_found")


async def test_receipts_are_not_given_again_before_opening(world: World):
    tender, bidder = await world.published(), world.party("Bidder")
    receipt = await world.submitted(tender, bidder)
    again = await world.get(f"/v1/bids/{receipt['bid_id']}/receipts", as_=bidder)
    assert refused(again) == (409, "bids_sealed")
