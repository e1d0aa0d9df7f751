"""A draft tender is corrected as a whole, at its current version; a published one is amended instead."""

import pytest
from tests.integration.procurement_api.world import (
    DEADLINE,
    TERMS,
    Json,
    World,
    bid_of,
    faults,
    refused,
    tender_correction,
    tender_draft,
)

from cdp_common.kernel.identifiers import new_id

NORTH = {"id": "N", "title": "North"}
PAST = "2026-11-22T10:00:00Z"


async def test_a_draft_says_what_it_was_corrected_to_and_keeps_its_process_and_its_terms(world: World):
    tender = await world.with_terms()
    path = f"/v1/tenders/{tender['id']}"
    etag = await world.etag(path, as_=world.buyer)
    body = tender_correction(world, title="Kitchens", lots=[NORTH])
    corrected = await world.call("PUT", path, body, as_=world.buyer, if_match=etag)
    assert corrected.status_code == 200, corrected.text
    told = corrected.json()
    assert told == {
        **tender,
        **{name: body[name] for name in ("reference", "title", "description", "delivery_areas")},
        "value": {"amount_net": "1000000.00", "amount_gross": "1200000.00", "currency": "GBP"},
        "lots": [{**NORTH, "value": None}],
        "version": 3,
    }
    assert corrected.headers["etag"] == await world.etag(path, as_=world.buyer)
    # What is left out is gone, except the terms; terms of its own replace those.
    bare = {name: body[name] for name in ("reference", "title", "place_id")}
    terms = {**TERMS, "deadline_at": "2026-12-02T12:00:00Z"}
    etag = corrected.headers["etag"]
    told = await world.done("PUT", path, {**bare, "terms": terms}, as_=world.buyer, if_match=etag)
    assert (told["description"], told["value"], told["lots"], told["delivery_areas"]) == (None, None, [], [])
    assert (told["ocid"], told["deadline_at"], told["version"]) == (tender["ocid"], terms["deadline_at"], 4)
    before = await world.state()
    for if_match, expected in ((None, (428, "if_match_missing")), (etag, (412, "if_match_stale"))):
        refusal = await world.call("PUT", path, body, as_=world.buyer, if_match=if_match)
        assert refused(refusal) == expected
    assert await world.state() == before
    assert await world.told() == []


async def test_what_does_not_hold_corrects_nothing(world: World):
    of_a_lot = {"measure": "M-JOB", "weight": "100", "lots": ["S"]}
    made = tender_draft(world, terms={**TERMS, "measures": [of_a_lot]})
    tender = await world.done("POST", "/v1/tenders", made, as_=world.buyer)
    path = f"/v1/tenders/{tender['id']}"
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    wrong: list[tuple[Json, tuple[str, str]]] = [
        ({"lots": [NORTH]}, ("/terms/measures/0/lots/0", "lot_unknown")),  # of the terms that stay
        ({"lots": [NORTH, NORTH]}, ("/lots/0/id", "lot_repeated")),
        (
            {"value": {"amount_net": "2.00", "amount_gross": "1.00"}},
            ("/value/amount_gross", "gross_below_net"),
        ),
        ({"place_id": str(new_id())}, ("/place_id", "place_unknown")),
        ({"terms": {**TERMS, "place_slug": "essex"}}, ("/terms/place_slug", "place_slug_wrong")),
        (
            {"terms": {**TERMS, "deadline_at": "2026-11-22T10:00:00Z"}},
            ("/terms/deadline_at", "deadline_passed"),
        ),
    ]
    for changes, found in wrong:
        body = tender_correction(world, **changes)
        assert found in faults(await world.call("PUT", path, body, as_=world.buyer, if_match=etag))
    strange = tender_correction(world, ocid="ocds-h6vhtk-000002")
    assert faults(await world.call("PUT", path, strange, as_=world.buyer, if_match=etag)) == [
        ("/ocid", "unknown_field")
    ]
    other = await world.call("PUT", path, tender_correction(world), as_=world.other, if_match=etag)
    assert refused(other) == (404, "tender_not_found")
    assert await world.state() == before


@pytest.mark.parametrize("publish", [True, False])
async def test_what_is_published_or_called_off_is_not_corrected(world: World, publish: bool):
    tender = await world.published() if publish else await world.with_terms()
    path = f"/v1/tenders/{tender['id']}"
    if publish:
        bidder = world.party("Bidder")
        await world.submitted(tender, bidder, bid_of(bidder))
    else:
        etag = await world.etag(path, as_=world.buyer)
        await world.done("POST", f"{path}/cancel", as_=world.buyer, if_match=etag)
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    body = tender_correction(world, lots=[NORTH])
    refusal = await world.call("PUT", path, body, as_=world.buyer, if_match=etag)
    assert refused(refusal) == (409, "tender_state_wrong")
    assert await world.state() == before
    assert (await world.done("GET", path, as_=world.buyer))["deadline_at"] == DEADLINE
