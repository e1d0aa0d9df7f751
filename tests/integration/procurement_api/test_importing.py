"""Importing OCDS packages: drafts for what they hold, once per procurement, whatever else is in them."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.integration.procurement_api.world import TERMS, World, faults, import_document, refused, release
from tests.ocds_schemas import OCDS

from cdp_common.kernel.identifiers import new_id

ROOT = Path(__file__).resolve().parents[3]
REAL_NOTICE = ROOT / "data" / "ocds" / "find-a-tender-032703-2026.json"
SHARED = OCDS
SEARCH = SHARED / "contracts_finder_search_2025-01-23_100releases.json"
PATH = "/v1/ocds/imports"


def package(*releases: Any) -> dict[str, Any]:
    return {"package": {"releases": list(releases)}}


async def test_a_release_becomes_a_draft_of_its_buyer(world: World):
    tender = await world.imported()
    assert tender == {
        "id": tender["id"],
        "ocid": "ocds-h6vhtk-000001",
        "reference": "REF-1",
        "title": "Depot repairs",
        "description": "Repairs of a depot.",
        "buyer_organisation_id": str(world.buyer.id),
        "place_id": str(world.partners.place_id),
        "delivery_areas": [],
        "value": {"amount_net": "1860000.50", "amount_gross": None, "currency": "GBP"},
        "foreign_value": None,
        "lots": [
            {"id": "1", "title": "North", "value": None},
            {
                "id": "2",
                "title": "Lot 2",
                "value": {"amount_net": "100.00", "amount_gross": None, "currency": "GBP"},
            },
        ],
        "state": "draft",
        "terms": None,
        "measures": [],
        "bid_count": 0,
        "published_at": None,
        "deadline_at": None,
        "deadline_london": None,
        "opened_at": None,
        "terms_version": 0,
        "bids_since_terms_version": 0,
        "version": 1,
        "data_status": "synthetic_sample",
    }
    assert await world.told() == []


async def test_a_real_notice_is_imported_and_no_person_is_stored(world: World):
    document = import_document(world, package=json.loads(REAL_NOTICE.read_text(encoding="utf-8")))
    report = await world.done("POST", PATH, document, as_=world.buyer)
    [tender] = report["tenders"]
    assert (tender["ocid"], tender["value"]["amount_net"], tender["state"]) == (
        "ocds-h6vhtk-067fb8",
        "33721.00",
        "draft",
    )
    await world.imported()
    assert "person@example.org" not in await world.dump("tenders")
    assert "A Person" not in await world.dump("tenders")


@pytest.mark.skipif(not SEARCH.is_file(), reason="the folder of real OCDS files is not on this machine")
async def test_a_hundred_real_releases_are_imported_at_once_and_the_answer_is_kept(world: World):
    document = import_document(world, package=json.loads(SEARCH.read_text(encoding="utf-8")))
    key = str(new_id())
    first = await world.post(PATH, document, as_=world.buyer, key=key)
    assert first.status_code == 201, first.text
    report = first.json()
    taken = [release_id for notice in report["notices"] for release_id in notice["release_ids"]]
    assert len(taken) + len(report["faults"]) == 100
    assert [notice["tender_id"] for notice in report["notices"]] == [each["id"] for each in report["tenders"]]
    again = await world.post(PATH, document, as_=world.buyer, key=key)
    assert (again.status_code, again.content) == (201, first.content)


async def test_a_report_too_large_for_an_idempotency_record_is_given_again_byte_for_byte(world: World):
    releases = [release(f"ocds-h6vhtk-{number:06}") for number in range(1000)]
    document, key = import_document(world, **package(*releases)), str(new_id())
    first = await world.post(PATH, document, as_=world.buyer, key=key)
    assert first.status_code == 201, first.text
    assert len(first.json()["tenders"]) == 1000
    assert len(first.content) > 64 * 1024
    before = await world.rows()
    again = await world.post(PATH, document, as_=world.buyer, key=key)
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    assert await world.rows() == before


async def test_the_same_procurement_is_imported_once_and_given_again_unchanged(world: World):
    first = await world.with_terms()
    changed = release(tender={"title": "Another title"})
    report = await world.done("POST", PATH, import_document(world, **package(changed)), as_=world.buyer)
    assert (report["tenders"], report["faults"]) == ([first], [])
    assert (await world.rows())["tenders"] == 1


async def test_another_buyers_tender_of_the_same_procurement_is_its_own(world: World):
    await world.imported()
    document = {**import_document(world), "buyer_organisation_id": str(world.other.id)}
    report = await world.done("POST", PATH, document, as_=world.other)
    assert report["tenders"][0]["buyer_organisation_id"] == str(world.other.id)
    assert (await world.rows())["tenders"] == 2


async def test_what_cannot_be_taken_is_told_of_and_the_rest_goes_on(world: World):
    document = import_document(
        world,
        **package(
            release(tag=["planning"]), "text", release("ocds-h6vhtk-000002"), release("ocds-h6vhtk-000003")
        ),
    )
    report = await world.done("POST", PATH, document, as_=world.buyer)
    assert [tender["ocid"] for tender in report["tenders"]] == ["ocds-h6vhtk-000002", "ocds-h6vhtk-000003"]
    assert [(fault["release_id"], fault["code"]) for fault in report["faults"]] == [
        (None, "release_unreadable"),
        ("ocds-h6vhtk-000001-1", "release_planning_only"),
    ]


async def test_a_release_with_a_number_that_json_cannot_write_is_imported(world: World):
    document = json.dumps(import_document(world)).replace("1860000.5", "1e999")
    headers = {
        "Authorization": f"Bearer {world.buyer.token}",
        "Idempotency-Key": str(new_id()),
        "Content-Type": "application/json",
    }
    response = await world.http.post(PATH, content=document, headers=headers)
    assert response.status_code == 201, response.text
    assert response.json()["tenders"][0]["value"] is None


async def test_a_value_in_another_currency_is_kept_and_published_as_it_is(world: World):
    stated = {"amount": 900.5, "amountGross": 1000, "currency": "EUR"}
    notice = release()
    notice["tender"]["value"] = stated
    report = await world.done("POST", PATH, import_document(world, **package(notice)), as_=world.buyer)
    [tender] = report["tenders"]
    assert tender["value"] is None
    assert tender["foreign_value"] == {"currency": "EUR", "amount_net": "900.5", "amount_gross": "1000"}
    path = f"/v1/tenders/{tender['id']}"
    for method, step, body in (("PUT", "terms", TERMS), ("POST", "publish", None)):
        etag = await world.etag(path, as_=world.buyer)
        await world.done(method, f"{path}/{step}", body, as_=world.buyer, if_match=etag)
    record = await world.done("GET", f"/v1/ocds/records/{tender['ocid']}")
    assert record["records"][0]["compiledRelease"]["tender"]["value"] == stated


async def test_refused_imports_leave_nothing(world: World):
    before = await world.rows()
    for document, expected in (
        (import_document(world, package={"records": []}), (422, "ocds_package_unreadable")),
        ({**import_document(world), "buyer_organisation_id": str(new_id())}, (403, "not_the_buyer")),
    ):
        assert refused(await world.post(PATH, document, as_=world.buyer)) == expected
    unknown_place = {**import_document(world), "place_id": str(new_id())}
    assert faults(await world.post(PATH, unknown_place, as_=world.buyer)) == [("/place_id", "place_unknown")]
    assert await world.rows() == before


async def test_an_import_may_be_larger_than_other_bodies_but_not_without_limit(world: World):
    padding = {"id": "x", "ocid": "y", "padding": "p" * (2 * 1024 * 1024)}
    report = await world.done(
        "POST", PATH, import_document(world, **package(release(), padding)), as_=world.buyer
    )
    assert len(report["tenders"]) == 1
    padding["padding"] *= 4
    response = await world.post(PATH, import_document(world, **package(release(), padding)), as_=world.buyer)
    assert refused(response) == (413, "body_too_large")


async def test_one_process_of_a_package_that_was_awarded_becomes_a_draft_that_stays_one(
    world: World,
):
    parties = [{"id": "S", "name": "Supplier", "identifier": {"scheme": "GB-COH", "id": "01234567"}}]
    value = {"amount": 5, "amountGross": 6.5, "currency": "EUR"}
    awards = [{"id": "1", "date": "2026-11-21", "value": value, "suppliers": [{"id": "S"}]}]
    wanted = release("ocds-h6vhtk-000007")
    later = {
        **wanted,
        "id": "2",
        "date": "2026-11-21",
        "tag": ["award"],
        "parties": parties,
        "awards": awards,
    }
    document = import_document(world, **package(later, release(), wanted), ocid="ocds-h6vhtk-000007")
    report = await world.done("POST", PATH, document, as_=world.buyer)
    [tender], [notice] = report["tenders"], report["notices"]
    stated = {"currency": "EUR", "amount": "5", "amount_gross": "6.5"}
    assert report["faults"] == []
    assert notice == {
        "tender_id": tender["id"],
        "ocid": "ocds-h6vhtk-000007",
        "release_ids": ["ocds-h6vhtk-000007-1", "2"],
        "buyer": None,
        "value": {"currency": "GBP", "amount": "1860000.5", "amount_gross": None},
        "awards": [
            {
                "id": "1",
                "title": None,
                "date": "2026-11-21",
                "value": stated,
                "suppliers": [{"name": "Supplier", "scheme": "GB-COH", "id": "01234567"}],
            }
        ],
        "remarks": [],
        "agreements": [],
    }
    path = f"/v1/tenders/{tender['id']}"
    etag = await world.etag(path, as_=world.buyer)
    await world.done("PUT", f"{path}/terms", TERMS, as_=world.buyer, if_match=etag)
    etag, before = await world.etag(path, as_=world.buyer), await world.state()
    answer = await world.post(f"{path}/publish", as_=world.buyer, if_match=etag)
    assert refused(answer) == (409, "tender_awarded_elsewhere")
    assert await world.state() == before
    absent = import_document(world, **package(release()), ocid="ocds-h6vhtk-000008")
    assert faults(await world.post(PATH, absent, as_=world.buyer)) == [("/ocid", "ocid_not_in_package")]
