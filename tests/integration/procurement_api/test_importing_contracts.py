"""Contracts that imported notices tell of become agreements where the import asks, or it is said why not."""

import json
from copy import deepcopy
from typing import Any

import pytest
from tests.integration.procurement_api.neighbours import EDITION
from tests.integration.procurement_api.test_importing import PATH, SEARCH, package
from tests.integration.procurement_api.world import (
    Json,
    Party,
    World,
    faults,
    import_document,
    refused,
    release,
)

COMPANY = {"scheme": "GB-COH", "id": "01234567"}
ASKED = {"agreements": {"edition_hash": EDITION}}
OCID = "ocds-h6vhtk-000007"


def awarded(**changes: Any) -> Json:
    """A release of Find a Tender that tells of an award, its supplier and the contract signed."""
    value = {"amount": 250000.5, "amountGross": 300000.6, "currency": "GBP"}
    stated = {
        **release(OCID),
        "tag": ["award", "contract"],
        "buyer": {"id": "B", "name": "The Buyer"},
        "parties": [
            {"id": "B", "name": "The Buyer", "identifier": {"scheme": "GB-PPON", "id": "PMPB-8772-VYWM"}},
            {"id": "S", "name": "Kitchens Ltd", "identifier": COMPANY},
        ],
        "awards": [{"id": "A-1", "date": "2026-09-01T00:00:00+01:00", "suppliers": [{"id": "S"}]}],
        "contracts": [
            {
                "id": "C-1",
                "awardID": "A-1",
                "title": "Repairs of the depot",
                "dateSigned": "2026-09-20T00:00:00+01:00",
                "period": {"startDate": "2026-10-01T00:00:00+01:00", "endDate": "2028-09-30T23:59:59+01:00"},
                "value": value,
            }
        ],
    }
    return {**deepcopy(stated), **changes}


@pytest.fixture
def kitchens(world: World) -> Party:
    party = world.party("Kitchens Ltd")
    world.partners.describe(party.id, "private", [COMPANY])
    world.partners.describe(world.buyer.id, "public", [{"scheme": "GB-PPON", "id": "PMPB-8772-VYWM"}])
    return party


async def imported(world: World, *releases: Json, **changes: Any) -> list[Json]:
    """What became of the contracts of the one notice."""
    document = import_document(world, **package(*releases), **{**ASKED, **changes})
    report = await world.done("POST", PATH, document, as_=world.buyer)
    assert report["faults"] == []
    found: list[Json] = report["notices"][0]["agreements"]
    return found


async def test_a_contract_of_a_known_supplier_becomes_an_agreement_once(world: World, kitchens: Party):
    [made] = await imported(world, awarded())
    assert (made["award_id"], made["contract_id"], made["reference"], made["code"]) == (
        *("A-1", "C-1", f"{OCID} C-1"),
        None,
    )
    agreement = await world.done("GET", f"/v1/agreements/{made['agreement_id']}", as_=kitchens)
    told = ("kind", "state", "title", "reference", "signed_on", "starts_on", "ends_on", "lines", "tender_id")
    assert [agreement[name] for name in told] == [
        *("contract", "signed", "Repairs of the depot", f"{OCID} C-1"),
        *("2026-09-20", "2026-10-01", "2028-09-30", [], None),
    ]
    assert (agreement["value_gbp"], agreement["value_gross_gbp"]) == ("250000.50", "300000.60")
    assert agreement["deliverer_organisation_id"] == str(kitchens.id)
    assert agreement["acted_by"] == world.actor(world.buyer)
    [event] = await world.told("agreement.signed")
    assert (event["data"]["reference"], event["data"]["lines"]) == (f"{OCID} C-1", [])

    before = await world.rows()
    [again] = await imported(world, awarded())
    assert (again["agreement_id"], again["code"]) == (None, "agreement_reference_taken")
    after = await world.rows()
    assert {name for name in after if after[name] != before[name]} <= {"large_answers"}
    # Its promises join by a variation.
    path = f"/v1/agreements/{made['agreement_id']}"
    lines = [{"measure": "M-HOURS", "quantity": "120", "unit": "hours"}]
    varied = {
        "effective_on": "2026-10-01",
        "reason": "As tendered",
        "new_lines": lines,
        "edition_hash": EDITION,
    }
    etag = await world.etag(path, as_=world.buyer)
    promised = await world.done("POST", f"{path}/variations", varied, as_=world.buyer, if_match=etag)
    assert [each["quantity"] for each in promised["lines"]] == ["120"]


async def test_an_award_without_a_contract_stands_for_it_as_contracts_finder_tells_of_it(
    world: World, kitchens: Party
):
    period = {"startDate": "2026-10-01", "endDate": "2027-09-30"}
    award = {**awarded()["awards"][0], "contractPeriod": period, "value": {"amount": 9.5, "currency": "EUR"}}
    [made] = await imported(world, awarded(tag=["award"], awards=[award], contracts=[]))
    agreement = await world.done("GET", f"/v1/agreements/{made['agreement_id']}", as_=world.buyer)
    assert (made["contract_id"], agreement["reference"], agreement["title"]) == (
        *(None, f"{OCID} A-1"),
        "Depot repairs",
    )
    days = ("signed_on", "starts_on", "ends_on")
    assert [agreement[name] for name in days] == ["2026-09-01", "2026-10-01", "2027-09-30"]
    assert agreement["value_gbp"] is None  # what is stated in euros is not converted


async def test_of_what_cannot_be_an_agreement_it_is_said_why(world: World, kitchens: Party):
    [contract], [award], parties = (awarded()[name] for name in ("contracts", "awards", "parties"))
    several = [{**award, "suppliers": [{"id": "S"}, {"id": "B"}]}]
    unknown = [parties[0], {**parties[1], "identifier": {**COMPANY, "id": "07654321"}}]
    unread = [parties[0], {**parties[1], "identifier": {"scheme": "GB-CFS", "id": "1"}}]
    other_buyer = [{**parties[0], "identifier": {"scheme": "GB-PPON", "id": "PWGQ-1234-HJKD"}}, parties[1]]
    undated = [{**award, "date": None}]
    large = {"amount": 6_000_000, "currency": "GBP"}
    backwards = {"startDate": "2028-10-01", "endDate": "2026-10-01"}
    itself = [parties[0], {**parties[1], "identifier": parties[0]["identifier"]}]
    wrong: list[tuple[Json, str]] = [
        ({"awards": [{**award, "suppliers": []}]}, "supplier_missing"),
        ({"awards": several}, "suppliers_several"),
        ({"parties": unread}, "supplier_without_identifier"),
        ({"parties": [parties[0], {"id": "S", "name": "Kitchens"}]}, "supplier_without_identifier"),
        ({"parties": unknown}, "supplier_unknown"),
        ({"parties": other_buyer}, "buyer_differs"),
        ({"awards": undated, "contracts": [{**contract, "dateSigned": "soon"}]}, "signed_on_missing"),
        (
            {"awards": undated, "contracts": [{**contract, "dateSigned": "0001-01-01T00:00:00Z"}]},
            "signed_on_missing",
        ),
        ({"contracts": [{**contract, "period": {"startDate": "2026-10-01"}}]}, "period_missing"),
        ({"contracts": [{**contract, "value": large}]}, "kpis_missing"),
        ({"contracts": [{**contract, "period": backwards}]}, "period_reversed"),
        ({"parties": itself}, "parties_equal"),
    ]
    for changes, code in wrong:
        [told] = await imported(world, awarded(**changes))
        assert (told["agreement_id"], told["code"]) == (None, code)
        assert told["message"]
    assert (await world.rows())["agreements"] == 0
    # One that cannot be leaves the others alone; one that is not in force is none.
    other = {**contract, "id": "C-2", "period": None}
    gone = {**contract, "id": "C-3", "status": "terminated"}
    found = await imported(world, awarded(contracts=[contract, other, gone]))
    assert [(each["contract_id"], each["code"]) for each in found] == [
        ("C-1", None),
        ("C-2", "period_missing"),
    ]


async def test_agreements_are_made_only_where_they_are_asked_for_and_by_whom_may(
    world: World, kitchens: Party
):
    document = import_document(world, **package(awarded()))
    before = await world.state()
    scopes = ("tenders:write", "agreements:read")
    limited = world.as_party(world.buyer.id, scopes)
    assert refused(await world.post(PATH, {**document, **ASKED}, as_=limited)) == (403, "scope_missing")
    unknown = {"agreements": {"edition_hash": "cd" * 32}}
    answer = await world.post(PATH, {**document, **unknown}, as_=world.buyer)
    assert faults(answer) == [("/agreements/edition_hash", "edition_unknown")]
    assert await world.state() == before
    report = await world.done("POST", PATH, document, as_=limited)
    assert report["notices"][0]["agreements"] == []
    assert (await world.rows())["agreements"] == 0


async def test_importing_our_own_contracts_makes_no_second_agreement(world: World, kitchens: Party):
    await world.registered(kitchens, kind="contract", reference="C-9")
    package_of_ours = await world.done("GET", "/v1/ocds/release-packages")
    [ours] = package_of_ours["releases"]
    ours = {**ours, "tender": release()["tender"]}  # a direct contract has no tender, and so is no notice
    [told] = await imported(world, ours)
    assert (told["agreement_id"], told["code"]) == (None, "published_here")
    assert (await world.rows())["agreements"] == 1


@pytest.mark.skipif(not SEARCH.exists(), reason="the shared sample is not on this machine")
async def test_every_award_of_a_page_of_contracts_finder_gets_its_answer(world: World, kitchens: Party):
    document = import_document(world, package=json.loads(SEARCH.read_text(encoding="utf-8")), **ASKED)
    report = await world.done("POST", PATH, document, as_=world.buyer)
    found = [each for notice in report["notices"] for each in notice["agreements"]]
    awards = [award for notice in report["notices"] for award in notice["awards"]]
    assert len(found) >= len(awards) > 20
    assert all((each["agreement_id"] is None) == (each["code"] is not None) for each in found)
    assert (await world.rows())["agreements"] == sum(each["code"] is None for each in found)
