"""Reading tenders: the public sees what was published, a buyer also its drafts, and copies may be kept."""

import pytest
from tests.integration.procurement_api.world import World, import_document, refused, release

from cdp_common.clients.procurement import ProcurementClient
from cdp_common.clients.tokens import forwarded
from cdp_common.contracts.base import IdBatch
from cdp_common.contracts.tenders import TenderTerms
from cdp_common.kernel.identifiers import new_id


async def two_tenders(world: World) -> tuple[str, str]:
    """A published tender and a draft."""
    published = await world.published()
    document = import_document(world, package={"releases": [release("ocds-h6vhtk-000002")]})
    report = await world.done("POST", "/v1/ocds/imports", document, as_=world.buyer)
    return published["id"], report["tenders"][0]["id"]


async def test_drafts_are_for_their_buyer_alone(world: World):
    published, draft = await two_tenders(world)
    blind = world.as_party(world.buyer.id, ["bids:read"])
    for party, seen in ((None, False), (world.other, False), (blind, False), (world.buyer, True)):
        listed = await world.done("GET", "/v1/tenders", as_=party)
        ids = [tender["id"] for tender in listed["items"]]
        assert ids == ([published, draft] if seen else [published])
        one = await world.get(f"/v1/tenders/{draft}", as_=party)
        assert one.status_code == (200 if seen else 404)
        batch = await world.done("POST", "/v1/tenders/batch", {"ids": [draft, published]}, as_=party)
        assert batch["missing"] == ([] if seen else [draft])


@pytest.mark.parametrize(
    "query, found",
    [
        ("ocid=ocds-h6vhtk-000002", 1),
        ("ocid=ocds-h6vhtk-999999", 0),
        ("state=draft", 1),
        ("state=published", 1),
        ("state=awarded", 0),
        ("place_id=PLACE", 2),
        ("place_id=OTHER", 0),
        ("place_id=PLACE&state=draft&ocid=ocds-h6vhtk-000001", 0),
    ],
)
async def test_filters_narrow_the_list(world: World, query: str, found: int):
    await two_tenders(world)
    filled = query.replace("PLACE", str(world.partners.place_id)).replace("OTHER", str(new_id()))
    assert len((await world.done("GET", f"/v1/tenders?{filled}", as_=world.buyer))["items"]) == found


@pytest.mark.parametrize(
    "query, expected",
    [
        ("state=open", 422),
        ("limit=0", 422),
        ("limit=101", 422),
        ("place_id=durham", 422),
        ("sort=title", 400),
        ("cursor=nonsense", 400),
    ],
)
async def test_other_questions_are_refused(world: World, query: str, expected: int):
    assert (await world.get(f"/v1/tenders?{query}")).status_code == expected


async def test_pages_follow_one_another(world: World):
    releases = [release(f"ocds-h6vhtk-{number:06}") for number in range(5)]
    document = import_document(world, package={"releases": releases})
    await world.done("POST", "/v1/ocds/imports", document, as_=world.buyer)
    seen, path = [], "/v1/tenders?limit=2"
    while path:
        page = await world.done("GET", path, as_=world.buyer)
        assert len(page["items"]) <= 2
        seen += [tender["ocid"] for tender in page["items"]]
        path = page["next"]
    assert sorted(seen) == [each["ocid"] for each in releases]


async def test_an_unchanged_tender_is_not_sent_twice(world: World):
    published, _ = await two_tenders(world)
    path = f"/v1/tenders/{published}"
    first = await world.get(path)
    again = await world.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    await world.submitted({"id": published}, world.party("Bidder"))
    changed = await world.http.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (changed.status_code, changed.json()["bid_count"]) == (200, 1)


async def test_the_feed_shows_each_reader_its_own(world: World):
    published, _ = await two_tenders(world)
    bidder = world.party("Bidder")
    await world.submitted({"id": published}, bidder)
    for party, types in (
        (bidder, ["tender.published", "bid.received"]),
        (world.buyer, ["tender.published"]),
        (world.other, ["tender.published"]),
    ):
        page = await world.done("GET", "/v1/events", as_=party)
        assert [event["type"] for event in page["items"]] == types


async def test_the_typed_client_speaks_to_the_service(world: World):
    client = ProcurementClient("http://service.test", forwarded(world.buyer.token), world.http)
    published, draft = await two_tenders(world)
    page = await client.list_tenders(limit=1)
    assert [str(tender.id) for tender in page.items] == [published]
    batch = await client.batch_tenders(IdBatch(ids=[published, draft]))
    assert {tender.state for tender in batch.items} == {"published", "draft"}
    fetched = await client.fetch_tender(batch.items[0].id)
    assert fetched.etag is not None
    assert (await client.get_receipt_keys()).keys[0]["kty"] == "OKP"
    by_state = await client.list_tenders(state="draft", place_id=world.partners.place_id)
    one = await client.fetch_tender(by_state.items[0].id)
    terms = (await client.get_tender(batch.items[0].id if batch.items[0].terms else batch.items[1].id)).terms
    assert isinstance(terms, TenderTerms)
    assert one.etag is not None
    changed = await client.set_terms(one.body.id, terms, if_match=one.etag)
    etag = (await client.fetch_tender(changed.id)).etag or ""
    assert (await client.publish_tender(changed.id, if_match=etag)).state == "published"
    etag = (await client.fetch_tender(changed.id)).etag or ""
    assert (await client.cancel_tender(changed.id, if_match=etag)).state == "cancelled"
    assert [event.type for event in (await client.list_events()).items][-1] == "tender.cancelled"


async def test_receipt_keys_are_public_and_stay_the_same(world: World):
    first = await world.get("/v1/receipt-keys")
    assert first.status_code == 200
    assert (await world.get("/v1/receipt-keys")).content == first.content
    [key] = first.json()["keys"]
    assert set(key) == {"crv", "x", "kty", "kid", "use", "alg"}
    assert (await world.rows())["receipt_keys"] == 1
    assert refused(await world.post("/v1/receipt-keys"))[0] == 405
