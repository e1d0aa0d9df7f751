"""Mutations are the services' use cases, under the caller's own token; refusals say what to change."""

from typing import Any

import pytest
from tests.integration.gateway import canned
from tests.integration.gateway.world import Call, Refused, World

KEY = "0f0d2a4e-9a53-4c39-8f5e-0d5a1a6a2f11"
SIGN = """mutation($input: SignCharterInput!, $key: String!) {
  signCharter(input: $input, idempotencyKey: $key) {
    signatory { restId state organisation { legalName } } userErrors { code message pointer } } }"""
REPORT = """mutation($input: SubmitReportInput!, $key: String!) {
  submitReport(input: $input, idempotencyKey: $key) {
    report { restId state lines { measure total { amount } } } userErrors { code pointer } } }"""
BID = """mutation($input: SubmitBidInput!, $key: String!) {
  submitBid(input: $input, idempotencyKey: $key) {
    receipt { bidId version action receiptJws } userErrors { code pointer } } }"""


def signature(**changes: Any) -> dict[str, Any]:
    of_whom: dict[str, Any] = {"targetGroup": "veterans", "headcount": 3}
    target = {"measure": "M1", "editionHash": canned.HASH, "quantity": "60.5", "unit": "HOURS", **of_whom}
    days = {"startsOn": "2026-04-01", "endsOn": "2027-03-31"}
    return {
        "charterId": str(canned.CHARTER),
        "signingPerson": {"name": "Ada Example", "role": "Director"},
        "signedOn": "2026-04-01",
        "pledges": [{"pledge": "P1", "text": "An hour", "placeSlug": "place-1", "target": target, **days}],
        "dataStatus": "SYNTHETIC_SAMPLE",
        **changes,
    }


def bid(**changes: Any) -> dict[str, Any]:
    posts = [{"headcount": 2, "hoursPerWeek": "35"}]
    line = {"measure": "M1", "unit": "FTE_YEARS", "inputs": {"employment": {"posts": posts}}, "answer": "So."}
    return {"tenderId": str(canned.tender(1).id), "lines": [line], **changes}


def report(**changes: Any) -> dict[str, Any]:
    line = {"measure": "M1", "quantity": "7", "unit": "HOURS", "route": "OWN_ACTIVITY"}
    line |= {"activity": "garden", "targetGroup": "veterans"}
    days = {"periodStart": "2026-04-01", "periodEnd": "2026-06-30"}
    return {
        "placeId": str(canned.PLACE),
        "placeSlug": "place-1",
        "localArea": "Here",
        "lines": [line],
        **days,
        **changes,
    }


def calls_to(world: World, path: str) -> list[Call]:
    return [call for call in world.calls if call.path == path]


async def test_a_signature_goes_to_the_service_as_its_rest_api_has_it(world: World) -> None:
    world.on("charter", "POST", "/v1/signatures", canned.as_json(canned.signatory(1)))
    headers = world.mint.headers(scopes=["charter:sign"])

    response = await world.post(SIGN, {"input": signature(), "key": KEY}, headers=headers)

    assert response.headers["cache-control"] == "private, no-store"
    assert "etag" not in response.headers
    answer = response.json()["data"]["signCharter"]
    assert answer["userErrors"] == []
    assert answer["signatory"]["state"] == "ACTIVE"
    assert answer["signatory"]["organisation"] == {"legalName": "Organisation 01"}
    [call] = calls_to(world, "/v1/signatures")
    assert call.authorization == headers["Authorization"]
    assert call.body["charter_id"] == str(canned.CHARTER)
    target = call.body["pledges"][0]["target"]
    assert (target["quantity"], target["target_group"], target["headcount"]) == ("60.5", "veterans", 3)
    assert call.body["data_status"] == "synthetic_sample"


async def test_a_bid_and_a_report_are_stated_in_the_graphs_words(world: World) -> None:
    tender = canned.tender(1).id
    world.on(
        "procurement", "POST", f"/v1/tenders/{tender}/bids", Refused(409, "deadline_passed", "Too late.")
    )
    world.on("reporting", "POST", "/v1/reports", Refused(403, "scope_missing", "This needs reports:write."))
    headers = world.mint.headers()

    late = (await world.ask(BID, {"input": bid(), "key": KEY}, headers=headers))["data"]["submitBid"]
    unable = (await world.ask(REPORT, {"input": report(), "key": KEY}, headers=headers))["data"][
        "submitReport"
    ]

    assert late == {"receipt": None, "userErrors": [{"code": "deadline_passed", "pointer": None}]}
    assert unable == {"report": None, "userErrors": [{"code": "scope_missing", "pointer": None}]}
    [submitted] = calls_to(world, f"/v1/tenders/{tender}/bids")
    assert submitted.body["lines"][0]["inputs"] == {
        "kind": "employment",
        "posts": [
            {"headcount": 2, "hours_per_week": "35", **dict.fromkeys(("time_share", "starts_on", "ends_on"))}
        ],
    }
    [reported] = calls_to(world, "/v1/reports")
    [line] = reported.body["lines"]
    assert (line["route"], line["activity"], line["target_group"]) == ("own_activity", "garden", "veterans")
    assert (reported.body["local_area"], reported.body["nil_return"]) == ("Here", False)


async def test_refusals_of_the_service_and_of_the_form_point_into_the_input(world: World) -> None:
    faults = [{"pointer": "/pledges/0/target/edition_hash", "code": "edition_unknown", "message": "No."}]
    world.on("charter", "POST", "/v1/signatures", Refused(422, "invalid_input", errors=faults))
    headers = world.mint.headers()

    async def errors(**changes: Any) -> list[tuple[str, str | None]]:
        answer = await world.ask(SIGN, {"input": signature(**changes), "key": KEY}, headers=headers)
        payload = answer["data"]["signCharter"]
        assert payload["signatory"] is None
        return [(one["code"], one["pointer"]) for one in payload["userErrors"]]

    assert await errors() == [("edition_unknown", "/pledges/0/target/editionHash")]
    assert len(calls_to(world, "/v1/signatures")) == 1
    assert await errors(charterId="UGxhY2U6eA==") == [("id_invalid", "/charterId")]
    assert await errors(signingPerson={"name": "", "role": "Director"}) == [
        ("too_short", "/signingPerson/name")
    ]
    assert len(calls_to(world, "/v1/signatures")) == 1


async def test_without_a_token_nothing_is_done(world: World) -> None:
    for document, given in ((SIGN, signature()), (REPORT, report()), (BID, bid())):
        answer = await world.ask(document, {"input": given, "key": KEY})
        assert answer["data"] is None
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["token_missing"]
    assert world.calls == []


async def test_nothing_is_done_by_an_address_or_by_a_form(world: World) -> None:
    document = SIGN.replace("$input: SignCharterInput!, ", "").replace("$input", '{charterId: "x"}')
    by_get = await world.http.get(
        "/graphql", params={"query": SIGN, "variables": "{}"}, headers=world.mint.headers()
    )
    assert by_get.status_code == 405
    assert by_get.headers["allow"] == "POST"
    assert [one["extensions"]["code"] for one in by_get.json()["errors"]] == ["mutation_over_get"]
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"):
        form = await world.http.post(
            "/graphql", content=document, headers={**world.mint.headers(), "Content-Type": kind}
        )
        assert form.status_code == 415
    assert world.calls == []


async def test_a_service_that_is_down_is_an_error_and_not_the_users(world: World) -> None:
    world.network.down.add("charter")
    answer = await world.ask(SIGN, {"input": signature(), "key": KEY}, headers=world.mint.headers())
    assert answer["data"] is None
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["upstream_unavailable"]


@pytest.mark.parametrize("stated", [{}, {"employment": {"posts": []}, "ratio": None}])
async def test_inputs_of_a_line_are_of_exactly_one_kind(world: World, stated: dict[str, Any]) -> None:
    line = {"measure": "M1", "unit": "HOURS", "inputs": stated}
    answer = await world.ask(BID, {"input": bid(lines=[line]), "key": KEY}, headers=world.mint.headers())
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["variables_invalid"]
    assert world.calls == []
