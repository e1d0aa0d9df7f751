"""Setting terms, publishing, calling off: one version at a time, and nothing that could not be opened."""

from typing import Any

import pytest
from sqlalchemy import select
from tests.integration.procurement_api.world import DEADLINE, TERMS, Json, World, bid_of, faults, refused

from procurement_api.storage.tables import tenders


def terms_with(**changes: Any) -> Json:
    return {**TERMS, **changes}


def asking(*measures: tuple[str, str]) -> Json:
    return terms_with(measures=[{"measure": code, "weight": weight} for code, weight in measures])


async def test_terms_are_replaced_as_a_whole_and_each_change_needs_the_current_version(world: World):
    tender = await world.with_terms()
    path = f"/v1/tenders/{tender['id']}"
    assert tender["terms"]["measures"][0]["weight"] == "40"
    assert (tender["version"], tender["state"], tender["measures"]) == (2, "draft", [])
    etag = await world.etag(path, as_=world.buyer)
    new = asking(("M-HOURS", "100"))
    changed = await world.call("PUT", f"{path}/terms", new, as_=world.buyer, if_match=etag)
    assert changed.status_code == 200
    assert changed.json()["version"] == 3
    assert changed.headers["etag"] == await world.etag(path, as_=world.buyer)
    before = await world.state()
    for if_match, expected in ((None, (428, "if_match_missing")), (etag, (412, "if_match_stale"))):
        response = await world.call("PUT", f"{path}/terms", TERMS, as_=world.buyer, if_match=if_match)
        assert refused(response) == expected
    assert await world.state() == before


@pytest.mark.parametrize(
    "changes, found",
    [
        ({"deadline_at": "2026-11-22T10:00:00Z"}, ("/deadline_at", "deadline_passed")),
        ({"contract_ends_on": "2026-12-31"}, ("/contract_ends_on", "period_reversed")),
        ({"place_slug": "essex"}, ("/place_slug", "place_slug_wrong")),
        ({"deadline_at": "2026-12-01T12:00:00"}, ("/deadline_at", "timezone_missing")),
        ({"social_value_weight": "1.5"}, ("/social_value_weight", "out_of_range")),
        ({"measures": []}, ("/measures", "too_short")),
    ],
)
async def test_terms_that_do_not_hold_change_nothing(world: World, changes: Json, found: tuple[str, str]):
    path = f"/v1/tenders/{(await world.imported())['id']}"
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    body = terms_with(**changes)
    response = await world.call("PUT", f"{path}/terms", body, as_=world.buyer, if_match=etag)
    assert response.status_code == 422, response.text
    assert [error["pointer"] for error in response.json()["errors"]] == [found[0]]
    assert await world.state() == before


async def test_publishing_pins_the_measures_and_seals_from_then_on(world: World):
    tender = await world.published()
    assert (tender["state"], tender["version"]) == ("published", 3)
    assert tender["published_at"] == "2026-11-22T10:00:00Z"
    assert tender["deadline_at"] == DEADLINE
    assert tender["deadline_london"] == "2026-12-01T12:00:00+00:00"
    pinned = {measure["measure"]: measure for measure in tender["measures"]}
    assert pinned["M-CARBON"]["negative_allowed"] is True
    assert pinned["M-HOURS"]["maximum_per_line"] == "100000"
    assert (pinned["M-JOB"]["title"], pinned["M-JOB"]["unit"]) == ("Measure M-JOB", "fte_years")
    # Local spend has no value without an industry, so bids name it even where the terms did not ask.
    assert [pinned[code]["needs_industry"] for code in ("M-JOB", "M-SPEND")] == [False, True]
    async with world.db.begin() as tx:
        row = (await tx.execute(select(tenders))).mappings().one()
    assert set(row["sealing_public_jwk"]) == {"crv", "x", "kty", "kid"}
    assert b'"d"' not in row["sealing_private_wrapped"]
    [event] = await world.told("tender.published")
    assert event["audience"] == ["public"]
    assert event["data"] == {
        "tender_id": tender["id"],
        "state": "published",
        "title": "Depot repairs",
        "place_id": str(world.partners.place_id),
        "data_status": "synthetic_sample",
    }


async def test_in_summer_the_london_deadline_carries_its_offset(world: World):
    tender = await world.published(terms_with(deadline_at="2027-06-01T11:00:00Z"))
    assert tender["deadline_london"] == "2027-06-01T12:00:00+01:00"


async def test_without_terms_a_tender_is_not_published(world: World):
    path = f"/v1/tenders/{(await world.imported())['id']}"
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    response = await world.post(f"{path}/publish", as_=world.buyer, if_match=etag)
    assert refused(response) == (409, "terms_missing")
    assert await world.state() == before


@pytest.mark.parametrize(
    "terms, code",
    [
        (asking(("M-HOURS", "50"), ("M-NONE", "50")), "measure_unknown"),
        (
            terms_with(edition_hash="cd" * 32, measures=[{"measure": "M-HOURS", "weight": "100"}]),
            "measure_unknown",
        ),
    ],
)
async def test_terms_under_which_bids_could_not_be_valued_are_refused(world: World, terms: Json, code: str):
    path = f"/v1/tenders/{(await world.with_terms(terms))['id']}"
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    found = faults(await world.post(f"{path}/publish", as_=world.buyer, if_match=etag))
    assert {each for _, each in found} == {code}
    assert all(pointer.startswith("/terms/measures/") for pointer, _ in found)
    assert await world.state() == before


async def test_a_licensed_measure_is_refused_when_the_platform_holds_no_licence(world: World):
    path = f"/v1/tenders/{(await world.with_terms(asking(('M-LICENSED', '100'))))['id']}"
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    response = await world.post(f"{path}/publish", as_=world.buyer, if_match=etag)
    assert faults(response) == [("/terms/measures/0/measure", "proxy_not_redistributable")]
    assert await world.state() == before


async def test_terms_grow_old(world: World):
    path = f"/v1/tenders/{(await world.with_terms())['id']}"
    world.move_to(DEADLINE)
    etag = await world.etag(path, as_=world.buyer)
    response = await world.post(f"{path}/publish", as_=world.buyer, if_match=etag)
    assert faults(response) == [("/deadline_at", "deadline_passed")]


async def test_when_toms_engine_is_down_nothing_is_published_and_a_second_try_succeeds(world: World):
    path = f"/v1/tenders/{(await world.with_terms())['id']}"
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    world.toms.down = True
    response = await world.post(f"{path}/publish", as_=world.buyer, if_match=etag)
    assert refused(response) == (503, "upstream_unavailable")
    assert await world.state() == before
    world.toms.down = False
    assert (await world.post(f"{path}/publish", as_=world.buyer, if_match=etag)).status_code == 200


async def test_a_published_tender_takes_no_other_terms_and_is_not_published_again(world: World):
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}"
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    for method, step, body in (("PUT", "terms", TERMS), ("POST", "publish", None)):
        response = await world.call(method, f"{path}/{step}", body, as_=world.buyer, if_match=etag)
        assert refused(response) == (409, "tender_state_wrong")
    assert await world.state() == before


async def test_a_cancelled_tender_stays_and_its_sealed_bids_can_never_be_opened(world: World):
    tender = await world.published()
    bidder = world.party("Bidder")
    receipt = await world.submitted(tender, bidder)
    path = f"/v1/tenders/{tender['id']}"
    assert refused(await world.post(f"{path}/cancel", as_=world.buyer)) == (428, "if_match_missing")
    etag = await world.etag(path, as_=world.buyer)
    cancelled = await world.done("POST", f"{path}/cancel", as_=world.buyer, if_match=etag)
    assert (cancelled["state"], cancelled["bid_count"]) == ("cancelled", 1)
    assert [event["type"] for event in await world.told()][-1] == "tender.cancelled"
    async with world.db.begin() as tx:
        assert await tx.scalar(select(tenders.c.sealing_private_wrapped)) is None

    before = await world.state()
    assert refused(await world.post(f"{path}/bids", bid_of(bidder), as_=bidder)) == (
        409,
        "tender_state_wrong",
    )
    again = await world.post(f"/v1/bids/{receipt['bid_id']}/withdraw", as_=bidder)
    assert refused(again) == (409, "tender_state_wrong")
    world.move_to("2026-12-02T12:00:00Z")
    assert refused(await world.post(f"{path}/open", as_=world.buyer)) == (409, "tender_state_wrong")
    etag = await world.etag(path, as_=world.buyer)
    response = await world.post(f"{path}/cancel", as_=world.buyer, if_match=etag)
    assert refused(response) == (409, "tender_state_wrong")
    assert await world.state() == before


async def test_a_draft_called_off_was_never_public_and_does_not_become_it(world: World):
    path = f"/v1/tenders/{(await world.imported())['id']}"
    etag = await world.etag(path, as_=world.buyer)
    await world.done("POST", f"{path}/cancel", as_=world.buyer, if_match=etag)
    assert await world.told() == []
    assert refused(await world.get(path)) == (404, "tender_not_found")
    assert (await world.done("GET", "/v1/tenders"))["items"] == []
    assert (await world.done("GET", path, as_=world.buyer))["state"] == "cancelled"
