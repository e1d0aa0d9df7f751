"""What the public does through the graph, without a token: with consent, once, and counted by its address."""

from typing import Any

from tests.integration.gateway import canned
from tests.integration.gateway.documents_as_answers import KEY as SOME_ID
from tests.integration.gateway.world import Call, Refused, World

KEY = "0f0d2a4e-9a53-4c39-8f5e-0d5a1a6a2f11"
PERSON = {"name": "Ada Example", "email": "ada@example.org", "wordingId": SOME_ID}
TOKEN = "w" * 43
INTEREST = """mutation($input: RegisterInterestInput!, $key: String!) {
  registerInterest(input: $input, idempotencyKey: $key) {
    receipt { restId withdrawalToken } userErrors { code pointer } } }"""
IDEA = """mutation($input: PostIdeaInput!, $key: String!) {
  postIdea(input: $input, idempotencyKey: $key) {
    receipt { restId state contactId withdrawalToken } userErrors { code pointer } } }"""
COMING = """mutation($input: RegisterForGatheringInput!, $key: String!) {
  registerForGathering(input: $input, idempotencyKey: $key) {
    receipt { state waitingPosition withdrawalToken } userErrors { code pointer } } }"""
PATH = f"/v1/places/{canned.PLACE}"


def given(**stated: Any) -> dict[str, Any]:
    return {"input": stated, "key": KEY}


def writes(world: World) -> list[Call]:
    return [call for call in world.calls if call.method == "POST"]


async def test_the_public_supports_offers_and_comes_without_a_token(world: World) -> None:
    told = {"id": SOME_ID, "contact_id": SOME_ID, "withdrawal_token": TOKEN}
    world.on("partners", "POST", f"{PATH}/supporters", told)
    nobody = {"id": SOME_ID, "state": "received", "contact_id": None, "withdrawal_token": None}
    world.on("partners", "POST", f"{PATH}/ideas", nobody)
    waiting = {**told, "gathering_id": SOME_ID, "state": "waiting", "waiting_position": 2}
    world.on("partners", "POST", f"/v1/gatherings/{SOME_ID}/registrations", waiting)
    place = str(canned.PLACE)

    supporting = await world.post(
        INTEREST, given(placeId=place, person=PERSON, interests=["NEWS", "CHARTER"])
    )
    offering = await world.data(IDEA, given(placeId=place, title="Ovens", text="Share ovens."))
    coming = await world.data(COMING, given(gatheringId=SOME_ID, person=PERSON))

    assert supporting.headers["cache-control"] == "no-store"  # it holds what is given once
    receipt = {"restId": SOME_ID, "withdrawalToken": TOKEN}
    assert supporting.json()["data"]["registerInterest"] == {"receipt": receipt, "userErrors": []}
    assert offering["postIdea"]["receipt"]["state"] == "RECEIVED"
    assert coming["registerForGathering"]["receipt"]["waitingPosition"] == 2
    supporter, idea, registration = writes(world)
    person = {"name": "Ada Example", "email": "ada@example.org", "organisation_name": None}
    assert supporter.body == {
        "person": {**person, "wording_id": SOME_ID},
        "interests": ["news", "charter"],
    }
    assert (idea.body["kind"], idea.body["sender"], idea.body["show_name"]) == ("idea", None, False)
    assert registration.body["person"]["wording_id"] == SOME_ID
    # Each write says for which address it is made, and believes nobody else's word about that.
    assert {call.authorization for call in writes(world)} == {None}
    assert {call.forwarded_for for call in writes(world)} == {"127.0.0.1"}


async def test_an_address_that_a_caller_claims_is_not_passed_on(world: World) -> None:
    world.on("partners", "POST", f"{PATH}/ideas", Refused(429, "too_many_requests", "Wait."))
    stated = given(placeId=str(canned.PLACE), title="Ovens", text="Share ovens.")
    claimed = {"X-Forwarded-For": "203.0.113.9"}
    answer = await world.ask(IDEA, stated, headers=claimed)
    assert answer["data"] is None
    assert [one["extensions"]["code"] for one in answer["errors"]] == ["too_many_requests"]
    assert {call.forwarded_for for call in writes(world)} == {"127.0.0.1"}
    assert {call.forwarded_for for call in world.calls if call.method == "GET"} <= {None}


async def test_what_is_wrong_is_told_where_it_stands_and_nothing_is_sent(world: World) -> None:
    bad = given(placeId="UGxhY2U6eA==", person=PERSON, interests=["NEWS"])
    none = given(placeId=str(canned.PLACE), person={**PERSON, "email": "nobody"}, interests=[])
    found = [(await world.data(INTEREST, one))["registerInterest"]["userErrors"] for one in (bad, none)]
    assert found[0] == [{"code": "id_invalid", "pointer": "/placeId"}]
    assert {one["pointer"] for one in found[1]} == {"/person/email", "/interests"}
    assert writes(world) == []
