"""What a bid must hold against its tender, and which responses count."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement_api.domain import bid
from procurement_api.domain.bid import (
    BidInvalid,
    Content,
    Demands,
    Line,
    PinnedMeasure,
    reason_to_disregard,
    require_bid_holds,
)
from procurement_api.domain.bid_file import BidFileRefused, read_bid_file
from procurement_api.domain.contract_period import ContractPeriod, Instalment
from procurement_api.domain.delivery_profile import WHOLE_CONTRACT, Profile
from procurement_api.domain.promised_quantity import QUANTITY_LIMIT, Amount, Counted

COUNTED_HOURS = Counted(unit="hours", decimals=2, negative_allowed=False, maximum_per_line=Decimal(1000))
HOURS = PinnedMeasure(
    code="H",
    counted=COUNTED_HOURS,
    mandatory=False,
    answer_required=True,
    answer_max_chars=50,
    needs_industry=False,
)
CARBON = replace(
    HOURS,
    code="C",
    counted=replace(COUNTED_HOURS, unit="tco2e", negative_allowed=True, maximum_per_line=None),
    answer_required=False,
)
SPEND = replace(
    HOURS,
    code="S",
    counted=replace(COUNTED_HOURS, unit="gbp_spent", maximum_per_line=None),
    needs_industry=True,
)
DEMANDS = Demands(
    measures={measure.code: measure for measure in (HOURS, CARBON, SPEND)},
    lots=frozenset({"1", "2"}),
    contract=ContractPeriod(date(2027, 1, 1), date(2027, 12, 31)),
)


def line(measure: str = "H", quantity: str = "10", **more: Any) -> Line:
    stated = {"H": "hours", "C": "tco2e", "S": "gbp_spent"}.get(measure, "hours")
    fields: dict[str, Any] = {"lot": None, "unit": stated, "answer": "How.", "industry": None, **more}
    return Line(measure=measure, amount=Amount(Decimal(quantity)), **fields)


def faults(*lines: Line, lots: Sequence[str] = (), demands: Demands = DEMANDS) -> list[tuple[str, str]]:
    try:
        require_bid_holds(Content(lots, lines), demands)
    except BidInvalid as refusal:
        return [(error.pointer, error.code) for error in refusal.errors]
    return []


def test_a_bid_that_fits_has_no_fault():
    assert faults(line(), line("C", "-3.25"), line("S", "5", industry="construction"), lots=["1"]) == []


@pytest.mark.parametrize(
    "bad, found",
    [
        (line("X"), ("/lines/0/measure", "measure_not_asked")),
        (line(unit="weeks"), ("/lines/0/unit", "unit_mismatch")),
        (line(quantity="-0.01"), ("/lines/0/quantity", "quantity_negative")),
        (line(quantity="1.001"), ("/lines/0/quantity", "too_many_decimals")),
        (line(quantity="1000.01"), ("/lines/0/quantity", "quantity_too_large")),
        (line("C", str(QUANTITY_LIMIT)), ("/lines/0/quantity", "quantity_too_large")),
        (line("C", str(-QUANTITY_LIMIT)), ("/lines/0/quantity", "quantity_too_large")),
        (line(answer="x" * 51), ("/lines/0/answer", "answer_too_long")),
        (line("S"), ("/lines/0/industry", "industry_missing")),
        (line(lot="3"), ("/lines/0/lot", "lot_unknown")),
    ],
)
def test_a_fault_is_named_where_it_is(bad, found):
    assert faults(bad) == [found]


@pytest.mark.parametrize(
    "good",
    [
        line(quantity="0"),
        line(quantity="1.00"),
        line(quantity="1.100000"),
        line(quantity="1000"),
        line("C", str(QUANTITY_LIMIT - 1)),
        line("C", "-0.01"),
        line(answer="x" * 50),
        line(answer=""),
        line(lot="2"),
    ],
)
def test_the_other_side_of_each_boundary_holds(good):
    assert faults(good) == []


def test_a_measure_and_lot_have_one_line():
    assert faults(line(lot="1"), line(lot="2"), line()) == []
    assert faults(line(lot="1"), line(lot="2"), line(lot="1")) == [
        ("/lines/0/measure", "line_repeated"),
        ("/lines/2/measure", "line_repeated"),
    ]


def test_lots_are_those_of_the_tender_and_of_the_bid():
    assert faults(line(lot="1"), lots=["1", "2"]) == []
    assert faults(line(lot="1"), lots=["2"]) == [("/lines/0/lot", "lot_not_bid_for")]
    assert faults(line(), lots=["1", "9", "1"]) == [
        ("/lots/0", "lot_repeated"),
        ("/lots/1", "lot_unknown"),
        ("/lots/2", "lot_repeated"),
    ]


def test_a_mandatory_measure_is_answered():
    demands = replace(DEMANDS, measures={"H": replace(HOURS, mandatory=True), "C": CARBON})
    assert faults(line("C"), demands=demands) == [("/lines", "mandatory_measure_missing")]
    assert faults(line("H", "0"), demands=demands) == []


def parts(*stated: tuple[str, str]) -> tuple[Instalment, ...]:
    return tuple(Instalment(date.fromisoformat(due), Decimal(share)) for due, share in stated)


@pytest.mark.parametrize(
    "schedule, found",
    [
        (parts(("2027-01-01", "0.5"), ("2027-12-31", "0.5")), []),
        (parts(("2027-06-30", "1")), []),
        (parts(("2027-06-30", "0.9999")), [("/lines/0/schedule", "shares_do_not_sum")]),
        (parts(("2027-06-30", "1.0001")), [("/lines/0/schedule", "shares_do_not_sum")]),
        (parts(("2026-12-31", "1")), [("/lines/0/schedule/0/due_on", "due_outside_contract")]),
        (parts(("2028-01-01", "1")), [("/lines/0/schedule/0/due_on", "due_outside_contract")]),
        (
            parts(("2027-06-30", "0"), ("2027-07-31", "1")),
            [("/lines/0/schedule/0/share", "share_not_positive")],
        ),
        (
            parts(("2027-06-30", "0.5"), ("2027-06-30", "0.5")),
            [
                ("/lines/0/schedule/0/due_on", "due_repeated"),
                ("/lines/0/schedule/1/due_on", "due_repeated"),
            ],
        ),
    ],
)
def test_a_schedule_sums_to_one_within_the_contract(schedule, found):
    assert faults(line(profile=Profile(schedule=schedule))) == found


def test_every_fault_of_every_line_is_named():
    assert faults(line("X", lot="9"), line(unit="weeks", quantity="-1.001")) == [
        ("/lines/0/lot", "lot_unknown"),
        ("/lines/0/measure", "measure_not_asked"),
        ("/lines/1/quantity", "quantity_negative"),
        ("/lines/1/quantity", "too_many_decimals"),
        ("/lines/1/unit", "unit_mismatch"),
    ]


@pytest.mark.parametrize(
    "offered, measure, reason",
    [
        (line(), HOURS, None),
        (line(quantity="0.01"), HOURS, None),
        (line("C", "-1"), CARBON, None),
        (line(quantity="0"), HOURS, "no quantity was offered"),
        (line(quantity="0", answer=""), HOURS, "no quantity was offered"),
        (line(answer=""), HOURS, "the written answer is missing"),
        (line(answer=" \n\t"), HOURS, "the written answer is missing"),
        (line("C", "1", answer=""), CARBON, None),
    ],
)
def test_a_response_counts_with_both_quantity_and_answer(offered, measure, reason):
    assert reason_to_disregard(offered, measure) == reason


@pytest.mark.parametrize(
    "claims, found",
    [
        ([("H", "A", {}), ("C", "A", {})], []),
        ([("H", "A", {}), ("S", "A", {})], [("/lines/0/measure", "measures_exclude_each_other")]),
        ([("H", "A", {}), ("S", "B", {})], []),
        (
            [("H", "A", {"lot": "1"}), ("H", "A", {"lot": "2"})],
            [
                ("/lines/0/activity", "activity_shares_above_one"),
                ("/lines/1/activity", "activity_shares_above_one"),
            ],
        ),
        ([("H", "A", {"lot": "1"}), ("H", "B", {"lot": "2"})], []),
        (
            [
                ("H", "A", {"lot": "1", "profile": Profile(ends_on=date(2027, 6, 30))}),
                ("H", "A", {"lot": "2", "profile": Profile(starts_on=date(2027, 7, 1))}),
            ],
            [],
        ),
    ],
)
def test_an_activity_is_counted_once(claims, found):
    measures = {**DEMANDS.measures, "H": replace(HOURS, excludes=frozenset({"S"}))}
    lines = [
        line(code, activity=activity, industry="construction", **more) for code, activity, more in claims
    ]
    assert faults(*lines, demands=replace(DEMANDS, measures=measures)) == found


def test_where_lots_are_awarded_a_line_belongs_to_one_or_is_owed_once():
    by_lot = replace(DEMANDS, by_lot=True)
    assert faults(line(lot="1"), line("C", once_if_any_won=True), demands=by_lot) == []
    assert faults(line(lot="1"), line("C"), demands=by_lot) == [("/lines/1/lot", "lot_missing")]
    assert faults(line(lot="1", once_if_any_won=True)) == [("/lines/0/lot", "lot_not_expected")]
    assert faults(line()) == []


def test_a_mandatory_measure_is_answered_for_in_each_lot_that_asks_for_it():
    hours = replace(HOURS, mandatory=True)
    whole = replace(DEMANDS, measures={"H": hours, "C": CARBON})
    by_lot = replace(whole, by_lot=True)
    missing = [("/lines", "mandatory_measure_missing")]
    assert faults(line(lot="1"), lots=["1", "2"], demands=whole) == []
    assert faults(line(lot="1"), lots=["1", "2"], demands=by_lot) == missing
    assert faults(line(lot="1"), line(lot="2"), lots=["1", "2"], demands=by_lot) == []
    assert faults(line(once_if_any_won=True), lots=["1", "2"], demands=by_lot) == []
    assert faults(line("C", lot="2"), demands=by_lot) == missing
    in_one = replace(by_lot, measures={"H": replace(hours, lots=frozenset({"1"})), "C": CARBON})
    assert faults(line("C", lot="2"), lots=["2"], demands=in_one) == []
    assert faults(line("C", lot="1"), lots=["1"], demands=in_one) == missing
    assert faults(line(lot="2"), line(lot="1"), demands=in_one) == [
        ("/lines/0/lot", "measure_not_asked_in_lot")
    ]


OFFERED = st.builds(
    line,
    st.sampled_from(["H", "C", "S", "X"]),
    st.sampled_from(["10", "10.125", "-1", "0", "1000", "1000.01"]),
    lot=st.sampled_from([None, "1", "2", "9"]),
    unit=st.sampled_from(["hours", "tco2e", "gbp_spent"]),
    answer=st.sampled_from(["", "yes", "a" * 50, "a" * 51]),
    industry=st.sampled_from([None, "construction"]),
    activity=st.sampled_from([None, None, "A-1"]),
    profile=st.sampled_from([WHOLE_CONTRACT, WHOLE_CONTRACT, Profile(starts_on=date(2020, 1, 1))]),
    once_if_any_won=st.sampled_from([False, False, True]),
)


@given(
    st.lists(OFFERED, max_size=3),
    st.sampled_from([(), ("1",)]),
    st.booleans(),
    st.sampled_from([frozenset[str](), frozenset({"1"})]),
)
def test_what_holds_plainly_has_no_fault_and_all_others_are_looked_at(lines, lots, by_lot, asked_in):
    measures = {code: replace(one, lots=asked_in) for code, one in DEMANDS.measures.items()}
    demands = replace(DEMANDS, measures=measures, by_lot=by_lot)
    with patch.object(bid, "_holds_plainly", lambda *_: False):
        all_found = faults(*lines, lots=lots, demands=demands)
    assert faults(*lines, lots=lots, demands=demands) == all_found


def test_a_file_says_yes_or_no_of_what_is_owed_once():
    header = b"measure,unit,quantity,once_if_any_won\r\n"
    found = read_bid_file(header + b"H,hours,1,Yes\r\nC,tco2e,1,no\r\n").document["lines"]
    assert [each["once_if_any_won"] for each in found] == [True, False]
    with pytest.raises(BidFileRefused) as refusal:
        read_bid_file(header + b"H,hours,1,1\r\n")
    assert [fault.pointer for fault in refusal.value.errors] == ["/rows/1/once_if_any_won"]
