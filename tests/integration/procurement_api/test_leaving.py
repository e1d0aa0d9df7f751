"""Lots one by one: answers scored by lot, bids that leave one lot, a winner that leaves, nobody twice."""

from typing import Any

from tests.integration.procurement_api.test_lots import TERMS_BY_LOT, made, states
from tests.integration.procurement_api.world import Json, Party, World, bid_of, faults, line, refused

from cdp_common.kernel.identifiers import new_id


def both_lots(jobs: str) -> list[Json]:
    return [line("M-JOB", jobs, "fte_years", lot=lot) for lot in ("N", "S")]


async def test_answers_are_scored_by_lot_and_a_bid_leaves_one_lot_alone(world: World) -> None:
    tender = await made(world, {**TERMS_BY_LOT, "standstill": "none"})
    path = f"/v1/tenders/{tender['id']}"
    alder, birch = world.party("Alder"), world.party("Birch")
    a = (await world.submitted(tender, alder, bid_of(alder, both_lots("10"))))["bid_id"]
    b = (await world.submitted(tender, birch, bid_of(birch, both_lots("5"))))["bid_id"]
    early = await world.post(f"/v1/bids/{a}/withdrawal", {"ground": "Why"}, as_=alder)
    assert refused(early) == (409, "bid_not_opened")
    await world.opened(tender)
    alder, birch = world.renewed(alder), world.renewed(birch)
    await world.declared(tender)
    one = {"bid_id": a, "measure": "M-JOB", "score": "5", "reason": "Sound."}

    async def score(*scores: Json) -> Any:
        body = {"evaluator": {"reference": "e-1"}, "scores": scores}
        return await world.post(f"{path}/scores", body, as_=world.buyer)

    before = await world.state()
    for wrong, found in (
        (one, ("/scores/0/lot", "lot_missing")),
        ({**one, "lot": "E"}, ("/scores/0/lot", "lot_unknown")),
        ({**one, "lot": "N", "measure": "M-CARBON"}, ("/scores/0/measure", "measure_not_asked")),
        ({**one, "lot": "N", "bid_id": str(new_id())}, ("/scores/0/bid_id", "bid_unknown")),
    ):
        assert faults(await score(wrong)) == [found]
    assert await world.state() == before
    given = await score({**one, "lot": "N"}, {**one, "lot": "S", "score": "2"})
    assert [(each["lot"], each["version"]) for each in given.json()["scores"]] == [("N", 1), ("S", 1)]
    first = await world.evaluated(tender)
    points = {(each["lot"], each["bid_id"]): each["points"] for each in first["results"]}
    # 36 for the quantity, and of 24 for the answer all in N and two fifths in S.
    assert points == {("N", a): "60.0000", ("S", a): "45.6000", ("N", b): "18.0000", ("S", b): "18.0000"}

    # What happens in one lot leaves the other's decision alone.
    decision = {"lot": "N", "winner_bid_id": a, "reason": "The best."}
    await score({**one, "lot": "S", "score": "3"})
    await world.done("POST", f"{path}/decisions", decision, as_=world.buyer)
    other = await world.post(f"{path}/decisions", {**decision, "lot": "S"}, as_=world.buyer)
    assert refused(other) == (409, "evaluation_stale")
    await world.done("POST", f"{path}/summaries", {"lot": "N", "winner_bid_id": a}, as_=world.buyer)

    # The winner leaves: the lot is open again, and goes to the next.
    gone = {"ground": "We cannot deliver.", "lot": "N"}
    stranger = await world.post(f"/v1/bids/{a}/withdrawal", gone, as_=birch)
    assert refused(stranger) == (404, "bid_not_found")
    key = str(new_id())
    left = await world.post(f"/v1/bids/{a}/withdrawal", gone, as_=alder, key=key)
    assert (left.status_code, left.json()["lots"], left.json()["evaluation_version"]) == (201, ["N"], None)
    assert (await world.post(f"/v1/bids/{a}/withdrawal", gone, as_=alder, key=key)).content == left.content
    assert refused(await world.post(f"/v1/bids/{a}/withdrawal", gone, as_=alder)) == (409, "bid_removed")
    [told] = await world.told("bid.removed")
    assert told["data"] == {"bid_id": a, "tender_id": tender["id"], "removal": "withdrawn", "lots": ["N"]}
    assert set(told["audience"]) == {f"org:{alder.id}", f"org:{world.buyer.id}"}
    assert await states(world, tender) == [("N", "evaluated"), ("S", "evaluated")]
    evaluation = await world.done("GET", f"{path}/evaluation", as_=world.buyer)
    assert (evaluation["version"], evaluation["cause"]) == (2, "bid_withdrawn")
    assert [(each["lot"], each["bid_id"], each["points"]) for each in evaluation["results"]] == [
        ("N", b, "36.0000"),
        ("S", a, "50.4000"),
        ("S", b, "18.0000"),
    ]
    assert evaluation["removed"][0]["lots"] == ["N"]
    seen = await world.done("GET", f"/v1/bids/{a}", as_=alder)
    assert (seen["state"], seen["removed"][0]["ground"]) == ("opened", "We cannot deliver.")
    late = await world.post(f"{path}/decisions", decision, as_=world.buyer)
    assert faults(late) == [("/winner_bid_id", "bid_unknown")]
    await world.done("POST", f"{path}/decisions", {**decision, "winner_bid_id": b}, as_=world.buyer)
    await world.done("POST", f"{path}/summaries", {"lot": "N", "winner_bid_id": b}, as_=world.buyer)
    summary = await world.done("GET", f"/v1/bids/{a}/assessment?lot=N", as_=alder)
    assert (summary["own"], summary["further_explanation"]) == (
        None,
        "The bid was withdrawn after opening: We cannot deliver.",
    )
    award = {"bid_id": b, "lot": "N", "reference": "C-N", "signed_on": "2026-12-02", "value_gbp": "1.00"}
    await world.done("POST", f"{path}/award", award, as_=world.buyer)
    # After its contract is signed nobody leaves a lot, and nothing of it is scored.
    before = await world.state()
    late_leave = await world.post(f"/v1/bids/{b}/withdrawal", {**gone, "lot": "N"}, as_=birch)
    assert refused(late_leave) == (409, "lot_state_wrong")
    elsewhere = await world.post(f"/v1/bids/{b}/withdrawal", {**gone, "lot": "E"}, as_=birch)
    assert faults(elsewhere) == [("/lot", "lot_unknown")]
    late_score = await score({**one, "lot": "N", "bid_id": b})
    assert refused(late_score) == (409, "lot_state_wrong")
    assert await world.state() == before
    # Without a lot it is all that is left: the buyer excludes Birch from S.
    removal = {"removal": "excluded", "ground": "Schedule 7"}
    removed = await world.done("POST", f"/v1/bids/{b}/removal", removal, as_=world.buyer)
    assert (removed["lots"], removed["evaluation_version"]) == (["S"], 3)
    award = {**award, "bid_id": b, "lot": "S", "reference": "C-S"}
    assert refused(await world.post(f"{path}/award", award, as_=world.buyer)) == (409, "bid_removed")
    south = await world.done("POST", f"{path}/award", {**award, "bid_id": a}, as_=world.buyer)
    assert (south["lot"], south["bid_id"]) == ("S", a)
    assert await states(world, tender) == [("N", "signed"), ("S", "signed")]


COMPANY = {"scheme": "GB-COH", "id": "01234567", "legal_name": "Cedar Ltd", "lead": True}


async def test_of_an_organisations_bids_the_last_counts_and_nobody_learns_of_the_other(world: World) -> None:
    tender = await world.published()
    path = f"/v1/tenders/{tender['id']}"
    cedar, rowan = world.party("Cedar Ltd"), world.party("Rowan")
    world.partners.describe(cedar.id, "private", [{"scheme": "GB-COH", "id": "01234567"}])
    portals = [world.party("Portal"), world.party("Another portal")]
    for portal in portals:
        body = {"portal_organisation_id": str(portal.id)}
        await world.done("POST", f"{path}/portal-appointments", body, as_=world.buyer)

    async def bid(who: Party, hours: str, minute: int, *, portal: bool = False) -> str:
        world.move_to(f"2026-11-22T11:{minute:02}:00Z")
        lines = [line("M-JOB", "1", "fte_years"), line("M-HOURS", hours, "hours")]
        body = bid_of(who, lines)
        if portal:
            body = {**body, "tenderers": [COMPANY]}
            del body["tenderer"]
        return str((await world.submitted(tender, world.renewed(who), body))["bid_id"])

    own = await bid(cedar, "100", 1)
    by_first = await bid(portals[0], "200", 3, portal=True)
    by_second = await bid(portals[1], "300", 2, portal=True)
    rival = await bid(rowan, "100", 4)
    # Whoever submits twice for the same bidder knows of it, and is refused.
    again = {**bid_of(portals[0], [line("M-JOB", "1", "fte_years")]), "tenderers": [COMPANY]}
    del again["tenderer"]
    twice = await world.post(f"{path}/bids", again, as_=world.renewed(portals[0]))
    assert refused(twice) == (409, "bid_exists")

    opening = await world.opened(tender)
    assert {each["id"]: each["state"] for each in opening["bids"]} == dict.fromkeys(
        (own, by_first, by_second, rival), "opened"
    )
    superseded = {each["id"]: each["superseded"] for each in opening["bids"] if each["superseded"]}
    assert superseded == {
        own: [{"bid_id": own, "by_bid_id": by_second, "lots": []}],
        by_second: [{"bid_id": by_second, "by_bid_id": by_first, "lots": []}],
    }
    told = {event["data"]["bid_id"]: set(event["audience"]) for event in await world.told("bid.superseded")}
    cedars, buyers = f"org:{cedar.id}", f"org:{world.buyer.id}"
    assert told == {own: {cedars, buyers}, by_second: {cedars, buyers, f"org:{portals[1].id}"}}
    evaluation = await world.evaluated(tender)
    assert {each["bid_id"] for each in evaluation["results"]} == {by_first, rival}
    assert [each["bid_id"] for each in evaluation["superseded"]] == sorted([own, by_second])
    award = {"bid_id": own, "reference": "C-1", "signed_on": "2026-12-15", "value_gbp": "1.00"}
    assert refused(await world.post(f"{path}/award", award, as_=world.buyer)) == (409, "bid_removed")
    # It proves that the portal had no authority: its bid goes, and the word before it counts again.
    for bid_id, counting in ((by_first, by_second), (by_second, own)):
        removal = {"removal": "excluded", "ground": "Not authorised by the company."}
        await world.done("POST", f"/v1/bids/{bid_id}/removal", removal, as_=world.buyer)
        evaluation = await world.done("GET", f"{path}/evaluation", as_=world.buyer)
        assert {each["bid_id"] for each in evaluation["results"]} == {counting, rival}
    assert (await world.done("POST", f"{path}/award", award, as_=world.buyer))["bid_id"] == own
