"""Scoring: exact points, capped targets, nothing for nobody, ties, never more than 100."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement_api.domain.scoring import (
    BidPoints,
    Method,
    Offer,
    OfferedLine,
    ScoredMeasure,
    offered_by_measure,
    score,
)

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
RELATIVE = Method("relative_to_highest", Decimal("0.6"), Decimal("0.4"), Decimal(5))
TARGET = Method("against_target", Decimal("1"), Decimal("0"), Decimal(5))


def offered(value: str, quantity: str = "1", disregarded: str | None = None) -> OfferedLine:
    return OfferedLine(Decimal(quantity), Decimal(value), disregarded)


def offer(bid_id: UUID, lines: dict[str, OfferedLine], **panel: str) -> Offer:
    return Offer(bid_id, lines, {measure: Decimal(points) for measure, points in panel.items()})


def by_bid(results: list[BidPoints]) -> dict[UUID, BidPoints]:
    return {result.bid_id: result for result in results}


def test_value_counts_by_its_share_of_the_highest_and_answers_by_the_panels_score():
    measures = [ScoredMeasure("A", Decimal(70), None), ScoredMeasure("B", Decimal(30), None)]
    results = score(
        measures,
        RELATIVE,
        [
            offer(ONE, {"A": offered("300.00"), "B": offered("50.00")}, A="5", B="2.5"),
            offer(TWO, {"A": offered("100.00"), "B": offered("100.00")}, A="4"),
        ],
    )
    assert [(result.bid_id, result.rank, result.tied) for result in results] == [
        (ONE, 1, False),
        (TWO, 2, False),
    ]
    one, two = results
    # A: 70 × 0.6 and 70 × 0.4 × 5/5; B: 30 × 0.6 × 50/100 and 30 × 0.4 × 2.5/5
    assert [part.quantitative_points for part in one.measures] == [Decimal("42"), Decimal("9")]
    assert [part.qualitative_points for part in one.measures] == [Decimal("28"), Decimal("6")]
    assert one.points == Decimal(85)
    assert one.total_value_gbp == Decimal("350.00")
    # A: 42 × 1/3 and 28 × 4/5; B: 18 and no score
    assert [part.points for part in two.measures] == [Decimal("36.4000"), Decimal("18.0000")]
    assert two.measures[1].qualitative_score is None
    assert two.measures[0].explanation == (
        "100.00 ÷ the highest bid's value 300.00 × 42.0 = 14.0000 points for quantity. "
        "Panel score 4 ÷ 5 × 28.0 = 22.4000 points for the answer."
    )
    assert two.measures[1].explanation == (
        "100.00 ÷ the highest bid's value 100.00 × 18.0 = 18.0000 points for quantity. "
        "The written answer has no panel score: 0 of 12.0 points."
    )


def test_points_are_rounded_half_up_to_four_decimals():
    measures = [ScoredMeasure("A", Decimal(100), None)]
    method = Method("relative_to_highest", Decimal(1), Decimal(0), Decimal(5))
    results = by_bid(
        score(measures, method, [offer(ONE, {"A": offered("3.00")}), offer(TWO, {"A": offered("2.00")})])
    )
    assert results[TWO].points == Decimal("66.6667")
    halves = by_bid(
        score(measures, method, [offer(ONE, {"A": offered("800000")}), offer(TWO, {"A": offered("4.2")})])
    )
    assert halves[TWO].points == Decimal("0.0005")  # 0.000525


def test_half_a_step_is_rounded_up_also_where_the_share_has_no_short_decimal():
    measures = [ScoredMeasure("A", Decimal(30), None)]
    method = Method("relative_to_highest", Decimal("0.7"), Decimal("0.3"), Decimal(5))
    offers = [offer(ONE, {"A": offered("19902.90")}), offer(TWO, {"A": offered("42000.00")})]
    # 19902.90 ÷ 42000 × 21 is 9.95145 exactly; the share alone is 0.4738785714…
    assert by_bid(score(measures, method, offers))[ONE].points == Decimal("9.9515")


def test_where_nobody_offers_value_nobody_gets_points_and_nothing_divides_by_zero():
    measures = [ScoredMeasure("A", Decimal(60), None), ScoredMeasure("B", Decimal(40), None)]
    nothing = {"A": offered("0.00"), "B": offered("0.00")}
    results = score(measures, RELATIVE, [offer(ONE, nothing, A="5"), offer(TWO, nothing)])
    assert [result.points for result in results] == [Decimal(24), Decimal(0)]
    assert results[0].measures[0].basis == 0
    assert (
        results[0]
        .measures[0]
        .explanation.startswith("No bid offers value here, so the 36.0 points for quantity go to nobody.")
    )


@pytest.mark.parametrize("highest", ["-5.00", "0.00"])
def test_a_value_at_or_below_zero_earns_nothing(highest):
    results = score([ScoredMeasure("A", Decimal(100), None)], RELATIVE, [offer(ONE, {"A": offered(highest)})])
    assert results[0].points == 0


def test_a_value_below_zero_beside_a_good_one_earns_nothing_and_takes_nothing():
    measures = [ScoredMeasure("A", Decimal(100), None)]
    results = by_bid(
        score(measures, RELATIVE, [offer(ONE, {"A": offered("10.00")}), offer(TWO, {"A": offered("-10.00")})])
    )
    assert (results[ONE].points, results[TWO].points) == (Decimal(60), Decimal(0))


@pytest.mark.parametrize(
    "quantity, points",
    [("0", "0"), ("5", "50"), ("9.99", "99.9"), ("10", "100"), ("10.01", "100"), ("20", "100")],
)
def test_a_target_caps_what_can_be_earned(quantity, points):
    measures = [ScoredMeasure("A", Decimal(100), Decimal(10))]
    [result] = score(measures, TARGET, [offer(ONE, {"A": offered("1.00", quantity)})])
    assert result.points == Decimal(points)
    capped = ", at most all of them." in result.measures[0].explanation
    assert capped is (Decimal(quantity) > 10)


def test_a_disregarded_response_earns_nothing_not_even_for_its_answer_and_sets_no_standard():
    measures = [ScoredMeasure("A", Decimal(100), None)]
    results = by_bid(
        score(
            measures,
            RELATIVE,
            [
                offer(ONE, {"A": offered("900.00", disregarded="the written answer is missing")}, A="5"),
                offer(TWO, {"A": offered("100.00")}),
                offer(THREE, {}),
            ],
        )
    )
    one = results[ONE]
    assert (one.points, one.total_value_gbp, one.measures[0].basis) == (Decimal(0), Decimal("0.00"), None)
    assert one.measures[0].explanation == "Disregarded: the written answer is missing."
    assert results[TWO].points == Decimal(60)
    assert results[THREE].measures[0].explanation == "Disregarded: no response."


def test_equal_points_share_a_rank_and_the_next_rank_is_left_out():
    measures = [ScoredMeasure("A", Decimal(100), None)]
    same = {"A": offered("10.00")}
    results = score(
        measures, RELATIVE, [offer(THREE, {"A": offered("5.00")}), offer(TWO, same), offer(ONE, same)]
    )
    assert [(result.bid_id, result.rank, result.tied) for result in results] == [
        (ONE, 1, True),
        (TWO, 1, True),
        (THREE, 3, False),
    ]


def test_no_bids_give_no_results():
    assert score([ScoredMeasure("A", Decimal(100), None)], RELATIVE, []) == []


def test_rounding_up_gives_never_more_than_there_is():
    measures = [ScoredMeasure("A", Decimal("33.3333"), None)]
    halves = Method("relative_to_highest", Decimal("0.5"), Decimal("0.5"), Decimal(5))
    [result] = score(measures, halves, [offer(ONE, {"A": offered("1.00")}, A="5")])
    assert result.points == Decimal("33.3333")  # and not 16.6667 + 16.6667


def test_lines_of_several_lots_add_up_and_a_disregarded_one_adds_nothing():
    missing = "the written answer is missing"
    lines = [
        ("A", offered("1.00", "2")),
        ("A", offered("9.00", "9", missing)),
        ("A", offered("3.00", "4")),
        ("B", offered("5.00", "5", missing)),
        ("B", offered("6.00", "6")),
        ("C", offered("7.00", "7", missing)),
        ("C", offered("8.00", "8", "no quantity was offered")),
    ]
    assert offered_by_measure(lines) == {
        "A": offered("4.00", "6"),
        "B": offered("6.00", "6"),
        "C": offered("8.00", "8", "no quantity was offered"),
    }


AMOUNTS = st.decimals(min_value=-1000, max_value=1_000_000, places=2)
CUTS = st.integers(min_value=0, max_value=1_000_000)


@st.composite
def tenders(draw: st.DrawFn) -> tuple[list[ScoredMeasure], Method, list[Offer]]:
    cuts = sorted({0, 1_000_000, *draw(st.lists(CUTS, max_size=6))})
    weights = [Decimal(b - a) / 10_000 for a, b in pairwise(cuts)]
    names = [f"M{number}" for number in range(len(weights))]
    target = st.decimals(min_value="0.01", max_value=1000, places=2)
    measures = [ScoredMeasure(n, w, draw(target)) for n, w in zip(names, weights, strict=True)]
    share = Decimal(draw(st.integers(min_value=0, max_value=10_000))) / 10_000
    method = Method(
        draw(st.sampled_from(["relative_to_highest", "against_target"])),
        share,
        1 - share,
        Decimal(draw(st.integers(min_value=1, max_value=10))),
    )
    offers = []
    for number in range(draw(st.integers(min_value=1, max_value=5))):
        lines = {
            name: OfferedLine(draw(AMOUNTS), draw(AMOUNTS)) for name in draw(st.sets(st.sampled_from(names)))
        }
        scores = st.decimals(min_value=0, max_value=method.scale_max, places=2)
        offers.append(Offer(UUID(int=number), lines, {name: draw(scores) for name in lines}))
    return measures, method, offers


@given(tenders())
def test_totals_lie_between_0_and_100_and_ranks_follow_them(tender):
    measures, method, offers = tender
    assert sum(measure.weight for measure in measures) == 100
    results = score(measures, method, offers)
    assert len(results) == len(offers)
    for result in results:
        assert 0 <= result.points <= 100
        for part, measure in zip(result.measures, measures, strict=True):
            assert 0 <= part.points <= measure.weight
    points = [result.points for result in results]
    assert points == sorted(points, reverse=True)
    for result in results:
        assert result.rank == 1 + sum(other > result.points for other in points)
        assert result.tied is (points.count(result.points) > 1)


@given(tenders(), st.decimals(min_value=0, max_value=1000, places=2))
def test_offering_more_never_earns_less_and_never_lifts_a_rival(tender, more):
    measures, method, offers = tender
    before = by_bid(score(measures, method, offers))
    grown = [
        replace(
            offers[0],
            lines={
                name: replace(one, quantity=one.quantity + more, value_gbp=one.value_gbp + more)
                for name, one in offers[0].lines.items()
            },
        ),
        *offers[1:],
    ]
    after = by_bid(score(measures, method, grown))
    assert after[offers[0].bid_id].points >= before[offers[0].bid_id].points
    assert all(after[other.bid_id].points <= before[other.bid_id].points for other in offers[1:])


def licensed(value: str, quantity: str) -> OfferedLine:
    return OfferedLine(Decimal(quantity), Decimal(value), licensed_framework="bank")


def test_a_licensed_measure_is_scored_by_quantity_so_that_rounded_pounds_tell_nothing():
    """At £19.61 an hour 0.01 hours are £0.20 and 0.03 are £0.59: 20/59 would tell what 1/3 does not."""
    offers = [offer(ONE, {"A": licensed("0.20", "0.01")}), offer(TWO, {"A": licensed("0.59", "0.03")})]
    found = by_bid(score([ScoredMeasure("A", Decimal(100), None)], RELATIVE, offers))
    [one], [two] = found[ONE].measures, found[TWO].measures
    assert (one.quantitative_points, two.quantitative_points) == (Decimal("20.0000"), Decimal("60.0000"))
    assert one.explanation.startswith("0.01 ÷ the highest bid's quantity 0.03 × 60")
    assert (one.basis, one.value_gbp, one.licensed_framework) == (Decimal("0.03"), Decimal("0.20"), "bank")


def test_lots_of_a_licensed_measure_stay_licensed():
    lines = [("A", licensed("1.96", "0.1")), ("A", licensed("3.92", "0.2"))]
    assert offered_by_measure(lines) == {"A": licensed("5.88", "0.3")}
