"""What is published as OCDS releases: at which step, with what in them, and never changed afterwards."""

import asyncio
import json
import os
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.procurement_api.world import (
    NOW,
    TERMS,
    Json,
    World,
    bid_of,
    import_document,
    line,
    refused,
    release,
)
from tests.ocds_by_libcove import review
from tests.ocds_schemas import OCDS, check_package, merged_by_reference, schemas_missing, schemas_with

from cdp_common.contracts.ocds import RecordPackage, ReleasePackage
from cdp_common.kernel.identifiers import new_id

EXTENSION = Path(str(resources.files("procurement_api"))) / "ocds_extension"
PACKAGES = "/v1/ocds/release-packages"
OCID = "ocds-h6vhtk-000001"
RIVALS_WORDS = ("Bidder Two", "777.25", "333.5")
AWARD = {
    "reference": "C-1",
    "signed_on": "2026-12-15",
    "value_gbp": "1750000.25",
    "kpis": [{"title": "Jobs for local people", "measure": "M-JOB"}, {"title": "Calls answered"}],
}


async def releases(world: World, query: str = "") -> list[Json]:
    """The published releases."""
    found: list[Json] = (await world.done("GET", PACKAGES + query))["releases"]
    return found


async def awarded(world: World) -> tuple[Json, Json]:
    """A tender that the first of two bidders won, and the contract."""
    first = world.party("Bidder One")
    world.partners.describe(first.id, "private", [{"scheme": "GB-COH", "id": "01234567"}])
    second = world.party("Bidder Two")
    tender = await world.published()
    lines = [
        line("M-JOB", "12.5", "fte_years"),
        line("M-HOURS", "100", "hours", lot="1", area_code="E01020762"),
        line("M-SPEND", "8000.5", "gbp_spent", industry="construction"),
    ]
    receipt = await world.submitted(tender, first, bid_of(first, lines))
    rival = [line("M-JOB", "1", "fte_years"), line("M-HOURS", "777.25", "hours")]
    await world.submitted(tender, second, bid_of(second, [*rival, line("M-CARBON", "333.5", "tco2e")]))
    await world.opened(tender)
    await world.evaluated(tender)
    # One release has gone out: of bids nothing, before the award.
    assert [each["tag"] for each in await releases(world)] == [["tender"]]
    body = {"bid_id": receipt["bid_id"], **AWARD}
    contract = await world.done("POST", f"/v1/tenders/{tender['id']}/award", body, as_=world.buyer)
    return tender, contract


TAGS = {
    *("tender", "tenderAmendment", "tenderCancellation", "award", "contract"),
    *("contractAmendment", "contractTermination"),
}
"""Every kind of release that there is here; plans of procurements are not published, and others deliver."""


async def every_kind(world: World) -> None:
    """A release of each kind: a tender called off, one to the end of its contract, and direct agreements."""
    world.partners.describe(world.buyer.id, "public", [{"scheme": "GB-PPON", "id": "PMPB-8772-VYWM"}])
    _, contract = await awarded(world)
    path, heir = f"/v1/agreements/{contract['id']}", world.party("Heir")
    world.partners.describe(heir.id, "private", [{"scheme": "GB-COH", "id": "07654321"}])
    varied = {
        "value_gbp": "6000000.00",
        "ends_on": "2029-06-30",
        "new_lines": [{"measure": "M-CARBON", "quantity": "10", "unit": "tco2e"}],
        "kpis": [{"title": "Carbon", "measure": "M-CARBON"}],
    }
    for what, body in (
        ("variations", varied),
        ("novations", {"deliverer_organisation_id": str(heir.id)}),
        ("terminate", {"effective_on": "2028-06-30"}),
    ):
        sent = {"effective_on": "2027-06-30", "reason": "Agreed", **body}
        etag = await world.etag(path, as_=world.buyer)
        await world.done("POST", f"{path}/{what}", sent, as_=world.buyer, if_match=etag)

    terms = {**TERMS, "deadline_at": "2026-12-10T12:00:00Z"}
    document = {"package": {"releases": [release("ocds-h6vhtk-000002")]}}
    called_off = f"/v1/tenders/{(await world.imported(**document))['id']}"
    etag = await world.etag(called_off, as_=world.buyer)
    await world.done("PUT", f"{called_off}/terms", terms, as_=world.buyer, if_match=etag)
    etag = await world.etag(called_off, as_=world.buyer)
    other = await world.done("POST", f"{called_off}/publish", as_=world.buyer, if_match=etag)
    lots = [
        {"id": "1", "title": "North and east"},
        {"id": "2", "title": "South", "value": {"amount_net": "90.00"}},
    ]
    await world.amended(other, lots=lots, value={"amount_net": "2000000.00"})
    await world.amended(other, deadline_at="2026-12-11T12:00:00Z")
    etag = await world.etag(called_off, as_=world.buyer)
    await world.done("POST", f"{called_off}/cancel", as_=world.buyer, if_match=etag)

    deliverer = world.party("Deliverer")
    direct = {"value_gbp": "9000000.00", "kpi_exemption": "light_touch"}
    await world.registered(deliverer, kind="contract", reference="D-1", **direct)
    framework = await world.registered(deliverer, kind="framework_agreement", reference="F-1", lines=[])
    call_off = {"framework_agreement_id": framework["id"], "lines": []}
    await world.registered(deliverer, kind="call_off", reference="O-1", **call_off)
    assert {tag for each in await releases(world) for tag in each["tag"]} == TAGS


def terms_with_target() -> Json:
    measures = [{**TERMS["measures"][0], "target": "10.5"}, *TERMS["measures"][1:]]
    return {**TERMS, "measures": measures}


async def test_publication_gives_the_tender_release_with_targets_weights_and_the_notices_facts(world: World):
    world.partners.describe(world.buyer.id, "public", [{"scheme": "GB-PPON", "id": "PMPB-8772-VYWM"}])
    notice = release()
    notice["tender"]["value"] = {"amount": 1860000.5, "amountGross": 2232000.6, "currency": "GBP"}
    notice["tender"]["mainProcurementCategory"] = "works"
    notice["tender"]["items"] = [{"id": 1, "classification": {"scheme": "CPV", "id": 45000000}, "unit": None}]
    await world.done(
        "POST", "/v1/ocds/imports", import_document(world, package={"releases": [notice]}), as_=world.buyer
    )
    await world.published(terms_with_target())
    [published] = await releases(world)
    buyer = {"id": str(world.buyer.id), "name": "The Buyer"}
    assert (published["ocid"], published["tag"]) == (OCID, ["tender"])
    assert published["date"] == "2026-11-22T10:00:00.000Z"
    assert published["buyer"] == buyer
    assert published["parties"] == [
        {
            **buyer,
            "identifier": {"scheme": "GB-PPON", "id": "PMPB-8772-VYWM", "legalName": "The Buyer"},
            "roles": ["buyer", "procuringEntity"],
        }
    ]
    tender = published["tender"]
    assert tender["value"] == {"amount": 1860000.5, "amountGross": 2232000.6, "currency": "GBP"}
    assert tender["items"] == [{"id": "1", "classification": {"scheme": "CPV", "id": "45000000"}}]
    assert tender["mainProcurementCategory"] == "works"
    assert tender["tenderPeriod"] == {
        "startDate": "2026-11-22T10:00:00.000Z",
        "endDate": "2026-12-01T12:00:00.000Z",
    }
    assert [(lot["id"], lot.get("value")) for lot in tender["lots"]] == [
        ("1", None),
        ("2", {"amount": 100, "currency": "GBP"}),
    ]
    assert tender["lots"][0]["awardCriteria"] == {
        "criteria": [
            {
                "type": "quality",
                "name": "Social value",
                "numbers": [{"number": 15, "weight": "percentageExact"}],
            }
        ]
    }
    assert tender["socialValue"]["framework"] == {
        "id": "open-measures",
        "edition": "2026",
        "editionHash": "ab" * 32,
    }
    assert tender["socialValue"]["weight"] == 0.15
    assert [each["id"] for each in tender["targets"]] == ["M-JOB", "M-HOURS", "M-CARBON", "M-SPEND"]
    assert tender["targets"][0] == {
        "id": "M-JOB",
        "title": "Measure M-JOB",
        "observations": [
            {
                "id": "M-JOB-target",
                "period": {"startDate": "2027-01-01T00:00:00Z", "endDate": "2028-12-31T23:59:59Z"},
                "measure": 10.5,
                "unit": {"scheme": "CDP", "id": "fte_years", "name": "full-time equivalent years"},
            }
        ],
        "socialValue": {
            "measure": "M-JOB",
            "editionHash": "ab" * 32,
            "unit": "fte_years",
            "weight": 40,
            "mandatory": True,
        },
    }
    assert "observations" not in tender["targets"][1]
    assert "person@example.org" not in json.dumps(published)


async def test_a_draft_and_its_cancellation_publish_nothing(world: World):
    tender = await world.imported()
    path = f"/v1/tenders/{tender['id']}"
    etag = await world.etag(path, as_=world.buyer)
    await world.done("POST", f"{path}/cancel", as_=world.buyer, if_match=etag)
    assert await releases(world) == []
    assert refused(await world.get(f"/v1/ocds/records/{OCID}")) == (404, "ocid_not_found")
    assert refused(await world.get(f"/v1/ocds/releases/{new_id()}")) == (404, "release_not_found")


async def test_a_published_tender_called_off_gets_a_cancellation_release(world: World):
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}"
    etag = await world.etag(path, as_=world.buyer)
    await world.done("POST", f"{path}/cancel", as_=world.buyer, if_match=etag)
    _, cancelled = await releases(world)
    # The clock stands still; the later release still has the later date.
    assert (cancelled["date"], cancelled["tag"]) == ("2026-11-22T10:00:00.001Z", ["tenderCancellation"])
    assert cancelled["tender"] == {
        "id": "REF-1",
        "status": "cancelled",
        "statusDetails": "Called off by the buyer before the deadline.",
    }
    record = await world.done("GET", f"/v1/ocds/records/{OCID}")
    assert record["records"][0]["compiledRelease"]["tender"]["status"] == "cancelled"
    assert record["records"][0]["compiledRelease"]["tender"]["title"] == "Depot repairs"


async def test_an_award_publishes_winner_and_commitments_and_nothing_of_rivals(world: World):
    _, contract = await awarded(world)
    published, award, signed = await releases(world, f"?ocid={OCID}")
    assert (award["tag"], signed["tag"]) == (["award"], ["contract"])
    assert award["bids"] == {
        "statistics": [{"id": "bids", "measure": "bids", "date": "2026-12-01T12:00:01.000Z", "value": 2}],
        "details": [
            {
                "id": contract["bid_id"],
                "status": "valid",
                "tenderers": [{"id": contract["deliverer_organisation_id"], "name": "Bidder One"}],
            }
        ],
    }
    [given] = award["awards"]
    assert given["value"] == {"amount": 1750000.25, "currency": "GBP"}
    assert award["parties"][1]["identifier"]["id"] == "01234567"
    [made] = signed["contracts"]
    assert (made["id"], made["awardID"], made["status"]) == (contract["id"], given["id"], "active")
    jobs, hours, spend, calls = made["agreedMetrics"]
    assert calls == {"id": "kpi-2", "title": "Calls answered"}
    assert made["socialValue"]["keyPerformanceIndicators"] == [
        {"id": "kpi-1", "title": "Jobs for local people", "relatedMetric": jobs["id"]},
        {"id": "kpi-2", "title": "Calls answered", "relatedMetric": "kpi-2"},
    ]
    assert [each["title"] for each in (jobs, hours, spend)] == [
        "Measure M-JOB",
        "Measure M-HOURS",
        "Measure M-SPEND",
    ]
    assert jobs["observations"][0]["measure"] == 12.5
    assert spend["observations"][0]["value"] == {"amount": 8000.5, "currency": "GBP"}
    assert hours["socialValue"] == {
        "measure": "M-HOURS",
        "editionHash": "ab" * 32,
        "unit": "hours",
        "countedQuantity": 100,
        "methodVersion": "test-1",
        "proxy": {"id": "M-HOURS", "priceYear": 2026},
        "social": {"amount": 1796, "currency": "GBP"},
        "localEconomic": {"amount": 0, "currency": "GBP"},
        "total": {"amount": 1796, "currency": "GBP"},
        "ofWhichFiscal": {"amount": 0, "currency": "GBP"},
        "areaCode": "E01020762",
        "relatedLot": "1",
    }
    everything = json.dumps([published, award, signed])
    assert not [words for words in RIVALS_WORDS if words in everything]
    assert "Zwiebelkuchen" not in everything


async def test_a_terminated_contract_gets_a_release_without_the_reason(world: World):
    _, contract = await awarded(world)
    path = f"/v1/agreements/{contract['id']}"
    end = {"effective_on": "2027-06-30", "reason": "Between us"}
    etag = await world.etag(path, as_=world.buyer)
    await world.done("POST", f"{path}/terminate", end, as_=world.buyer, if_match=etag)
    ended = (await releases(world))[-1]
    assert (ended["ocid"], ended["tag"]) == (OCID, ["contractTermination"])
    assert ended["contracts"][0]["status"] == "terminated"
    assert ended["contracts"][0]["amendments"] == [
        {
            "id": "termination",
            "date": "2027-06-30T23:59:59Z",
            "description": "Terminated with effect from 2027-06-30.",
        }
    ]
    assert "Between us" not in json.dumps(ended)


async def test_contracts_of_public_bodies_are_published_and_not_grants_or_private_contracts(
    world: World,
):
    deliverer = world.party("Deliverer")
    await world.registered(deliverer, kind="contract", reference="PRIVATE")
    world.partners.describe(world.buyer.id, "public", [])
    await world.registered(deliverer, kind="grant", reference="GRANT")
    assert await releases(world) == []
    agreement = await world.registered(
        deliverer, kind="contract", reference="DIRECT", kpi_exemption="light_touch"
    )
    [published] = await releases(world)
    assert published["contracts"][0]["noAgreedMetricsRationale"] == "The contract is a light touch contract."
    assert "keyPerformanceIndicators" not in published["contracts"][0]["socialValue"]
    assert published["ocid"] == f"ocds-213czf-{agreement['id']}"
    assert published["tag"] == ["award", "contract"]
    assert published["contracts"][0]["agreedMetrics"][0]["socialValue"]["schedule"] == [
        {"dueDate": "2026-09-30T23:59:59Z", "share": 0.25},
        {"dueDate": "2027-06-30T23:59:59Z", "share": 0.75},
    ]


async def test_pounds_of_a_licensed_figure_are_withheld(world: World):
    world.partners.describe(world.buyer.id, "public", [])
    world.toms.licence_of = {"M-HOURS": "licensed-example"}
    await world.registered(world.party("Deliverer"), kind="contract")
    [published] = await releases(world)
    hours = published["contracts"][0]["agreedMetrics"][0]
    assert hours["observations"][0]["measure"] == 100
    said = hours["socialValue"]
    assert (said["withheld"], said["licensedFramework"]) == ("licensed", "licensed-example")
    assert not {"social", "localEconomic", "total", "low", "high", "ofWhichFiscal"} & set(said)


async def test_a_published_release_is_given_byte_for_byte_and_cannot_be_changed(world: World):
    await world.published()
    [published] = await releases(world)
    path = f"/v1/ocds/releases/{published['id']}"
    first, again = await world.get(path), await world.get(path)
    assert first.content == again.content
    assert first.headers["etag"] == again.headers["etag"]
    assert not first.headers["etag"].startswith("W/")
    headers = {"If-None-Match": first.headers["etag"]}
    assert (await world.http.get(path, headers=headers)).status_code == 304
    package = (await world.get(PACKAGES)).text
    assert first.text in package
    for change in ("UPDATE ocds_releases SET body = 'x'", "DELETE FROM ocds_releases"):
        with pytest.raises(DBAPIError):
            async with world.db.begin() as tx:
                await tx.execute(text(change))
    assert (await world.get(path)).content == first.content


async def test_packages_are_paged_and_asked_for_by_process_and_moment(world: World):
    await awarded(world)
    first = await world.done("GET", f"{PACKAGES}?limit=2")
    assert [each["tag"] for each in first["releases"]] == [["tender"], ["award"]]
    assert first["links"]["next"].startswith("http://127.0.0.1:8103/v1/ocds/release-packages?limit=2&cursor=")
    rest = await world.done("GET", first["links"]["next"].removeprefix("http://127.0.0.1:8103"))
    assert [each["tag"] for each in rest["releases"]] == [["contract"]]
    assert "links" not in rest
    since = first["releases"][1]["date"].replace("+", "%2B")
    assert [each["tag"] for each in await releases(world, f"?since={since}")] == [["award"], ["contract"]]
    assert await releases(world, "?ocid=ocds-213czf-nobody") == []
    assert ReleasePackage.model_validate(first).license.endswith("open-government-licence/version/3/")
    assert refused(await world.get(f"{PACKAGES}?since=yesterday"))[0] == 422


async def test_a_notice_published_by_two_buyers_is_one_process_each(world: World):
    await world.published()
    document = {**import_document(world), "buyer_organisation_id": str(world.other.id)}
    [tender] = (await world.done("POST", "/v1/ocds/imports", document, as_=world.other))["tenders"]
    path = f"/v1/tenders/{tender['id']}"
    etag = await world.etag(path, as_=world.other)
    await world.done("PUT", f"{path}/terms", TERMS, as_=world.other, if_match=etag)
    etag = await world.etag(path, as_=world.other)
    published = await world.done("POST", f"{path}/publish", as_=world.other, if_match=etag)
    assert published["ocid"] == f"ocds-213czf-{tender['id']}"
    own = (await releases(world, f"?ocid={published['ocid']}"))[0]
    assert own["relatedProcesses"][0]["identifier"] == OCID
    assert len(await releases(world, f"?ocid={OCID}")) == 1


async def test_importing_our_own_export_changes_nothing(world: World):
    tender, _ = await awarded(world)
    package: Any = await world.done("GET", PACKAGES)
    before = await world.state()
    report = await world.done(
        "POST", "/v1/ocds/imports", import_document(world, package=package), as_=world.buyer
    )
    assert [each["id"] for each in report["tenders"]] == [tender["id"]]
    assert (len(report["notices"][0]["release_ids"]), report["faults"]) == (3, [])
    after = await world.state()
    # The answer is kept for who asks again; nothing else is new.
    assert [row for row in after.split("\n") if row not in before.split("\n") and "faults" not in row] == []


@pytest.mark.skipif(schemas_missing(), reason="the folder of OCDS schemas is not on this machine")
async def test_everything_published_holds_to_the_standard_and_merges_to_the_record(world: World):
    await every_kind(world)
    package = await world.done("GET", PACKAGES)
    record = await world.done("GET", f"/v1/ocds/records/{OCID}")
    extension = await world.done("GET", "/v1/ocds/extensions/social-value/1.0/release-schema.json")
    schemas = schemas_with(extension)
    assert check_package(schemas, package) == []
    assert check_package(schemas, record) == []
    undated = [{**each, "date": "2026-12-01"} for each in package["releases"]]
    assert len(check_package(schemas, {**package, "releases": undated})) == len(undated) == 13
    of_process = [each for each in package["releases"] if each["ocid"] == OCID]
    assert RecordPackage.model_validate(record).records[0].releases == of_process
    assert merged_by_reference(schemas, of_process) == record["records"][0]["compiledRelease"]
    assert package["publishedDate"] > NOW


@pytest.mark.skipif(
    schemas_missing() or "CDP_LIBCOVEOCDS" not in os.environ,
    reason="CDP_LIBCOVEOCDS names no libcoveocds, which is AGPL and so no part of the project",
)
@pytest.mark.enable_socket
async def test_libcoveocds_finds_no_fault_in_what_is_published(world: World, tmp_path: Path):
    await every_kind(world)
    package = await world.done("GET", PACKAGES)
    record = await world.done("GET", f"/v1/ocds/records/{OCID}")
    compiled = record["records"][0]["compiledRelease"]
    for name, document in (("package", package), ("compiled", {**package, "releases": [compiled]})):
        folder = tmp_path / name
        folder.mkdir()
        found = await asyncio.to_thread(
            review, os.environ["CDP_LIBCOVEOCDS"], document, OCDS / "schema", EXTENSION, folder
        )
        assert found["extensions"]["invalid_extensions"] == []
        assert found["validation_errors"] == []
        assert found["additional_fields"] == []
        assert found["additional_closed_codelist_values"] == {}
