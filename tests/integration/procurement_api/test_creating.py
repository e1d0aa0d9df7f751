"""A tender is made without a notice: once, by its buyer, with all that it needs or with its terms to come."""

import pytest
from pydantic import ValidationError
from tests.integration.procurement_api.world import TERMS, Json, World, faults, refused, tender_draft

from cdp_common.kernel.identifiers import new_id
from procurement_api.settings import Settings

PATH = "/v1/tenders"
LIVE = {"mode": "live", "issuer": "https://partners.example", "webhook_allow_loopback": False}


async def test_a_tender_is_made_once_and_lives_on_like_an_imported_one(world: World):
    key = str(new_id())
    terms = {**TERMS, "deadline_at": "2026-12-01T13:00:00+01:00"}
    first = await world.post(PATH, tender_draft(world, terms=terms), as_=world.buyer, key=key)
    assert first.status_code == 201, first.text
    again = await world.post(PATH, tender_draft(world, terms=terms), as_=world.buyer, key=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    tender = first.json()
    assert tender["ocid"] == f"ocds-213czf-{tender['id']}"
    assert tender["value"] == {"amount_net": "1000000.00", "amount_gross": "1200000.00", "currency": "GBP"}
    assert [lot["id"] for lot in tender["lots"]] == ["N", "S"]
    assert (tender["state"], tender["delivery_areas"]) == ("draft", ["E06000047"])
    assert tender["deadline_at"] == "2026-12-01T12:00:00Z"
    assert tender["deadline_london"] == "2026-12-01T12:00:00+00:00"
    path = f"{PATH}/{tender['id']}"
    etag = await world.etag(path, as_=world.buyer)
    published = await world.done("POST", f"{path}/publish", as_=world.buyer, if_match=etag)
    record = await world.done("GET", f"/v1/ocds/records/{published['ocid']}")
    told = record["records"][0]["compiledRelease"]["tender"]
    assert told["value"] == {"amount": 1000000, "amountGross": 1200000, "currency": "GBP"}
    assert [lot.get("value") for lot in told["lots"]] == [{"amount": 600000, "currency": "GBP"}, None]
    assert told["deliveryAddresses"] == [{"region": "E06000047"}]


async def test_the_buyers_own_process_is_taken_once(world: World):
    own = tender_draft(world, ocid="ocds-abc123-7")
    assert (await world.done("POST", PATH, own, as_=world.buyer))["ocid"] == "ocds-abc123-7"
    before = await world.state()
    assert refused(await world.post(PATH, own, as_=world.buyer)) == (409, "tender_ocid_taken")
    assert refused(await world.post(PATH, tender_draft(world), as_=world.other)) == (403, "not_the_buyer")
    assert await world.state() == before


@pytest.mark.parametrize(
    "changes, found",
    [
        ({"ocid": "DCC-7"}, ("/ocid", "wrong_format")),
        ({"place_id": str(new_id())}, ("/place_id", "place_unknown")),
        ({"value": {}}, ("/value", "value_missing")),
        ({"value": {"amount_net": "-0.01"}}, ("/value/amount_net", "value_negative")),
        (
            {"value": {"amount_net": "2.00", "amount_gross": "1.99"}},
            ("/value/amount_gross", "gross_below_net"),
        ),
        ({"value": {"amount_net": "1", "currency": "EUR"}}, ("/value/currency", "not_allowed")),
        ({"delivery_areas": ["E1", "E1"]}, ("/delivery_areas/0", "area_repeated")),
        (
            {"terms": {**TERMS, "deadline_at": "2026-12-01T12:00:00"}},
            ("/terms/deadline_at", "wrong_format"),
        ),
        ({"terms": {**TERMS, "place_slug": "essex"}}, ("/terms/place_slug", "place_slug_wrong")),
        (
            {"terms": {**TERMS, "measures": [{"measure": "M-JOB", "weight": "100", "lots": ["W"]}]}},
            ("/terms/measures/0/lots/0", "lot_unknown"),
        ),
    ],
)
async def test_what_does_not_hold_makes_no_tender(world: World, changes: Json, found: tuple[str, str]):
    before = await world.state()
    response = await world.post(PATH, tender_draft(world, **changes), as_=world.buyer)
    assert faults(response)[0] == found
    assert await world.state() == before


def test_a_live_deployment_names_its_own_prefix(settings: Settings):
    stated = settings.model_dump() | LIVE
    with pytest.raises(ValidationError, match="CDP_OCID_PREFIX"):
        Settings(**stated)
    assert Settings(**(stated | {"ocid_prefix": "ocds-abc123"})).ocid_prefix == "ocds-abc123"
