"""What is scored in a lot: its own bids, lines and weights, and what is owed once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement_api.domain.lot_scoring import AskedMeasure, lines_in, lots_with_contracts, measures_in
from procurement_api.domain.scoring import ScoredMeasure


def asked(code: str, weight: str, *lots: str) -> AskedMeasure:
    return AskedMeasure(code, Decimal(weight), None, frozenset(lots))


ASKED = [asked("A", "50"), asked("B", "25", "N"), asked("C", "25", "S", "W")]


def test_weights_of_what_a_lot_asks_for_are_scaled_to_100_and_the_heaviest_takes_the_rounding():
    assert measures_in("N", ASKED) == [
        ScoredMeasure("A", Decimal("66.6667"), None, "Weight 50 of 75 in this lot."),
        ScoredMeasure("B", Decimal("33.3333"), None, "Weight 25 of 75 in this lot."),
    ]
    assert [measure.code for measure in measures_in("W", ASKED)] == ["A", "C"]


@pytest.mark.parametrize("lot", ["N", None])
def test_weights_that_come_to_100_stay_as_they_are(lot: str | None):
    whole = [asked("A", "60"), asked("B", "40", "N")]
    assert measures_in(lot, whole) == [
        ScoredMeasure("A", Decimal(60), None),
        ScoredMeasure("B", Decimal(40), None),
    ]


def test_a_lot_that_asks_for_nothing_scores_nothing():
    assert measures_in("X", [asked("A", "100", "N")]) == []


@given(st.lists(st.decimals("0.01", 100, places=2), min_size=1, max_size=30))
def test_scaled_weights_always_come_to_100(weights: list[Decimal]):
    some = [AskedMeasure(str(place), weight, None, frozenset("N")) for place, weight in enumerate(weights)]
    scaled = [measure.weight for measure in measures_in("N", some)]
    assert sum(scaled, Decimal(0)) == 100
    assert all(weight >= 0 for weight in scaled)


def test_a_bid_offers_its_own_lines_of_the_lot_and_what_is_owed_once():
    north, south, once = {"lot": "N"}, {"lot": "S"}, {"lot": None}
    assert lines_in("N", [north, south, once]) == [north, once]
    assert lines_in("W", [north, south, once]) == []
    assert lines_in("N", [once]) == []
    assert lines_in(None, [north, south, once]) == [north, south, once]


def test_what_has_a_contract_of_its_own():
    assert lots_with_contracts("whole", ["N", "S"]) == [None]
    assert lots_with_contracts("lot", ["N", "S"]) == ["N", "S"]
