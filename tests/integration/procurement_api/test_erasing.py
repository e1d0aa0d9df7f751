"""Somebody of a panel is erased: their name goes, what they gave stands, and nobody brings them back."""

from uuid import UUID

import httpx2
from tests.integration.procurement_api.world import (
    TERMS,
    Json,
    Party,
    World,
    bid_of,
    line,
    moderated,
    refused,
    tender_draft,
)

from cdp_common.contracts.base import EventEnvelope
from cdp_common.kernel.identifiers import new_id
from procurement_api.use_cases.follow_partners import partners_follower

KEY = bytes(32)


async def erased(world: World, person_id: str) -> None:
    event = EventEnvelope(
        position=1,
        id=new_id(),
        type="person.erased",
        occurred_at=world.clock(),
        effective_on=None,
        aggregate_type="person",
        aggregate_id=new_id(),
        aggregate_version=1,
        place_id=None,
        audience=["internal"],
        data={"person_id": person_id},
        traceparent=None,
    )
    async with world.db.begin() as tx:
        await partners_follower(lambda: world.app.state.keys.panel_key)(tx, event)


async def test_an_erased_evaluator_is_nobody_by_name_and_the_assessment_stays(world: World) -> None:
    tender = await world.published(moderated(TERMS))
    bidder = world.party("Bidder")
    bid = (await world.submitted(tender, bidder, bid_of(bidder, [line("M-JOB", "10", "fte_years")])))[
        "bid_id"
    ]
    await world.opened(tender)
    path, person = f"/v1/tenders/{tender['id']}", str(new_id())
    ann = {"reference": "ann@buyer.example", "name": "Ann Evaluator", "person_id": person}
    mo = {"reference": "m-1", "name": "Mo Moderator", "person_id": str(new_id())}
    score = {"bid_id": bid, "measure": "M-JOB", "score": "4", "reason": "Sound."}
    for who in (ann, mo):
        await world.done("POST", f"{path}/interests", {"evaluator": who}, as_=world.buyer)
    await world.done("POST", f"{path}/scores", {"evaluator": ann, "scores": [score]}, as_=world.buyer)
    await world.done("POST", f"{path}/moderations", {"moderator": mo, "scores": [score]}, as_=world.buyer)
    before = await world.evaluated(tender)
    assert "Ann Evaluator" in await world.state()

    await erased(world, str(new_id()))
    assert "Ann Evaluator" in await world.state()
    await erased(world, person)
    await erased(world, person)
    assert "Ann Evaluator" not in await world.state()
    assert "ann@buyer.example" not in await world.state()
    panel = await world.done("GET", f"{path}/panel", as_=world.buyer)
    told = [(one["name"], one["reference"], one["person_id"], one["erased_at"]) for one in panel["members"]]
    assert told == [
        (None, None, person, "2026-12-01T12:00:01Z"),
        ("Mo Moderator", "m-1", mo["person_id"], None),
    ]
    assert await world.done("GET", f"{path}/evaluation", as_=world.buyer) == before
    again = await world.evaluated(tender)
    assert (again["version"], again["results"]) == (2, before["results"])
    # Neither by the reference nor by the number: whoever has scored would moderate as somebody new.
    for named in ({"reference": ann["reference"]}, {"reference": "new", "person_id": person}):
        await named_no_more(world, path, named, score)
    assert [told["data"] for told in await world.told("evaluator.erased")] == [
        {"evaluator_id": panel["members"][0]["id"], "tender_id": tender["id"]}
    ]


async def named_no_more(world: World, path: str, named: Json, score: Json) -> None:
    held = await world.state()
    for step in ("scores", "moderations", "interests"):
        role = "moderator" if step == "moderations" else "evaluator"
        body = {role: named} | ({} if step == "interests" else {"scores": [score]})
        answer = await world.post(f"{path}/{step}", body, as_=world.buyer)
        assert refused(answer) == (409, "evaluator_erased")
    assert await world.state() == held


async def test_the_buyer_erases_whom_a_portal_named_and_their_scores_stand(world: World) -> None:
    tender = await world.published(moderated(TERMS))
    bidder = world.party("Bidder")
    bid = await world.submitted(tender, bidder, bid_of(bidder, [line("M-JOB", "10", "fte_years")]))
    await world.opened(tender)
    path = f"/v1/tenders/{tender['id']}"
    score = {"bid_id": bid["bid_id"], "measure": "M-JOB", "score": "4", "reason": "Sound."}
    ann = {"reference": "ann@buyer.example", "name": "Ann Evaluator"}
    bo = {"reference": "bo@buyer.example", "name": "Bo Moderator", "person_id": str(new_id())}
    ids = [
        (await world.done("POST", f"{path}/interests", {"evaluator": who}, as_=world.buyer))["evaluator_id"]
        for who in (ann, bo)
    ]
    await world.done("POST", f"{path}/scores", {"evaluator": ann, "scores": [score]}, as_=world.buyer)
    await world.done("POST", f"{path}/moderations", {"moderator": bo, "scores": [score]}, as_=world.buyer)
    before = await world.evaluated(tender)

    roles, scopes = {UUID(tender["place_id"]): ["evaluator"]}, ["evaluations:write"]
    token = world.mint.token(org=world.buyer.id, scopes=scopes, roles=roles, person=new_id())
    mine = await world.done("POST", f"{path}/interests", {}, as_=Party(world.buyer.id, token))
    for whom, refusal in (
        (mine["evaluator_id"], (409, "evaluator_signed_in")),
        (str(new_id()), (404, "evaluator_not_found")),
    ):
        assert refused(await erase(world, path, whom)) == refusal
    draft = tender_draft(world)
    elsewhere = await world.done("POST", "/v1/tenders", draft, as_=world.buyer)
    held = await world.state()
    assert refused(await erase(world, f"/v1/tenders/{elsewhere['id']}", ids[0])) == (
        404,
        "evaluator_not_found",
    )
    assert "Ann Evaluator" in held == await world.state()

    for whom in (ids[0], ids[0], ids[1]):
        assert (await erase(world, path, whom)).status_code == 204
    left = await world.state()
    assert [
        name for name in ("Ann Evaluator", ann["reference"], "Bo Moderator", bo["reference"]) if name in left
    ] == []
    panel = await world.done("GET", f"{path}/panel", as_=world.buyer)
    told = [(one["id"], one["name"], one["reference"], one["erased_at"]) for one in panel["members"][:2]]
    assert told == [(who, None, None, "2026-12-01T12:00:01Z") for who in ids]
    assert await world.done("GET", f"{path}/evaluation", as_=world.buyer) == before
    assert (await world.evaluated(tender))["results"] == before["results"]
    for named in (ann, {"reference": bo["reference"]}, {"reference": "new", "person_id": bo["person_id"]}):
        await named_no_more(world, path, named, score)
    events = await world.told("evaluator.erased")
    assert [event["data"] for event in events] == [
        {"evaluator_id": who, "tender_id": tender["id"]} for who in ids
    ]
    assert {tuple(event["audience"]) for event in events} == {(f"org:{world.buyer.id}",)}


async def erase(world: World, path: str, evaluator_id: str) -> httpx2.Response:
    return await world.call("DELETE", f"{path}/panel/{evaluator_id}", as_=world.buyer)
