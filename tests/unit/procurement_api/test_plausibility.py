"""Plausibility: what is flagged on both sides of each limit, with the figures that the page names."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement_api.domain.plausibility import Promise, flags_of, is_outlier, median, wage_on
from procurement_api.storage.plausibility_rules import shipped_rules

RULES = shipped_rules()
BIDS = [UUID(int=number) for number in range(1, 9)]
STARTS_ON = date(2026, 1, 1)


def promises(*quantities: str, unit: str = "hours") -> list[Promise]:
    return [
        Promise(bid, "A", unit, Decimal(quantity)) for bid, quantity in zip(BIDS, quantities, strict=False)
    ]


@pytest.mark.parametrize(
    "day, hourly",
    [("2020-01-01", "12.21"), ("2026-03-31", "12.21"), ("2026-04-01", "12.71"), ("2031-01-01", "12.71")],
)
def test_the_wage_is_the_one_in_force_when_the_contract_starts(day, hourly):
    assert wage_on(RULES, date.fromisoformat(day)).hourly_gbp == Decimal(hourly)


@pytest.mark.parametrize("value, flagged", [("222222.00", False), ("222221.99", True)])
def test_more_work_than_the_value_pays_for_is_flagged(value, flagged):
    # 12.21 × 35 × 52 = £22,222.20 for each FTE-year
    found = flags_of(promises("10", unit="fte_years"), Decimal(value), STARTS_ON, {}, RULES)
    assert [flag.kind for flag in found] == ["work_beyond_value"] * flagged


def test_a_flag_says_what_it_rests_on():
    [flag] = flags_of(promises("11", unit="fte_years"), Decimal("222222.00"), STARTS_ON, {}, RULES)
    assert flag.explanation == (
        "11 FTE-years cost at least £244444.20 in wages (National Living Wage from April 2025: £12.21 × 35 "
        "hours × 52 weeks), and the contract is worth £222222.00: it pays for 10.00 at most. "
        "This is advice and changes no points."
    )
    assert flag.source.publisher == "HM Government"
    assert flags_of(promises("11", unit="hours"), Decimal(1), STARTS_ON, {}, RULES) == []
    assert flags_of(promises("11", unit="fte_years"), None, STARTS_ON, {}, RULES) == []


def test_one_bid_far_from_two_that_agree_is_flagged_and_two_bids_are_too_few():
    found = flags_of(promises("10", "11", "100"), None, STARTS_ON, {}, RULES)
    assert [(flag.bid_id, flag.kind, flag.compared_with) for flag in found] == [
        (BIDS[2], "outlier_of_bids", Decimal("11.00"))
    ]
    assert found[0].explanation == (
        "100 lies far from the median of the 3 bids, 11.00 (median absolute deviation, limit 3.5). "
        "This is advice and changes no points."
    )
    assert flags_of(promises("10", "100"), None, STARTS_ON, {}, RULES) == []


def test_what_a_contract_pays_for_at_most_is_never_rounded_up():
    # £222,221.99 is a penny short of the wages of ten years: ten years would read as if nothing were wrong.
    [flag] = flags_of(promises("10", unit="fte_years"), Decimal("222221.99"), STARTS_ON, {}, RULES)
    assert (flag.kind, flag.compared_with) == ("work_beyond_value", Decimal("9.99"))
    assert "it pays for 9.99 at most" in flag.explanation


def test_the_limit_itself_is_not_far():
    others = [Decimal(0), Decimal(1), Decimal(2)]  # median 1, MAD 1: far begins beyond 3.5 ÷ 0.6745
    at = Decimal(1) + Decimal("3.5") / Decimal("0.6745")
    assert not is_outlier(at.quantize(Decimal("0.0001"), "ROUND_DOWN"), others, RULES.outliers)
    assert is_outlier(at.quantize(Decimal("0.0001"), "ROUND_UP"), others, RULES.outliers)


def test_where_half_of_the_bids_are_the_same_the_mean_deviation_stands_in():
    same = [Decimal(10)] * 6
    assert is_outlier(Decimal(100), [*same, Decimal(100)], RULES.outliers)  # 7 × 90 > 3.5 × 1.253314 × 90
    assert not is_outlier(Decimal(100), [*same[:3], Decimal(100)], RULES.outliers)  # 4 × 90 is less
    assert not is_outlier(Decimal(10), same, RULES.outliers)


def test_similar_contracts_are_compared_for_each_million_and_fewer_than_three_are_too_few():
    contracts = {("A", "hours"): [Decimal(90), Decimal(100), Decimal(110)]}
    ordinary = flags_of(promises("200"), Decimal(2_000_000), STARTS_ON, contracts, RULES)
    assert ordinary == []
    [flag] = flags_of(promises("400"), Decimal(2_000_000), STARTS_ON, contracts, RULES)
    assert (flag.kind, flag.compared_with) == ("outlier_of_contracts", Decimal("100.00"))
    few = {("A", "hours"): [Decimal(90), Decimal(100)]}
    assert flags_of(promises("400"), Decimal(2_000_000), STARTS_ON, few, RULES) == []


@given(st.lists(st.decimals(0, 10**9, places=2), min_size=3, max_size=8))
def test_equal_bids_are_never_flagged_and_order_does_not_matter(quantities):
    middle = median(quantities)
    assert min(quantities) <= middle <= max(quantities)
    assert not is_outlier(middle, quantities, RULES.outliers)
    found = {value for value in quantities if is_outlier(value, quantities, RULES.outliers)}
    assert found == {value for value in quantities if is_outlier(value, quantities[::-1], RULES.outliers)}
    assert flags_of(promises(*["7"] * len(quantities)), None, STARTS_ON, {}, RULES) == []
