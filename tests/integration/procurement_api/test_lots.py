"""Lots one by one: decided, told, waited for, signed; and a whole tender by the same steps."""

from tests.integration.procurement_api.world import (
    TERMS,
    Json,
    Party,
    World,
    bid_of,
    faults,
    line,
    refused,
    tender_draft,
)

TERMS_BY_LOT: Json = {
    **TERMS,
    "award_by": "lot",
    "standstill": "mandatory",
    "measures": [{"measure": "M-JOB", "weight": "60"}, {"measure": "M-HOURS", "weight": "40"}],
}


async def made(world: World, terms: Json) -> Json:
    draft = tender_draft(world, terms=terms)
    tender = await world.done("POST", "/v1/tenders", draft, as_=world.buyer)
    path = f"/v1/tenders/{tender['id']}"
    etag = await world.etag(path, as_=world.buyer)
    return await world.done("POST", f"{path}/publish", as_=world.buyer, if_match=etag)


async def states(world: World, tender: Json) -> list[tuple[str | None, str]]:
    answer = await world.done("GET", f"/v1/tenders/{tender['id']}/lots", as_=world.buyer)
    return [(lot["lot"], lot["state"]) for lot in answer["items"]]


async def test_each_lot_is_decided_told_waited_for_and_signed(world: World) -> None:
    tender = await made(world, TERMS_BY_LOT)
    path, bidder, rival = f"/v1/tenders/{tender['id']}", world.party("Bidder"), world.party("Rival")
    lines = [
        line("M-JOB", "2", "fte_years", lot="N"),
        line("M-JOB", "1", "fte_years", lot="S"),
        line("M-HOURS", "100", "hours", once_if_any_won=True),
    ]
    bad = await world.post(f"{path}/bids", bid_of(bidder, [line("M-JOB", "1", "fte_years")]), as_=bidder)
    assert faults(bad) == [("/lines/0/lot", "lot_missing")]
    both = line("M-JOB", "1", "fte_years", lot="N", once_if_any_won=True)
    bad = await world.post(f"{path}/bids", bid_of(bidder, [both]), as_=bidder)
    assert faults(bad) == [("/lines/0/lot", "lot_not_expected")]
    bid = (await world.submitted(tender, bidder, bid_of(bidder, lines)))["bid_id"]
    other = (await world.submitted(tender, rival, bid_of(rival, lines[:1])))["bid_id"]
    assert await states(world, tender) == [("N", "waiting"), ("S", "waiting")]
    await world.opened(tender)
    assert await states(world, tender) == [("N", "opened"), ("S", "opened")]
    await world.evaluated(tender)
    await _expect_results_by_lot(world, path, bid, other)
    award = {"bid_id": bid, "lot": "N", "reference": "C-N", "signed_on": "2026-12-29", "value_gbp": "1.00"}
    assert refused(await world.post(f"{path}/award", award, as_=world.buyer)) == (409, "standstill_missing")

    decision = {"lot": "N", "winner_bid_id": bid, "reason": "The best of two."}
    decided = await world.done("POST", f"{path}/decisions", decision, as_=world.buyer)
    assert (decided["state"], decided["winner_bid_id"]) == ("decided", bid)
    assert decided["standstill_applies"] is True
    before = await world.state()
    again = await world.post(f"{path}/decisions", {**decision, "winner_bid_id": other}, as_=world.buyer)
    assert refused(again) == (409, "lot_decided")
    notice = {"lot": "N", "award_notice_on": "2026-12-15", "notice_reference": "UK6-1"}
    early = await world.post(f"{path}/standstills", notice, as_=world.buyer)
    assert refused(early) == (409, "lot_state_wrong")
    wrong = await world.post(f"{path}/summaries", {"lot": "N", "winner_bid_id": other}, as_=world.buyer)
    assert refused(wrong) == (409, "lot_decided")
    for step in ("decisions", "summaries"):
        elsewhere = {"lot": "S", "winner_bid_id": other, **({"reason": "?"} if step == "decisions" else {})}
        answer = await world.post(f"{path}/{step}", elsewhere, as_=world.buyer)
        assert faults(answer) == [("/winner_bid_id", "bid_unknown")]
    whole = await world.post(f"{path}/summaries", {"winner_bid_id": bid}, as_=world.buyer)
    assert faults(whole) == [("/lot", "lot_missing")]
    assert await world.state() == before
    await world.done("POST", f"{path}/summaries", {"lot": "N", "winner_bid_id": bid}, as_=world.buyer)
    assert await states(world, tender) == [("N", "summaries_sent"), ("S", "evaluated")]
    assessed = await world.done("GET", f"/v1/bids/{other}/assessment", as_=world.renewed(rival))
    assert (assessed["lot"], assessed["own"]["points"], assessed["winner"]["bid_id"]) == ("N", "36.0000", bid)
    await _expect_less_only_of_the_lot_untold(world, (bid, bidder), (other, rival))
    waiting = await world.done("POST", f"{path}/standstills", notice, as_=world.buyer)
    await _expect_less_only_of_the_lot_untold(world, (bid, bidder), (other, rival), of_south="0.7")
    assert (waiting["state"], waiting["standstill_ends_on"]) == ("standstill", "2026-12-24")
    twice = await world.post(f"{path}/standstills", notice, as_=world.buyer)
    assert refused(twice) == (409, "lot_standstill_begun")

    world.move_to("2026-12-24T23:59:59Z")
    soon = await world.post(f"{path}/award", award, as_=world.buyer)
    assert refused(soon) == (409, "standstill_running")
    assert soon.json()["standstill_ends_on"] == "2026-12-24"
    world.move_to("2026-12-29T09:00:00Z")
    dated = await world.post(f"{path}/award", {**award, "signed_on": "2026-12-24"}, as_=world.buyer)
    assert refused(dated) == (409, "standstill_running")
    loser = await world.post(f"{path}/award", {**award, "bid_id": other}, as_=world.buyer)
    assert refused(loser) == (409, "lot_decided")
    north = await world.done("POST", f"{path}/award", award, as_=world.buyer)
    assert (north["lot"], [each["measure"] for each in north["lines"]]) == ("N", ["M-JOB", "M-HOURS"])
    assert await states(world, tender) == [("N", "signed"), ("S", "evaluated")]
    assert (await world.done("GET", path))["state"] == "evaluated"
    assert await world.told("tender.awarded") == []
    repeat = await world.post(f"{path}/award", {**award, "reference": "C-N2"}, as_=world.buyer)
    assert refused(repeat) == (409, "tender_state_wrong")

    # Of what the contract owes, in the lot or once, no less is accepted any more; of the other lot it may be.
    read = await world.done("GET", f"/v1/bids/{bid}", as_=world.renewed(bidder))
    line_ids = {(each["measure"], each["lot"]): each["line_id"] for each in read["lines"]}
    before = await world.state()
    for settled in (("M-JOB", "N"), ("M-HOURS", None)):
        less = {"line_id": line_ids[settled], "accepted_quantity": "0.5", "reason": "Why"}
        answer = await world.post(f"/v1/bids/{bid}/accepted-quantities", less, as_=world.buyer)
        assert refused(answer) == (409, "lot_state_wrong"), settled
    assert await world.state() == before
    less = {"line_id": line_ids["M-JOB", "S"], "accepted_quantity": "0.5", "reason": "Half a year."}
    await world.done("POST", f"/v1/bids/{bid}/accepted-quantities", less, as_=world.buyer)

    # The other lot by the same steps; what is owed once is owed already.
    decision = {"lot": "S", "winner_bid_id": bid, "reason": "The only one."}
    await world.done("POST", f"{path}/decisions", decision, as_=world.buyer)
    await world.done("POST", f"{path}/summaries", {"lot": "S", "winner_bid_id": bid}, as_=world.buyer)
    notice = {"lot": "S", "award_notice_on": "2026-12-29"}
    begun = await world.done("POST", f"{path}/standstills", notice, as_=world.buyer)
    assert begun["standstill_ends_on"] == "2027-01-08"
    world.move_to("2027-01-09T00:00:00Z")
    award = {**award, "lot": "S", "reference": "C-S", "signed_on": "2027-01-09"}
    south = await world.done("POST", f"{path}/award", award, as_=world.buyer)
    assert [(each["measure"], each["quantity"]) for each in south["lines"]] == [("M-JOB", "0.5")]
    assert await states(world, tender) == [("N", "signed"), ("S", "signed")]
    assert (await world.done("GET", path))["state"] == "awarded"
    assert len(await world.told("tender.awarded")) == 1
    record = await world.done("GET", f"/v1/ocds/records/{tender['ocid']}")
    compiled = record["records"][0]["compiledRelease"]
    assert [each["relatedLots"] for each in compiled["awards"]] == [["N"], ["S"]]
    assert compiled["tender"]["status"] == "complete"


async def _expect_less_only_of_the_lot_untold(
    world: World, *bids: tuple[str, Party], of_south: str = "0.8"
) -> None:
    """Bidders were told of N: no less is accepted of what counts there, whoever bids it; of S it may be."""
    found: dict[tuple[str, str | None], str] = {}
    for bid, bidder in bids:
        read = await world.done("GET", f"/v1/bids/{bid}", as_=world.renewed(bidder))
        found |= {(bid, each["lot"]): each["line_id"] for each in read["lines"]}
    before = await world.state()
    for (bid, lot), line_id in found.items():
        if lot == "S":
            continue
        less = {"line_id": line_id, "accepted_quantity": of_south, "reason": "Owed already."}
        answer = await world.post(f"/v1/bids/{bid}/accepted-quantities", less, as_=world.buyer)
        assert refused(answer) == (409, "lot_state_wrong"), lot
    assert await world.state() == before
    bid = bids[0][0]
    less = {"line_id": found[bid, "S"], "accepted_quantity": of_south, "reason": "Owed already."}
    await world.done("POST", f"/v1/bids/{bid}/accepted-quantities", less, as_=world.buyer)


async def _expect_results_by_lot(world: World, path: str, bid: str, other: str) -> None:
    """Both bid the same for N, where one is ahead by what it owes once; in S it is alone."""
    evaluation = await world.done("GET", f"{path}/evaluation", as_=world.buyer)
    told = [(one["lot"], one["bid_id"], one["rank"], one["points"]) for one in evaluation["results"]]
    assert told == [
        ("N", bid, 1, "60.0000"),
        ("N", other, 2, "36.0000"),
        ("S", bid, 1, "60.0000"),
    ]
    jobs, hours = evaluation["results"][2]["measures"]
    assert (jobs["quantity"], jobs["weight"], hours["quantity"]) == ("1", "60", "100")
    assert hours["explanation"].startswith("Owed once, whichever lots are won: counted in each lot")


async def test_a_lot_that_goes_to_nobody_ends_the_tender_once_another_is_signed(world: World) -> None:
    tender = await made(world, {**TERMS_BY_LOT, "standstill": "none"})
    path, bidder = f"/v1/tenders/{tender['id']}", world.party("Bidder")
    bid = (await world.submitted(tender, bidder, bid_of(bidder, [line("M-JOB", "2", "fte_years", lot="N")])))[
        "bid_id"
    ]
    await world.opened(tender)
    await world.evaluated(tender)
    award = {"bid_id": bid, "reference": "C", "signed_on": "2026-12-15", "value_gbp": "1.00"}
    for lot, found in ((None, "lot_missing"), ("X", "lot_unknown"), ("S", "bid_not_for_lot")):
        response = await world.post(f"{path}/award", {**award, "lot": lot}, as_=world.buyer)
        assert faults(response)[0][1] == found
    await world.done("POST", f"{path}/award", {**award, "lot": "N"}, as_=world.buyer)
    assert await states(world, tender) == [("N", "signed"), ("S", "evaluated")]
    nobody = {"lot": "S", "winner_bid_id": None, "reason": "No bid."}
    decided = await world.done("POST", f"{path}/decisions", nobody, as_=world.buyer)
    assert decided["state"] == "not_awarded"
    assert (await world.done("GET", path))["state"] == "awarded"


async def test_a_tender_awarded_whole_keeps_its_standstill_too(world: World) -> None:
    tender = await made(world, {**TERMS, "standstill": "mandatory"})
    path, bidder = f"/v1/tenders/{tender['id']}", world.party("Bidder")
    bid = (await world.submitted(tender, bidder))["bid_id"]
    await world.opened(tender)
    await world.evaluated(tender)
    assert await states(world, tender) == [(None, "evaluated")]
    # Where it is told lot by lot the first sending fixes what the one evaluation rests on.
    await world.done("POST", f"{path}/summaries", {"lot": "S", "winner_bid_id": bid}, as_=world.buyer)
    assert await states(world, tender) == [(None, "evaluated")]
    read = await world.done("GET", f"/v1/bids/{bid}", as_=world.renewed(bidder))
    less = {"line_id": read["lines"][0]["line_id"], "accepted_quantity": "1", "reason": "Owed already."}
    before = await world.state()
    answer = await world.post(f"/v1/bids/{bid}/accepted-quantities", less, as_=world.buyer)
    assert refused(answer) == (409, "lot_state_wrong")
    assert await world.state() == before
    await world.done("POST", f"{path}/summaries", {"winner_bid_id": bid}, as_=world.buyer)
    before = await world.state()
    early = await world.post(f"{path}/standstills", {"award_notice_on": "2026-11-30"}, as_=world.buyer)
    assert faults(early) == [("/award_notice_on", "notice_before_summaries")]
    assert await world.state() == before
    unknown = await world.post(f"{path}/standstills", {"award_notice_on": "2028-12-29"}, as_=world.buyer)
    assert faults(unknown) == [("/award_notice_on", "working_days_unknown")]
    await world.done("POST", f"{path}/standstills", {"award_notice_on": "2026-12-01"}, as_=world.buyer)
    world.move_to("2026-12-11T09:00:00Z")
    award = {"bid_id": bid, "reference": "C", "signed_on": "2026-12-11", "value_gbp": "1.00"}
    contract = await world.done("POST", f"{path}/award", award, as_=world.buyer)
    assert (contract["lot"], len(contract["lines"])) == (None, 3)
    assert await states(world, tender) == [(None, "signed")]
