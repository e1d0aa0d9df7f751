"""Assessment summaries: own scores and the winner's, nothing of other rivals, frozen when they are sent."""

import json
from typing import Any

import pytest
from tests.integration.procurement_api.world import Json, Party, World, bid_of, faults, line, refused

from cdp_common.kernel.identifiers import new_id

# The highest offer of hours is the second's, and that of jobs the third's, who wins.
OFFERED = (("6.25", "123.5"), ("10.5", "987.5"), ("11.75", "700.25"))


class Decided:
    """An evaluated tender with three bids, each answer scored."""

    def __init__(self, world: World, tender: Json, bids: list[str], bidders: list[Party]) -> None:
        self.world, self.tender, self.bids, self.bidders = world, tender, bids, bidders
        self.path = f"/v1/tenders/{tender['id']}"

    async def send(self, winner: int | None = 2, **changes: Any) -> Any:
        body = {"winner_bid_id": None if winner is None else self.bids[winner], **changes}
        return await self.world.post(f"{self.path}/summaries", body, as_=self.world.buyer)

    async def told(self, number: int, query: str = "") -> Any:
        bidder = self.world.renewed(self.bidders[number])
        return await self.world.get(f"/v1/bids/{self.bids[number]}/assessment{query}", as_=bidder)

    async def points(self) -> dict[str, str]:
        evaluation = await self.world.done("GET", f"{self.path}/evaluation", as_=self.world.buyer)
        return {result["bid_id"]: result["points"] for result in evaluation["results"]}


@pytest.fixture
async def decided(world: World) -> Decided:
    tender = await world.published()
    bidders = [world.party(f"Bidder {number}") for number in range(3)]
    bids = []
    for bidder, (jobs, hours) in zip(bidders, OFFERED, strict=True):
        lines = [line("M-JOB", jobs, "fte_years"), line("M-HOURS", hours, "hours", lot="1")]
        bids.append((await world.submitted(tender, bidder, bid_of(bidder, lines)))["bid_id"])
    await world.opened(tender)
    await world.declared(tender)
    scores = [
        {"bid_id": bid, "measure": "M-JOB", "score": score, "reason": f"Reason of {number}"}
        for number, (bid, score) in enumerate(zip(bids, ("2", "3", "5"), strict=True))
    ]
    body = {"evaluator": {"reference": "e-1"}, "scores": scores}
    await world.done("POST", f"/v1/tenders/{tender['id']}/scores", body, as_=world.buyer)
    await world.evaluated(tender)
    return Decided(world, tender, bids, bidders)


async def test_a_bidder_is_told_its_own_and_the_winners_scores_and_nothing_of_other_rivals(decided: Decided):
    world = decided.world
    assert refused(await decided.told(0)) == (409, "assessment_not_ready")
    before = len(await world.told("tender.summaries_sent"))
    sent = (await decided.send(criteria_url="https://buyer.example/criteria")).json()
    assert (sent["evaluation_version"], sent["lot"], sent["bid_ids"]) == (1, None, sorted(decided.bids))
    points = await decided.points()
    summary = (await decided.told(0)).json()
    assert (summary["own"]["points"], summary["winner"]["points"]) == (
        points[decided.bids[0]],
        points[decided.bids[2]],
    )
    assert (summary["own_is_winner"], summary["criteria_url"], summary["withheld"]) == (
        False,
        "https://buyer.example/criteria",
        [],
    )
    jobs, hours = summary["own"]["criteria"][:2]
    assert (jobs["title"], jobs["weight"], jobs["quantitative_available"], jobs["qualitative_available"]) == (
        "Measure M-JOB",
        "40",
        "24.0",
        "16.0",
    )
    assert (jobs["qualitative_score"], jobs["reason"]) == ("2", "Reason of 0")
    # The winner's offer of jobs is the highest, and told; that of hours is another rival's, and is not.
    assert jobs["explanation"].startswith("185737.50 ÷ the highest bid's value 349186.50 × 24.0 = ")
    assert hours["explanation"].startswith("2218.06 ÷ the highest bid's value (another bidder's) × 21.0 = ")
    assert summary["winner"]["criteria"][0]["reason"] == "Reason of 2"
    text = json.dumps(summary)
    for secret in (
        "Bidder 1",
        decided.bids[1],
        "987.5",
        "17735.50",
        "10.5",
        "Reason of 1",
        points[decided.bids[1]],
    ):
        assert secret not in text
    of_winner = (await decided.told(2)).json()
    assert (of_winner["own"], of_winner["own_is_winner"]) == (of_winner["winner"], True)
    [event] = (await world.told("tender.summaries_sent"))[before:]
    assert event["data"] == {"tender_id": decided.tender["id"], "lot": None, "sent_at": sent["sent_at"]}
    parties = [world.buyer, *decided.bidders]
    assert sorted(event["audience"]) == sorted(f"org:{party.id}" for party in parties)


async def test_what_is_withheld_is_named_with_its_ground_and_its_reason_is_the_buyers(decided: Decided):
    piece = {"measure": "M-JOB", "piece": "value", "ground": "sensitive_commercial_information"}
    reasons = {"measure": None, "piece": "reason", "ground": "national_security"}
    withhold = [{**piece, "reason": "A trade secret"}, {**reasons, "reason": "Agreed with them"}]
    further = [{"bid_id": decided.bids[0], "explanation": "Another bid has more points."}]
    assert (await decided.send(withhold=withhold, further_explanations=further)).status_code == 201
    summary = (await decided.told(0)).json()
    assert summary["withheld"] == [piece, reasons]
    jobs, hours = summary["winner"]["criteria"][:2]
    assert (jobs["value_gbp"], jobs["explanation"], jobs["reason"], jobs["points"]) == (
        None,
        None,
        None,
        "40.0000",
    )
    assert (hours["value_gbp"], summary["winner"]["total_value_gbp"]) == ("12576.49", None)
    own = summary["own"]["criteria"][0]
    assert own["reason"] == "Reason of 0"
    assert "the highest bid's value (another bidder's)" in own["explanation"]
    assert "349186.50" not in json.dumps(summary)
    assert "trade secret" not in json.dumps(summary)
    assert summary["further_explanation"] == "Another bid has more points."
    of_winner = (await decided.told(2)).json()
    assert (of_winner["withheld"], of_winner["own"]["criteria"][0]["value_gbp"]) == ([], "349186.50")


async def test_summaries_are_sent_once_for_a_lot_and_stay_as_they_were(decided: Decided):
    world = decided.world
    ground = {"removal": "excluded", "ground": "Schedule 7, paragraph 12"}
    await world.done("POST", f"/v1/bids/{decided.bids[1]}/removal", ground, as_=world.buyer)
    await decided.send(lot="1")
    first = (await decided.told(0)).json()
    assert (first["lot"], first["evaluation_version"]) == ("1", 2)
    removed = (await decided.told(1)).json()
    assert (removed["own"], removed["further_explanation"]) == (
        None,
        "The bid was excluded after opening: Schedule 7, paragraph 12",
    )
    before = await world.state()
    assert refused(await decided.send(lot="1")) == (409, "summaries_sent_already")
    assert await world.state() == before
    assert refused(await decided.told(0, "?lot=2")) == (409, "assessment_not_ready")
    await world.evaluated(decided.tender)
    assert (await decided.told(0)).json() == first
    await decided.send(None, lot="2")
    second = (await decided.told(0)).json()
    assert (second["lot"], second["winner"], second["own_is_winner"]) == ("2", None, False)
    assert (await decided.told(0, "?lot=1")).json() == first


async def test_summaries_that_do_not_hold_are_refused_and_nothing_is_sent(decided: Decided):
    world = decided.world
    before = await world.state()
    unknown = str(new_id())
    piece = {"measure": "M-NONE", "piece": "value", "ground": "national_security", "reason": "Why"}
    further = {"bid_id": unknown, "explanation": "Why"}
    response = await decided.send(
        winner_bid_id=unknown, lot="9", withhold=[piece], further_explanations=[further]
    )
    assert faults(response) == [
        ("/lot", "lot_unknown"),
        ("/winner_bid_id", "bid_unknown"),
        ("/withhold/0/measure", "measure_not_asked"),
        ("/further_explanations/0/bid_id", "bid_unknown"),
    ]
    assert await world.state() == before
    score = {"bid_id": decided.bids[0], "measure": "M-JOB", "score": "5", "reason": "Why"}
    body = {"evaluator": {"reference": "e-1"}, "scores": [score]}
    await world.done("POST", f"{decided.path}/scores", body, as_=world.buyer)
    before = await world.state()
    assert refused(await decided.send()) == (409, "evaluation_stale")
    assert await world.state() == before
    await world.evaluated(decided.tender)
    award = {"bid_id": decided.bids[0], "reference": "C-1", "signed_on": "2026-12-15", "value_gbp": "1.00"}
    await world.done("POST", f"{decided.path}/award", award, as_=world.buyer)
    assert faults(await decided.send()) == [("/winner_bid_id", "winner_not_awarded")]
    assert (await decided.send(0)).status_code == 201
