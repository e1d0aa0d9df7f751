"""What does not hold is refused where it belongs, says where it is wrong, and leaves nothing behind."""

import json
from typing import Any

import pytest

from cdp_common.kernel.clock import utc_now
from cdp_tools.story.parties import Party
from tests.e2e.refusals import Door, faults, get, knock, nothing_changes, post, problem
from tests.e2e.town import Town

EARLIER = {"period_start": "2026-04-01", "period_end": "2026-06-30"}

# The same four mistakes, and what toms-engine calls them wherever a quantity is valued.
MISTAKES = [
    pytest.param({"unit": "miles"}, "unit", "unit_mismatch", id="wrong unit"),
    pytest.param({"measure": "OM-NONE"}, "measure", "measure_unknown", id="unknown measure"),
    pytest.param({"quantity": "-1"}, "quantity", "quantity_negative", id="negative hours"),
    pytest.param({"quantity": "0.123"}, "quantity", "too_many_decimals", id="too many decimals"),
]


@pytest.fixture(scope="module")
def newcomer(town: Town) -> Party:
    """A company that has registered and done nothing else."""
    return town.newcomer("Bluebell Bakery Ltd (fictional)")


def line(**changes: Any) -> dict[str, Any]:
    """An hour of volunteering, with a mistake."""
    return {"measure": "OM-C01", "quantity": "1", "unit": "hours"} | changes


def agreement(town: Town, deliverer: Party, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "contract",
        "reference": "NEVER-1",
        "title": "Never registered",
        "place_id": town.scene.place_id,
        "place_slug": "county-durham",
        "deliverer_organisation_id": deliverer.organisation_id,
        "signed_on": "2026-07-01",
        "starts_on": "2026-07-01",
        "ends_on": "2027-06-30",
        "edition_hash": town.scene.edition_hash,
        "lines": [line()],
        "data_status": "synthetic_sample",
        **changes,
    }


def report(town: Town, **changes: Any) -> dict[str, Any]:
    reported = {"route": "own_activity", "edition_hash": town.scene.edition_hash}
    document = {
        "place_id": town.scene.place_id,
        "place_slug": "county-durham",
        **EARLIER,
        "lines": [line(**reported)],
        "data_status": "synthetic_sample",
        **changes,
    }
    return document | {"lines": [{**reported, **one} for one in document["lines"]]}


def bid(town: Town, tenderer: Party, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {"tenderer": {"organisation_id": tenderer.organisation_id}, "lines": lines}


# ------------------------------------------------------------------ quantities
@pytest.mark.parametrize(("mistake", "field", "code"), MISTAKES)
def test_at_the_engine(town: Town, newcomer: Party, mistake: dict[str, str], field: str, code: str) -> None:
    body = {
        "edition_hash": town.scene.edition_hash,
        "lines": [{"ref": "1", **line(**mistake), **EARLIER}],
    }
    with nothing_changes(town):
        answer = post(town, newcomer, "toms-engine", "/v1/valuations", body)
    assert faults(problem(answer, 422, "lines_refused")) == {(f"/lines/0/{field}", code)}


@pytest.mark.parametrize(("mistake", "field", "code"), MISTAKES)
def test_in_an_agreement(town: Town, newcomer: Party, mistake: dict[str, str], field: str, code: str) -> None:
    body = agreement(
        town, newcomer, lines=[line(), line(measure="OM-C02", unit="gbp_invested"), line(**mistake)]
    )
    with nothing_changes(town):
        answer = post(town, town.party("durham-county-council"), "procurement-api", "/v1/agreements", body)
    assert faults(problem(answer, 422, "valuation_refused")) == {(f"/lines/2/{field}", code)}


@pytest.mark.parametrize(
    ("mistake", "field", "code", "problem_code"),
    [
        ({"unit": "miles"}, "unit", "unit_mismatch", "report_invalid"),
        ({"measure": "OM-NONE"}, "measure", "measure_unknown", "report_invalid"),
        ({"quantity": "-1"}, "quantity", "quantity_negative", "valuation_refused"),
        ({"quantity": "0.123"}, "quantity", "too_many_decimals", "valuation_refused"),
    ],
    ids=["wrong unit", "unknown measure", "negative hours", "too many decimals"],
)
def test_in_a_report(
    town: Town, newcomer: Party, mistake: dict[str, str], field: str, code: str, problem_code: str
) -> None:
    with nothing_changes(town):
        answer = post(town, newcomer, "reporting-api", "/v1/reports", report(town, lines=[line(**mistake)]))
    assert faults(problem(answer, 422, problem_code)) == {(f"/lines/0/{field}", code)}


@pytest.mark.parametrize(("mistake", "field", "code"), MISTAKES)
def test_in_a_pledge(town: Town, newcomer: Party, mistake: dict[str, str], field: str, code: str) -> None:
    [charter] = town.items("charter-api", f"/v1/charters?place_id={town.scene.place_id}")
    target = {**line(**mistake), "edition_hash": town.scene.edition_hash}
    pledge = {
        "pledge": "PL-O6-1",
        "text": "An hour a year",
        "starts_on": "2026-07-01",
        "ends_on": "2027-06-30",
        "place_slug": "county-durham",
        "target": target,
    }
    body = {
        "charter_id": charter["id"],
        "signing_person": {"name": "Nobody", "role": "Owner"},
        "signed_on": "2026-07-01",
        "pledges": [pledge],
    }
    with nothing_changes(town):
        answer = post(town, newcomer, "charter-api", "/v1/signatures", body)
    found = problem(answer, 422, "valuation_refused")
    assert faults(found) == {(f"/pledges/0/target/{field}", code)}


def test_a_pound_that_a_client_claims_and_the_engine_does_not_find(town: Town, newcomer: Party) -> None:
    claimed = {"ref": "1", **line(), **EARLIER, "claimed_value_gbp": "18.00"}
    body = {"edition_hash": town.scene.edition_hash, "lines": [claimed]}
    with nothing_changes(town):
        answer = post(town, newcomer, "toms-engine", "/v1/valuations", body)
    found = problem(answer, 422, "lines_refused")
    assert faults(found) == {("/lines/0/claimed_value_gbp", "claimed_value_mismatch")}


@pytest.mark.parametrize("quantity", [1, 1.5, "1e3", "NaN", "Infinity", "", "١"])
def test_a_quantity_that_is_no_decimal_text(town: Town, newcomer: Party, quantity: object) -> None:
    document = report(town, lines=[line(quantity=quantity)])
    with nothing_changes(town):
        answer = post(town, newcomer, "reporting-api", "/v1/reports", document)
    found = problem(answer, 422, "invalid_input")
    assert {pointer for pointer, _ in faults(found)} == {"/lines/0/quantity"}


# ------------------------------------------------------------------ periods
def test_a_period_that_ends_before_it_starts(town: Town, newcomer: Party) -> None:
    reversed_ = {"period_start": "2026-06-30", "period_end": "2026-04-01"}
    life = {"starts_on": "2027-06-30", "ends_on": "2026-07-01"}
    valuation = {
        "edition_hash": town.scene.edition_hash,
        "lines": [{"ref": "1", **line(), **reversed_}],
    }
    place = town.scene.place_id
    with nothing_changes(town):
        council = town.party("durham-county-council")
        answers = [
            post(town, newcomer, "toms-engine", "/v1/valuations", valuation),
            post(town, newcomer, "reporting-api", "/v1/reports", report(town, **reversed_)),
            post(town, council, "reporting-api", f"/v1/places/{place}/publications", reversed_),
            post(town, council, "procurement-api", "/v1/agreements", agreement(town, newcomer, **life)),
        ]
    for answer in answers:
        found = problem(answer, 422, answer.json()["code"])
        assert "period_reversed" in {found["code"], *(code for _, code in faults(found))}, found


def test_a_report_of_a_quarter_that_is_not_over(town: Town, newcomer: Party) -> None:
    ahead = f"{utc_now().year + 1}-12-31"
    with nothing_changes(town):
        answer = post(town, newcomer, "reporting-api", "/v1/reports", report(town, period_end=ahead))
    assert ("/period_end", "period_in_future") in faults(problem(answer, 422, "report_invalid"))


# ------------------------------------------------------------------ what exists already, or exists no more
def test_a_late_bid(town: Town) -> None:
    portal, bidder = (town.party(key) for key in ("lanternpost", "thistlequay"))
    [tender] = [
        item
        for item in town.items("procurement-api", "/v1/tenders", town.party("durham-county-council"))
        if item["state"] == "awarded"
    ]
    path = f"/v1/tenders/{tender['id']}/bids"
    lines = town.scene.sample["tender"]["bids"][2]["lines"]
    body = json.loads(json.dumps(bid(town, bidder, lines), default=str))
    with nothing_changes(town):
        answer = post(town, portal.acting_for(bidder), "procurement-api", path, body)
    problem(answer, 409, "tender_closed")


def test_an_identifier_that_a_verified_organisation_holds(town: Town) -> None:
    taken = [{"scheme": "GB-PPON", "id": "PMPB-8772-VYWM"}]  # the council's, which the operator vouches for
    operator = town.party("operator")
    # A stranger may claim any number, for an unverified claim blocks nobody. It comes to nothing:
    stranger = town.newcomer("Copycat Ltd (fictional)", identifiers=taken)
    path = f"/v1/organisations/{stranger.organisation_id}"
    etag = operator.get(town.url("partners-api", path)).etag
    organisation = {"legal_name": "Copycat Ltd (fictional)", "kind": "private", "identifiers": taken}
    with nothing_changes(town):
        verified = Door("partners-api", "PATCH", path, {"state": "verified"})
        answers = [
            knock(town, verified, operator.token(), If_Match=etag),
            post(town, operator, "partners-api", "/v1/organisations", organisation),
        ]
    for answer in answers:
        problem(answer, 409, "identifier_owned")


def test_an_idempotency_key_with_another_body(town: Town, newcomer: Party) -> None:
    key = "a-key-of-more-than-twenty-two-characters"
    first = report(town, nil_return=True, lines=[])
    door = Door("reporting-api", "POST", "/v1/reports", first)
    token = newcomer.token()
    assert knock(town, door, token, Idempotency_Key=key).status_code == 201
    other = Door("reporting-api", "POST", "/v1/reports", report(town))
    with nothing_changes(town):
        refused = knock(town, other, token, Idempotency_Key=key)
        again = knock(town, door, token, Idempotency_Key=key)
    problem(refused, 422, "idempotency_key_reused")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")


# ------------------------------------------------------------------ what belongs to others
def test_the_records_of_others(town: Town, newcomer: Party) -> None:
    theirs = town.scene.reports["emberwick-q3"]["id"]
    [winning] = [one.answer for one in town.exchanges("POST", "/award", 201)]
    with nothing_changes(town):
        answers = [
            get(town, newcomer, "reporting-api", f"/v1/reports/{theirs}"),
            post(
                town,
                newcomer,
                "reporting-api",
                f"/v1/reports/{theirs}/corrections",
                {
                    "reason": "Mine now",
                    "lines": [line(edition_hash=town.scene.edition_hash, route="own_activity")],
                },
            ),
            get(town, newcomer, "procurement-api", f"/v1/agreements/{winning['id']}"),
            get(town, newcomer, "procurement-api", f"/v1/bids/{winning['bid_id']}"),
            get(town, newcomer, "procurement-api", f"/v1/tenders/{winning['tender_id']}/bids"),
            get(town, newcomer, "reporting-api", f"/v1/places/{town.scene.place_id}/ledger-entries"),
        ]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (404, "report_not_found"),
        (404, "report_not_found"),
        (404, "agreement_not_found"),
        (404, "bid_not_found"),
        (403, "not_the_buyer"),
        (403, "scope_missing"),
    ]
    for answer in answers:
        problem(answer, answer.status_code, answer.json()["code"])


def test_acting_for_an_organisation_that_never_agreed(town: Town, newcomer: Party) -> None:
    asked = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "subject_token": newcomer.token() or "",
        "resource": f"urn:cdp:organisation:{town.party('emberwick').organisation_id}",
    }
    credentials = (newcomer.client_id or "", newcomer.secret or "")
    with nothing_changes(town):
        answer = town.http.post(town.url("partners-api", "/oauth/token"), data=asked, auth=credentials)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")


def test_a_validator_of_its_own_report(town: Town) -> None:
    mine = town.scene.reports["livin-q3"]
    review = {"outcome": "rejected", "reason": "No"}
    with nothing_changes(town):
        path = f"/v1/reports/{mine['id']}/reviews"
        answer = post(town, town.party("livin"), "reporting-api", path, review)
    problem(answer, 403, "scope_missing")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ place(slug: ", "document_malformed"),
        ("{ secrets }", "document_invalid"),
        ("mutation { sign }", "document_invalid"),
        ("{ places(first: 101) { edges { cursor } } }", "page_size_out_of_range"),
        (
            "{" + " ".join(f"p{n}: places {{ edges {{ cursor }} }}" for n in range(60)) + "}",
            "too_many_aliases",
        ),
    ],
    ids=["cut off", "unknown field", "mutation", "page too large", "too many aliases"],
)
def test_at_the_gateway(town: Town, query: str, code: str) -> None:
    with nothing_changes(town):
        answer = knock(town, Door("gateway", "POST", "/graphql", {"query": query}), None)
    errors = answer.json()["errors"]
    assert {error["extensions"]["code"] for error in errors} == {code}, errors
    assert "data" not in answer.json() or answer.json()["data"] is None
    assert errors[0]["extensions"]["requestId"] == answer.headers["x-request-id"]
