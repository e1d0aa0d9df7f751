"""Scores, evaluation and award: the panel's last word counts, and an award rests on it."""

from datetime import timedelta
from typing import Any

import pytest
from tests.integration.procurement_api.world import TERMS, Json, Party, World, bid_of, faults, line, refused

from cdp_common.kernel.identifiers import new_id
from procurement_api.storage.evaluation_tables import answer_scores
from procurement_api.use_cases.keep_answer import purge_answers

LINES = [line("M-JOB", "10", "fte_years"), line("M-HOURS", "100", "hours")]


class Opened:
    """An opened tender with two bids."""

    def __init__(self, world: World, tender: Json, bid_ids: list[str], bidders: list[Party]) -> None:
        self.world = world
        self.tender = tender
        self.path = f"/v1/tenders/{tender['id']}"
        self.bid_ids = bid_ids
        self.bidders = bidders

    async def score(self, *scores: tuple[int, str, str], key: str | None = None) -> Any:
        """The response to scores by the number of the bid."""
        body = {
            "evaluator": {"reference": "e-1"},
            "scores": [
                {"bid_id": self.bid_ids[number], "measure": measure, "score": score, "reason": "Why"}
                for number, measure, score in scores
            ],
        }
        return await self.world.post(f"{self.path}/scores", body, as_=self.world.buyer, key=key)

    async def award(self, number: int = 0, **changes: Any) -> Any:
        """The response to an award."""
        body = {
            "bid_id": self.bid_ids[number],
            "reference": "C-1",
            "signed_on": "2026-12-15",
            "value_gbp": "1000.00",
            **changes,
        }
        return await self.world.post(f"{self.path}/award", body, as_=self.world.buyer)

    async def points(self) -> dict[str, str]:
        """The points of each bid in a new evaluation."""
        evaluation = await self.world.evaluated(self.tender)
        return {result["bid_id"]: result["points"] for result in evaluation["results"]}


@pytest.fixture
async def opened(world: World) -> Opened:
    tender = await world.published()
    bidders = [world.party(f"Bidder {number}") for number in range(2)]
    receipts = [await world.submitted(tender, bidder, bid_of(bidder, LINES)) for bidder in bidders]
    await world.opened(tender)
    await world.declared(tender)
    return Opened(world, tender, [receipt["bid_id"] for receipt in receipts], bidders)


async def test_before_opening_nothing_is_scored_evaluated_or_awarded(world: World):
    tender, bidder = await world.published(), world.party("Bidder")
    receipt = await world.submitted(tender, bidder)
    before = await world.state()
    sealed = Opened(world, tender, [receipt["bid_id"]], [bidder])
    assert refused(await sealed.score((0, "M-JOB", "5"))) == (409, "tender_state_wrong")
    assert refused(await world.post(f"{sealed.path}/evaluations", as_=world.buyer)) == (
        409,
        "tender_state_wrong",
    )
    assert refused(await sealed.award()) == (409, "tender_state_wrong")
    assert refused(await world.get(f"{sealed.path}/evaluation", as_=world.buyer)) == (
        404,
        "evaluation_not_found",
    )
    assert refused(await world.get(f"/v1/bids/{receipt['bid_id']}/assessment", as_=bidder)) == (
        409,
        "assessment_not_ready",
    )
    assert await world.state() == before


@pytest.mark.parametrize(
    "scores, found",
    [
        ([(0, "M-JOB", "5.01")], [("/scores/0/score", "score_outside_scale")]),
        ([(0, "M-JOB", "-0.01")], [("/scores/0/score", "score_outside_scale")]),
        ([(0, "M-JOB", "1.00001")], [("/scores/0/score", "too_many_decimals")]),
        ([(0, "M-JOB", "1"), (0, "M-NONE", "1")], [("/scores/1/measure", "measure_not_asked")]),
        (
            [(0, "M-JOB", "1"), (0, "M-JOB", "2")],
            [("/scores/0/measure", "score_repeated"), ("/scores/1/measure", "score_repeated")],
        ),
    ],
)
async def test_scores_that_do_not_hold_are_refused_as_a_whole(opened: Opened, scores: Any, found: Any):
    before = await opened.world.state()
    assert faults(await opened.score(*scores)) == found
    assert await opened.world.state() == before


@pytest.mark.parametrize("score", ["0", "5", "2.5", "3.3333"])
async def test_scores_within_the_scale_are_recorded(opened: Opened, score: str):
    response = await opened.score((0, "M-JOB", score))
    assert response.status_code == 201
    assert response.json()["scores"][0]["score"] == score


async def test_another_tenders_bid_is_not_scored_or_awarded_here(opened: Opened):
    unknown = Opened(opened.world, opened.tender, [str(new_id())], [])
    assert faults(await unknown.score((0, "M-JOB", "1"))) == [("/scores/0/bid_id", "bid_unknown")]
    await opened.world.evaluated(opened.tender)
    before = await opened.world.state()
    assert refused(await unknown.award()) == (404, "bid_not_found")
    assert await opened.world.state() == before


async def test_a_later_score_counts_in_place_of_the_earlier_and_both_are_kept(opened: Opened):
    one, two = opened.bid_ids
    assert (await opened.score((0, "M-JOB", "5"), (1, "M-JOB", "5"))).status_code == 201
    # Both: 40 and 21 of value; 16 for the answer.
    assert await opened.points() == {one: "61.0000", two: "61.0000"}
    key = str(new_id())
    first = await opened.score((1, "M-JOB", "2.5"), key=key)
    again = await opened.score((1, "M-JOB", "2.5"), key=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")
    assert await opened.points() == {one: "61.0000", two: "53.0000"}
    async with opened.world.db.begin() as tx:
        rows = (await tx.execute(answer_scores.select().order_by(answer_scores.c.version))).mappings().all()
    assert sorted((str(row["bid_id"]) == two, row["version"], str(row["score"])[:3]) for row in rows) == [
        (False, 1, "5.0"),
        (True, 1, "5.0"),
        (True, 2, "2.5"),
    ]


async def test_equal_bids_share_the_first_rank(opened: Opened):
    evaluation = await opened.world.evaluated(opened.tender)
    assert [(result["rank"], result["tied"]) for result in evaluation["results"]] == [(1, True), (1, True)]
    assert {result["weighted_points"] for result in evaluation["results"]} == {"6.750000"}


async def test_every_evaluation_is_a_version_and_the_latest_is_read(opened: Opened):
    first = await opened.world.evaluated(opened.tender)
    await opened.score((0, "M-JOB", "5"))
    second = await opened.world.evaluated(opened.tender)
    assert (first["version"], second["version"]) == (1, 2)
    read = await opened.world.done("GET", f"{opened.path}/evaluation", as_=opened.world.buyer)
    assert read == second
    assert (await opened.world.rows())["evaluations"] == 2
    assert len(await opened.world.told("tender.evaluated")) == 2


async def test_an_award_rests_on_the_latest_scores(opened: Opened):
    await opened.score((0, "M-JOB", "5"))
    await opened.world.evaluated(opened.tender)
    await opened.score((0, "M-JOB", "1"))
    before = await opened.world.state()
    assert refused(await opened.award()) == (409, "evaluation_stale")
    assert await opened.world.state() == before
    await opened.world.evaluated(opened.tender)
    assert (await opened.award()).status_code == 201


async def test_the_buyer_may_award_to_a_bid_that_is_not_first(opened: Opened):
    await opened.score((0, "M-JOB", "5"))
    await opened.world.evaluated(opened.tender)
    response = await opened.award(1)
    assert response.status_code == 201
    assert response.json()["deliverer_organisation_id"] == str(opened.bidders[1].id)


async def test_an_award_needs_a_value_and_a_reference_of_its_own(opened: Opened):
    await opened.world.evaluated(opened.tender)
    await opened.world.registered(opened.bidders[0], reference="C-1")
    before = await opened.world.state()
    assert faults(await opened.award(value_gbp="-0.01")) == [("/value_gbp", "value_negative")]
    assert refused(await opened.award()) == (409, "agreement_reference_taken")
    assert await opened.world.state() == before
    assert await opened.world.told("tender.awarded") == []
    assert (await opened.award(reference="C-2")).status_code == 201
    assert refused(await opened.score((0, "M-JOB", "1"))) == (409, "tender_state_wrong")


async def test_an_award_over_five_million_with_vat_sets_three_indicators(opened: Opened):
    await opened.world.evaluated(opened.tender)
    amounts: dict[str, Any] = {"value_gbp": "4500000.00", "value_gross_gbp": "5000000.01"}
    kpis = [{"title": "Jobs", "measure": "M-JOB"}, {"title": "Calls answered"}, {"title": "Lifts work"}]
    before = await opened.world.state()
    for too_few in ([], kpis[:2]):
        assert faults(await opened.award(**amounts, kpis=too_few)) == [("/kpis", "kpis_missing")]
    unpromised = [*kpis[1:], {"title": "Carbon", "measure": "M-CARBON"}]
    assert faults(await opened.award(**amounts, kpis=unpromised)) == [
        ("/kpis/2/measure", "measure_not_promised")
    ]
    assert await opened.world.state() == before
    contract = (await opened.award(**amounts, kpis=kpis)).json()
    assert (contract["value_gross_gbp"], contract["kpi_exemption"]) == ("5000000.01", None)
    [jobs] = [each["line_id"] for each in contract["lines"] if each["measure"] == "M-JOB"]
    assert contract["kpis"] == [
        {"title": "Jobs", "line_id": jobs},
        {"title": "Calls answered", "line_id": None},
        {"title": "Lifts work", "line_id": None},
    ]


async def test_against_targets_quantities_are_capped(world: World):
    terms = {
        **TERMS,
        "measures": [
            {"measure": "M-JOB", "weight": "60", "target": "8"},
            {"measure": "M-HOURS", "weight": "40", "target": "200"},
        ],
        "scoring": {
            **TERMS["scoring"],
            "method": "against_target",
            "quantitative_share": "1",
            "qualitative_share": "0",
        },
    }
    tender, bidder = await world.published(terms), world.party("Bidder")
    await world.submitted(tender, bidder, bid_of(bidder, LINES))
    await world.opened(tender)
    evaluation = await world.evaluated(tender)
    [result] = evaluation["results"]
    assert [(part["basis"], part["points"]) for part in result["measures"]] == [
        ("8", "60.0000"),
        ("200", "20.0000"),
    ]
    assert result["points"] == "80.0000"


async def test_a_large_evaluation_is_given_again_byte_for_byte(world: World):
    tender = await world.published()
    for number in range(50):
        bidder = world.party(f"Bidder {number}")
        await world.submitted(tender, bidder)
    await world.opened(tender)
    path, key = f"/v1/tenders/{tender['id']}/evaluations", str(new_id())
    first = await world.post(path, as_=world.buyer, key=key)
    assert first.status_code == 201, first.text
    assert len(first.content) > 64 * 1024
    again = await world.post(path, as_=world.buyer, key=key)
    assert (again.content, again.headers["idempotency-replayed"]) == (first.content, "true")


async def test_kept_answers_are_removed_when_their_time_is_over(opened: Opened):
    world = opened.world
    await world.evaluated(opened.tender)
    rows = await world.rows()
    assert rows["large_answers"] == 3  # the import, the declaration and the evaluation
    kept_until = world.clock() + timedelta(hours=72)
    async with world.db.begin() as tx:
        await purge_answers(tx, kept_until - timedelta(seconds=1))
    assert (await world.rows())["large_answers"] == 2
    async with world.db.begin() as tx:
        await purge_answers(tx, kept_until)
    assert (await world.rows())["large_answers"] == 0
