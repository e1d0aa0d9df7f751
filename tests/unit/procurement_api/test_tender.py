"""A tender's terms and moments: every fault named, both sides of every boundary."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from procurement_api.domain.contract_period import ContractPeriod
from procurement_api.domain.tender import (
    LONGEST_WAIT,
    AskedMeasure,
    DeadlineNotPassed,
    TenderClosed,
    TenderStateWrong,
    Terms,
    TermsInvalid,
    require_deadline_passed,
    require_state,
    require_submittable,
    require_terms_hold,
)

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
DEADLINE = datetime(2026, 12, 1, 12, tzinfo=UTC)
MS = timedelta(milliseconds=1)


def asked(code: str, weight: str, target: str | None = None) -> AskedMeasure:
    return AskedMeasure(code, Decimal(weight), None if target is None else Decimal(target))


TERMS = Terms(
    measures=[asked("A", "60"), asked("B", "40")],
    method="relative_to_highest",
    quantitative_share=Decimal("0.6"),
    qualitative_share=Decimal("0.4"),
    social_value_weight=Decimal("0.15"),
    deadline_at=DEADLINE,
    contract=ContractPeriod(date(2027, 1, 1), date(2028, 12, 31)),
)


def faults(terms: Terms, now: datetime = NOW) -> Sequence[tuple[str, str]]:
    try:
        require_terms_hold(terms, ["N", "S"], now)
    except TermsInvalid as refusal:
        return [(error.pointer, error.code) for error in refusal.errors]
    return []


def test_a_measure_names_lots_of_the_tender_and_each_once():
    measures = [replace(asked("A", "60"), lots=["N", "X", "N"]), replace(asked("B", "40"), lots=["S"])]
    assert faults(replace(TERMS, measures=measures)) == [
        ("/measures/0/lots/0", "lot_repeated"),
        ("/measures/0/lots/1", "lot_unknown"),
        ("/measures/0/lots/2", "lot_repeated"),
    ]


def test_good_terms_have_no_fault():
    assert faults(TERMS) == []


@pytest.mark.parametrize("last", ["39.9999", "40.0001"])
def test_weights_sum_to_100(last):
    assert faults(replace(TERMS, measures=[asked("A", "60"), asked("B", last)])) == [
        ("/measures", "weights_do_not_sum")
    ]


@pytest.mark.parametrize("weight, code", [("0", "weight_not_positive"), ("-1", "weight_not_positive")])
def test_every_weight_is_above_zero(weight, code):
    rest = str(100 - Decimal(weight))
    measures = [asked("A", weight), asked("B", rest)]
    assert faults(replace(TERMS, measures=measures)) == [("/measures/0/weight", code)]


def test_a_measure_is_asked_for_once():
    measures = [asked("A", "30"), asked("B", "40"), asked("A", "30")]
    assert faults(replace(TERMS, measures=measures)) == [
        ("/measures/0/measure", "measure_repeated"),
        ("/measures/2/measure", "measure_repeated"),
    ]


@pytest.mark.parametrize("target, holds", [(None, False), ("0", False), ("-1", False), ("0.01", True)])
def test_scoring_against_targets_needs_each_of_them(target, holds):
    measures = [asked("A", "60", "5"), asked("B", "40", target)]
    found = faults(replace(TERMS, method="against_target", measures=measures))
    assert found == ([] if holds else [("/measures/1/target", "target_missing")])


@pytest.mark.parametrize("share", ["0.5999", "0.6001"])
def test_the_two_shares_sum_to_one(share):
    assert faults(replace(TERMS, quantitative_share=Decimal(share))) == [("/scoring", "shares_do_not_sum")]


def test_weights_and_shares_have_at_most_four_decimals():
    exact = replace(
        TERMS,
        measures=[asked("A", "33.3333"), asked("B", "66.6667")],
        quantitative_share=Decimal("0.3333"),
        qualitative_share=Decimal("0.6667"),
        social_value_weight=Decimal("0.1250"),
    )
    assert faults(exact) == []
    finer = replace(
        TERMS,
        measures=[asked("A", "33.33333"), asked("B", "66.66667")],
        quantitative_share=Decimal("0.33333"),
        qualitative_share=Decimal("0.66667"),
        social_value_weight=Decimal("0.12345"),
    )
    assert faults(finer) == [
        ("/measures/0/weight", "too_many_decimals"),
        ("/measures/1/weight", "too_many_decimals"),
        ("/scoring/quantitative_share", "too_many_decimals"),
        ("/scoring/qualitative_share", "too_many_decimals"),
        ("/social_value_weight", "too_many_decimals"),
    ]


@pytest.mark.parametrize(
    "deadline, code",
    [
        (NOW, "deadline_passed"),
        (NOW + MS, None),
        (NOW + LONGEST_WAIT, None),
        (NOW + LONGEST_WAIT + MS, "deadline_too_far"),
        (datetime(9999, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-12))), "deadline_too_far"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "deadline_passed"),
    ],
)
def test_the_deadline_lies_ahead_and_not_too_far(deadline, code):
    assert faults(replace(TERMS, deadline_at=deadline)) == ([] if code is None else [("/deadline_at", code)])


@pytest.mark.parametrize(
    "start, end, found",
    [
        (date(2027, 1, 2), date(2027, 1, 1), [("/contract_ends_on", "period_reversed")]),
        (date(2027, 1, 1), date(2027, 1, 1), []),
        (date(1899, 12, 31), date(1900, 1, 1), [("/contract_starts_on", "period_out_of_range")]),
        (date(1900, 1, 1), date(1900, 1, 1), []),
        (date(2150, 1, 1), date(2200, 12, 31), []),
        (date(2150, 1, 1), date(2201, 1, 1), [("/contract_starts_on", "period_out_of_range")]),
        (date(2027, 1, 1), date(2126, 12, 31), []),
        (date(2027, 1, 1), date(2127, 1, 1), [("/contract_ends_on", "period_too_long")]),
    ],
)
def test_the_contract_is_one_that_can_be_valued(start, end, found):
    assert faults(replace(TERMS, contract=ContractPeriod(start, end))) == found


def test_all_faults_are_named_at_once():
    bad = replace(
        TERMS,
        measures=[asked("A", "1")],
        quantitative_share=Decimal(1),
        deadline_at=NOW,
        contract=ContractPeriod(date(2027, 1, 2), date(2027, 1, 1)),
    )
    assert faults(bad) == [
        ("/measures", "weights_do_not_sum"),
        ("/scoring", "shares_do_not_sum"),
        ("/contract_ends_on", "period_reversed"),
        ("/deadline_at", "deadline_passed"),
    ]


def test_a_bid_is_taken_a_millisecond_before_the_deadline_and_refused_at_it():
    require_submittable("published", DEADLINE, DEADLINE - MS)
    with pytest.raises(TenderClosed):
        require_submittable("published", DEADLINE, DEADLINE)


@pytest.mark.parametrize("state", ["closed", "evaluated", "awarded"])
def test_once_the_bids_are_called_in_nothing_is_taken_whatever_the_clock_says(state):
    with pytest.raises(TenderClosed):
        require_submittable(state, DEADLINE, DEADLINE - MS)


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_a_tender_that_is_not_published_takes_no_bids(state):
    with pytest.raises(TenderStateWrong):
        require_submittable(state, DEADLINE, DEADLINE - MS)


def test_opening_waits_for_the_deadline_and_the_longest_request():
    grace = timedelta(seconds=1)
    for too_early in (DEADLINE - MS, DEADLINE, DEADLINE + grace - MS):
        with pytest.raises(DeadlineNotPassed):
            require_deadline_passed(too_early, DEADLINE, grace)
    require_deadline_passed(DEADLINE + grace, DEADLINE, grace)
    require_deadline_passed(DEADLINE, DEADLINE, timedelta(0))


def test_a_step_names_the_states_that_allow_it():
    require_state("closed", "closed", "evaluated")
    with pytest.raises(TenderStateWrong, match="is draft; this needs closed or evaluated"):
        require_state("draft", "closed", "evaluated")
