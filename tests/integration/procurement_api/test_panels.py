"""Panels: people score on their own, a moderator agrees, and nobody checks themselves."""

from typing import Any

import pytest
from tests.integration.procurement_api.world import (
    TERMS,
    Json,
    Party,
    World,
    bid_of,
    faults,
    line,
    moderated,
    refused,
)

from cdp_common.kernel.identifiers import new_id

LINES = [line("M-JOB", "10", "fte_years"), line("M-HOURS", "100", "hours")]


class Judged:
    """An opened tender with two bids, and a panel that signs in."""

    def __init__(self, world: World, tender: Json, bid_ids: list[str], bidders: list[Party]) -> None:
        self.world, self.tender, self.bid_ids, self.bidders = world, tender, bid_ids, bidders
        self.path = f"/v1/tenders/{tender['id']}"
        self.ann, self.ben = self.signed_in("evaluator"), self.signed_in("evaluator")
        self.mo = self.signed_in("moderator")

    def signed_in(self, *roles: str) -> Party:
        """A person of the buyer's, with roles in the place."""
        place = self.world.partners.place_id
        token = self.world.mint.token(
            org=self.world.buyer.id, scopes=["evaluations:write"], roles={place: roles}, person=new_id()
        )
        return Party(self.world.buyer.id, token)

    async def declare(self, who: Party, *conflicts: Json, **more: Any) -> Any:
        body = {"conflicts": conflicts, **more}
        return await self.world.post(f"{self.path}/interests", body, as_=who)

    async def score(self, who: Party, score: str, number: int = 0, **more: Any) -> Any:
        body = {"scores": [self.one(score, number)], **more}
        return await self.world.post(f"{self.path}/scores", body, as_=who)

    async def moderate(self, who: Party, score: str, number: int = 0, **more: Any) -> Any:
        body = {"scores": [self.one(score, number)], **more}
        return await self.world.post(f"{self.path}/moderations", body, as_=who)

    def one(self, score: str, number: int) -> Json:
        return {
            "bid_id": self.bid_ids[number],
            "measure": "M-JOB",
            "score": score,
            "reason": f"Worth {score}",
        }

    async def sees(self, who: Party, query: str = "") -> list[str]:
        """The scores that somebody sees."""
        page = await self.world.done("GET", f"{self.path}/scores{query}", as_=who)
        return [score["score"] for score in page["items"]]

    async def answer(self, number: int = 0) -> tuple[str, str, Any]:
        """Points and words for the first measure in a new evaluation, and how its answer was scored."""
        evaluation = await self.world.evaluated(self.tender)
        result = next(one for one in evaluation["results"] if one["bid_id"] == self.bid_ids[number])
        part = result["measures"][0]
        return part["qualitative_points"], part["explanation"].split(". ")[1], part["answer"]


@pytest.fixture
async def judged(world: World) -> Judged:
    tender = await world.published(moderated(TERMS))
    bidders = [world.party(f"Bidder {number}") for number in range(2)]
    receipts = [await world.submitted(tender, bidder, bid_of(bidder, LINES)) for bidder in bidders]
    await world.opened(tender)
    return Judged(world, tender, [receipt["bid_id"] for receipt in receipts], bidders)


async def test_people_score_on_their_own_and_what_is_agreed_counts(judged: Judged):
    for person in (judged.ann, judged.ben, judged.mo):
        assert (await judged.declare(person)).status_code == 201
    for person, score in ((judged.ann, "3"), (judged.ben, "5")):
        assert (await judged.score(person, score)).status_code == 201
    assert (await judged.sees(judged.ann), await judged.sees(judged.ben)) == (["3"], ["5"])
    assert await judged.sees(judged.mo) == ["3", "5"]
    assert await judged.sees(judged.world.buyer) == []  # the client named neither of them
    waiting = "The panel's scores of the written answer are not moderated: 0 of 16.0 points."
    assert await judged.answer() == ("0", waiting, None)
    told = await judged.world.post(
        f"{judged.path}/summaries", {"winner_bid_id": None}, as_=judged.world.buyer
    )
    assert refused(told) == (409, "moderation_missing")

    moderation = (await judged.moderate(judged.mo, "4")).json()
    assert len(moderation["scores"][0]["rests_on"]) == 2
    assert await judged.sees(judged.ann) == ["3", "5"]
    points, words, answer = await judged.answer()
    assert (points, words) == ("12.8000", "Panel score 4 ÷ 5 × 16.0 = 12.8000 points for the answer.")
    assert (answer["score"], answer["reason"], answer["moderator_id"]) == (
        "4",
        "Worth 4",
        moderation["moderator_id"],
    )
    assert [(one["score"], one["reason"]) for one in answer["scores"]] == [("3", "Worth 3"), ("5", "Worth 5")]

    assert (await judged.score(judged.ann, "4")).json()["scores"][0]["version"] == 2
    changed = (
        "The panel's scores of the written answer have changed since they were moderated: 0 of 16.0 points."
    )
    assert await judged.answer() == ("0", changed, None)
    again = (await judged.moderate(judged.mo, "4.5")).json()
    assert again["scores"][0]["version"] == 2
    assert (await judged.answer())[0] == "14.4000"
    rows = await judged.world.rows()
    assert (rows["answer_scores"], rows["consensus_scores"], rows["evaluations"]) == (3, 2, 4)


async def test_nobody_checks_themselves_whatever_name_they_come_under(judged: Judged):
    place, person = judged.world.partners.place_id, new_id()
    token = judged.world.mint.token(
        org=judged.world.buyer.id,
        scopes=["evaluations:write"],
        roles={place: ["evaluator", "moderator"]},
        person=person,
    )
    both = Party(judged.world.buyer.id, token)
    named = {"reference": "r-1", "name": "A Person", "person_id": str(person)}
    await judged.declare(both)
    await judged.score(both, "3")
    assert (await judged.declare(judged.world.buyer, evaluator=named)).status_code == 201
    before = await judged.world.state()
    assert refused(await judged.moderate(both, "3")) == (403, "four_eyes_missing")
    assert refused(await judged.moderate(judged.world.buyer, "3", moderator=named)) == (
        403,
        "four_eyes_missing",
    )
    assert await judged.world.state() == before
    await judged.declare(judged.mo)
    await judged.moderate(judged.mo, "3")
    other_role = judged.world.mint.token(
        org=judged.world.buyer.id, scopes=["evaluations:write"], roles={place: ["evaluator"]}, person=new_id()
    )
    assert refused(await judged.score(Party(judged.world.buyer.id, other_role), "3")) == (
        409,
        "interests_undeclared",
    )
    panel = await judged.world.done("GET", f"{judged.path}/panel", as_=judged.world.buyer)
    assert [(one["asserted"], one["reference"], one["name"]) for one in panel["members"]] == [
        (False, None, None),
        (True, "r-1", "A Person"),
        (False, None, None),
    ]


async def test_a_conflict_of_interest_keeps_away_and_takes_earlier_scores_out(judged: Judged):
    world, one = judged.world, judged.bid_ids[0]
    for person in (judged.ann, judged.ben, judged.mo):
        await judged.declare(person)
    await judged.score(judged.ann, "1")
    await judged.score(judged.ben, "5")
    await judged.moderate(judged.mo, "3")
    declared = await judged.declare(judged.ann, {"bid_id": one, "nature": "Worked there"})
    assert declared.json()["version"] == 2
    before = await world.state()
    assert refused(await judged.score(judged.ann, "5")) == (403, "conflict_declared")
    assert await world.state() == before
    assert (await judged.score(judged.ann, "5", number=1)).status_code == 201
    assert (await judged.answer())[0] == "0"
    assert len((await judged.moderate(judged.mo, "5")).json()["scores"][0]["rests_on"]) == 1
    assert (await judged.answer())[0] == "16.0000"


async def test_whoever_may_not_judge_is_refused_and_nothing_is_kept(judged: Judged):
    world, buyer, named = judged.world, judged.world.buyer, {"reference": "r-1"}
    before = await world.state()
    assert refused(await judged.score(buyer, "3")) == (422, "evaluator_unnamed")
    assert refused(await judged.score(buyer, "3", evaluator=named)) == (409, "interests_undeclared")
    assert refused(await judged.score(judged.ann, "3", evaluator=named)) == (403, "evaluator_not_caller")
    assert refused(await judged.declare(judged.signed_in("officer"))) == (403, "role_missing")
    assert refused(await judged.moderate(judged.ann, "3")) == (403, "role_missing")
    assert refused(await judged.score(judged.mo, "3")) == (403, "role_missing")
    of_bidder = {**named, "organisation_id": str(judged.bidders[0].id)}
    assert refused(await judged.declare(buyer, evaluator=of_bidder)) == (403, "evaluator_is_bidder")
    unknown = {"bid_id": str(new_id()), "nature": "None"}
    assert faults(await judged.declare(judged.ann, unknown)) == [("/conflicts/0/bid_id", "bid_unknown")]
    assert await world.state() == before
    await judged.declare(judged.mo)
    before = await world.state()
    assert refused(await judged.moderate(judged.mo, "3")) == (409, "nothing_to_moderate")
    assert await world.state() == before


async def test_a_portal_that_acts_for_the_buyer_posts_the_panels_scores(judged: Judged):
    """It names the evaluators and the moderator; with a token of its own it may not, appointed or not."""
    world, portal = judged.world, judged.world.party("Portal")
    token = world.mint.token(
        org=judged.world.buyer.id, act=portal.id, client_id="portal", scopes=["evaluations:write"]
    )
    acting = Party(world.buyer.id, token)
    named: dict[str, Any] = {"evaluator": {"reference": "r-1", "name": "A Person"}}
    before = await world.state()
    assert refused(await judged.declare(portal, **named)) == (403, "not_the_buyer")
    assert refused(await judged.score(portal, "3", **named)) == (403, "not_the_buyer")
    assert await world.state() == before
    moderator = {"reference": "r-2"}
    assert (await judged.declare(acting, **named)).status_code == 201
    assert (await judged.declare(acting, evaluator=moderator)).status_code == 201
    assert (await judged.score(acting, "3", **named)).json()["scores"][0]["score"] == "3"
    assert (await judged.moderate(acting, "4", moderator=moderator)).status_code == 201
    assert (await judged.answer())[0] == "12.8000"
    panel = await world.done("GET", f"{judged.path}/panel", as_=world.buyer)
    assert [(one["reference"], one["asserted"]) for one in panel["members"]] == [("r-1", True), ("r-2", True)]


async def test_what_a_moderator_set_who_names_the_bid_later_waits_for_another_moderator(judged: Judged):
    other = judged.signed_in("moderator")
    for person in (judged.ann, judged.mo, other):
        await judged.declare(person)
    for number in (0, 1):
        await judged.score(judged.ann, "3", number)
        await judged.moderate(judged.mo, "4", number)
    assert (await judged.answer())[0] == "12.8000"
    await judged.declare(judged.mo, {"bid_id": judged.bid_ids[0], "nature": "Worked there"})
    waiting = "Whoever set the agreed score has declared an interest in the bid since: 0 of 16.0 points."
    assert await judged.answer() == ("0", waiting, None)
    assert (await judged.answer(1))[0] == "12.8000"
    told = await judged.world.post(
        f"{judged.path}/summaries", {"winner_bid_id": None}, as_=judged.world.buyer
    )
    assert refused(told) == (409, "moderation_missing")
    assert (await judged.moderate(other, "2")).status_code == 201
    assert (await judged.answer())[0] == "6.4000"


async def test_another_evaluator_takes_the_place_of_the_only_one_who_names_the_bid_later(world: World):
    tender = await world.published()
    bidder = world.party("Bidder")
    receipt = await world.submitted(tender, bidder, bid_of(bidder, LINES))
    await world.opened(tender)
    judged = Judged(world, tender, [receipt["bid_id"]], [bidder])
    for person in (judged.ann, judged.ben):
        await judged.declare(person)
    await judged.score(judged.ann, "3")
    await judged.declare(judged.ann, {"bid_id": judged.bid_ids[0], "nature": "Worked there"})
    assert (await judged.answer())[0] == "0"
    assert (await judged.score(judged.ben, "5")).status_code == 201
    assert (await judged.answer())[0] == "16.0000"


async def test_one_evaluator_scores_an_answer_where_the_terms_ask_for_one(world: World):
    tender = await world.published()
    bidder = world.party("Bidder")
    receipt = await world.submitted(tender, bidder, bid_of(bidder, LINES))
    await world.opened(tender)
    judged = Judged(world, tender, [receipt["bid_id"]], [bidder])
    for person in (judged.ann, judged.ben, judged.mo):
        await judged.declare(person)
    await judged.score(judged.ann, "3")
    assert (await judged.answer())[0] == "9.6000"
    before = await world.state()
    assert refused(await judged.score(judged.ben, "5")) == (409, "answer_scored_by_another")
    assert refused(await judged.moderate(judged.mo, "5")) == (409, "tender_state_wrong")
    assert await world.state() == before
