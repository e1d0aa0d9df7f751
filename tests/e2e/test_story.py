"""The story's promises: who takes part, what was tendered, bid, awarded and agreed."""

import json
from datetime import datetime

from joserfc import jws
from joserfc.jwk import KeySet

from tests.e2e.refusals import get, problem
from tests.e2e.town import Town

PARTNERS_EVER = [
    "believe housing",
    "Bernicia",
    "Bishop Chadwick Catholic Education Trust",
    "Business Durham",
    "County Durham and Darlington Fire and Rescue Service",
    "Durham Constabulary",
    "Durham County Council",
    "Durham Police and Crime Commissioner",
    "Durham University",
    "Karbon Homes",
    "livin",
    "New College Durham",
    "Northumbrian Water",
]
LEAVERS = {"Bernicia", "Bishop Chadwick Catholic Education Trust", "Karbon Homes"}


def members(town: Town, query: str = "") -> list[str]:
    path = f"/v1/places/{town.scene.place_id}/memberships{query}"
    return [item["organisation"]["legal_name"] for item in town.items("partners-api", path)]


def tender(town: Town) -> dict[str, object]:
    """The sample tender, as its buyer sees it."""
    [found] = [
        item
        for item in town.items("procurement-api", "/v1/tenders", town.party("durham-county-council"))
        if item["state"] == "awarded"
    ]
    return found


# ------------------------------------------------------------------ who takes part
def test_thirteen_partners_ever_of_whom_ten_remain_in_order_of_name(town: Town) -> None:
    assert members(town) == PARTNERS_EVER
    assert members(town, "?as_of=2026-09-30") == [name for name in PARTNERS_EVER if name not in LEAVERS]
    assert members(town, "?as_of=2022-09-28") == []


def test_every_partner_signed_the_statement(town: Town) -> None:
    [statement] = town.items("partners-api", f"/v1/places/{town.scene.place_id}/statements")
    assert sorted(signature["organisation_name"] for signature in statement["signatures"]) == sorted(
        PARTNERS_EVER
    )


def test_the_published_edition_has_fifty_one_measures(town: Town) -> None:
    edition = town.get("toms-engine", f"/v1/editions/by-hash/{town.scene.edition_hash}")
    assert (edition["state"], edition["measure_count"]) == ("published", 51)
    measures = town.items("toms-engine", f"/v1/editions/{edition['id']}/measures")
    assert len({measure["code"] for measure in measures}) == 51
    assert {measure["proxy"]["component"] for measure in measures if measure["proxy"]} == {
        "social",
        "local_economic",
    }


# ------------------------------------------------------------------ bids
def test_a_bid_sent_twice_gives_the_same_receipt_and_is_one_bid(town: Town) -> None:
    sent = town.exchanges("POST", f"/v1/tenders/{tender(town)['id']}/bids", 201)
    [key] = {one.key for one in sent if sum(other.key == one.key for other in sent) > 1}
    first, second = (one for one in sent if one.key == key)
    assert first.sent == second.sent
    assert first.body == second.body
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert tender(town)["bid_count"] == 3


def test_every_version_of_a_bid_has_a_receipt_that_anybody_can_verify(town: Town) -> None:
    keys = KeySet.import_key_set(town.get("procurement-api", "/v1/receipt-keys"))
    receipts = [one.answer for one in town.told if one.status == 201 and b'"receipt_jws"' in one.body]
    assert sorted((receipt["version"], receipt["action"]) for receipt in receipts) == [
        (1, "submitted"),
        (1, "submitted"),
        (1, "submitted"),
        (1, "submitted"),  # the one that was sent twice
        (2, "replaced"),
    ]
    for receipt in receipts:
        signed = jws.deserialize_compact(receipt["receipt_jws"], keys, algorithms=["Ed25519"])
        said = {name: receipt[name] for name in receipt if name not in ("receipt_jws", "commitment_key")}
        assert json.loads(signed.payload) == said


def test_the_replaced_bid_is_at_version_two_and_the_first_is_kept(town: Town) -> None:
    buyer = town.party("durham-county-council")
    bids = town.items("procurement-api", f"/v1/tenders/{tender(town)['id']}/bids", buyer)
    versions = {bid["tenderer_name"]: [part["action"] for part in bid["versions"]] for bid in bids}
    assert versions == {
        "Emberwick Building Care Ltd (fictional)": ["submitted"],
        "Larkmoss Maintenance CIC (fictional)": ["submitted", "replaced"],
        "Thistlequay Facilities Ltd (fictional)": ["submitted"],
    }
    [larkmoss] = [bid for bid in bids if bid["version"] == 2]
    quantities = {line["measure"]: line["quantity"] for line in larkmoss["lines"]}
    assert (quantities["OM-J01"], quantities["OM-C02"]) == ("11", "3000")


def test_before_the_deadline_nobody_could_read_a_bid(town: Town) -> None:
    tried = [one for one in town.told if one.status == 409 and one.answer["code"] == "bids_sealed"]
    assert [one.path.split("/")[2] for one in tried] == ["tenders", "bids"]
    deadline = datetime.fromisoformat(str(tender(town)["deadline_at"]))
    for receipt in (one.answer for one in town.told if b'"receipt_jws"' in one.body):
        assert datetime.fromisoformat(receipt["received_at"]) < deadline


def test_the_late_bid_was_refused_and_is_nowhere(town: Town) -> None:
    [late] = town.exchanges("POST", f"/v1/tenders/{tender(town)['id']}/bids", 409)
    assert late.answer["code"] == "tender_closed"
    assert tender(town)["bid_count"] == 3


def test_a_response_without_its_written_answer_is_not_counted(town: Town) -> None:
    buyer = town.party("durham-county-council")
    bids = town.items("procurement-api", f"/v1/tenders/{tender(town)['id']}/bids", buyer)
    disregarded = [
        (bid["tenderer_name"], line["measure"])
        for bid in bids
        for line in bid["lines"]
        if line["disregarded"] is not None
    ]
    assert disregarded == [("Thistlequay Facilities Ltd (fictional)", "OM-J09")]


def test_a_bidder_learns_its_own_points_and_the_winners_and_no_others(town: Town) -> None:
    path = f"/v1/tenders/{tender(town)['id']}/evaluation"
    results = town.get("procurement-api", path, town.party("durham-county-council"))["results"]
    assert [(result["rank"], result["points"]) for result in results] == [
        (1, "77.5314"),
        (2, "70.0729"),
        (3, "59.3500"),
    ]
    [told] = [one.answer for one in town.told if one.path.endswith("/assessment")]
    assert (told["own"]["points"], told["winner"]["points"]) == ("70.0729", "77.5314")
    assert "Thistlequay" not in json.dumps(told)
    problem(get(town, town.party("larkmoss"), "procurement-api", path), 403, "not_the_buyer")


# ------------------------------------------------------------------ what follows from them
def test_the_award_is_an_event_and_six_commitments_in_the_ledger(town: Town) -> None:
    buyer = town.party("durham-county-council")
    supplier = town.party("emberwick")
    events = town.get("procurement-api", "/v1/events?after=0&limit=100", supplier)["items"]
    [signed] = [event for event in events if event["type"] == "agreement.signed"]
    assert signed["data"]["reference"] == "SAMPLE-DCC-2026-0417"
    path = f"/v1/places/{town.scene.place_id}/ledger-entries"
    committed = {
        entry["measure"]: entry["local_economic_gbp"] if entry["measure"] == "OM-J01" else entry["social_gbp"]
        for entry in town.items("reporting-api", path, buyer)
        if entry["figure"] == "committed" and entry["deliverer_id"] == supplier.organisation_id
    }
    assert committed == {
        "OM-J01": "454685.40",
        "OM-J05": "5210.57",
        "OM-J09": "4310.40",
        "OM-S05": "2155.20",
        "OM-C02": "8000.00",
        "OM-E01": "10272.77",
    }


def test_all_feeds_are_read_to_their_end_and_nothing_is_set_aside(town: Town) -> None:
    town.books.at_rest()
    feeds = town.get("reporting-api", "/v1/feeds", town.party("durham-county-council"))["items"]
    assert {feed["source"]: feed["parked_aggregates"] for feed in feeds} == {
        "charter": 0,
        "partners": 0,
        "procurement": 0,
        "toms": 0,
    }


def test_the_signatory_is_on_the_public_register_with_its_four_pledges(town: Town) -> None:
    path = f"/v1/signatories?place_id={town.scene.place_id}"
    [signatory] = [
        item
        for item in town.items("charter-api", path)
        if item["organisation_name"] == "Quillfeather Joinery Ltd (fictional)"
    ]
    assert signatory["state"] == "active"
    assert signatory["signed_by_role"] == "Managing director"
    assert [pledge["pledge"] for pledge in signatory["pledges"]] == [
        "PL-O4-1",
        "PL-O2-2",
        "PL-O6-1",
        "PL-O1-1",
    ]
    assert [pledge["commitment"] is not None for pledge in signatory["pledges"]] == [True, True, True, False]
    assert "Sample Signatory" not in json.dumps(signatory)


def test_everything_that_comes_from_the_sample_says_so(town: Town) -> None:
    said: dict[str, set[str]] = {}
    for one in town.told:
        if one.status < 400 and b'"data_status"' in one.body:
            said.setdefault(one.path.split("/")[2], set()).update(statuses(one.answer))
    for kind in ("ocds", "tenders", "bids", "agreements", "signatures", "activities", "reports"):
        assert said.get(kind, {"synthetic_sample"}) == {"synthetic_sample"}, kind
    assert said["registrations"] == {"synthetic_sample"}
    assert said["frameworks"] == {"actual"}  # the open measures are no sample
    for number in (1, 2):
        assert town.publication(number)["value"]["data_status"] == "synthetic_sample"


def statuses(answer: object) -> set[str]:
    """Every data status in an answer, wherever it stands."""
    if isinstance(answer, list):
        return set().union(*map(statuses, answer)) if answer else set()
    if not isinstance(answer, dict):
        return set()
    own = {answer["data_status"]} if "data_status" in answer else set()
    return own.union(*map(statuses, answer.values()))
