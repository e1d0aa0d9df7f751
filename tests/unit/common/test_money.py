"""Pounds become whole pence by one rule, and a split never loses or makes a penny."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.money import (
    AmountNotUsable,
    WeightsNotUsable,
    gbp_from_pence,
    gbp_text,
    pence_from_gbp,
    split_pence,
)

PENCE = st.integers(min_value=-(10**18) + 1, max_value=10**18 - 1)
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=6)
WEIGHTS = st.lists(st.decimals(min_value=0, max_value=10**6, places=4), min_size=1, max_size=40).filter(any)


@pytest.mark.parametrize(
    "amount, pence",
    [
        ("0", 0),
        ("-0", 0),
        ("1234.50", 123450),
        ("0.004", 0),
        ("0.005", 1),
        ("1.005", 101),
        ("1.00499999", 100),
        ("-0.005", -1),
        ("-1.005", -101),
        ("1E+3", 100000),
        ("1E-40", 0),
        ("9999999999999999.99", 10**18 - 1),
        ("-9999999999999999.99", -(10**18) + 1),
    ],
)
def test_pounds_become_pence_half_up(amount: str, pence: int) -> None:
    assert pence_from_gbp(Decimal(amount)) == pence


@pytest.mark.parametrize(
    "amount",
    [
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "10000000000000000",
        "-10000000000000000",
        "1E+999999",
        "123456789012345.6789",
    ],
)
def test_what_cannot_be_money_is_refused(amount: str) -> None:
    with pytest.raises(AmountNotUsable) as refusal:
        pence_from_gbp(Decimal(amount))
    assert refusal.value.code == "amount_not_usable"


def test_eighteen_digits_are_accepted_and_nineteen_are_not() -> None:
    assert pence_from_gbp(Decimal("123456789012345.678")) == 12345678901234568
    with pytest.raises(AmountNotUsable):
        pence_from_gbp(Decimal("123456789012345.6789"))


def test_eighteen_digits_that_round_up_to_nineteen_are_refused() -> None:
    assert pence_from_gbp(Decimal("999999999999999.994")) == 99999999999999999
    assert pence_from_gbp(Decimal("999999999999999.995")) == 100000000000000000


@given(PENCE)
def test_pence_survive_the_way_to_pounds_and_back(pence: int) -> None:
    pounds = gbp_from_pence(pence)
    assert pence_from_gbp(pounds) == pence
    assert pounds.as_tuple().exponent == -2
    assert Decimal(gbp_text(pence)) == pounds


@given(AMOUNTS)
def test_rounding_is_half_up_away_from_zero(amount: Decimal) -> None:
    assert pence_from_gbp(amount) == int((amount * 100).to_integral_value(ROUND_HALF_UP))


@given(AMOUNTS)
def test_a_negative_amount_mirrors_the_positive_one(amount: Decimal) -> None:
    assert pence_from_gbp(-amount) == -pence_from_gbp(amount)


@pytest.mark.parametrize(
    "pence, text", [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (123450, "1234.50"), (-123450, "-1234.50")]
)
def test_text_has_two_decimals_and_no_separator(pence: int, text: str) -> None:
    assert gbp_text(pence) == text


@pytest.mark.parametrize(
    "total, weights, parts",
    [
        (100, ["1", "1", "1"], [33, 33, 34]),
        (-100, ["1", "1", "1"], [-33, -33, -34]),
        (2, ["1", "1", "1", "1"], [0, 0, 0, 2]),
        (100, ["0.5", "0.25", "0.25"], [50, 25, 25]),
        (100, ["1", "2", "0"], [33, 67, 0]),
        (0, ["1", "3"], [0, 0]),
        (7, ["0.0001"], [7]),
    ],
)
def test_the_last_part_with_a_weight_takes_the_rounding(
    total: int, weights: list[str], parts: list[int]
) -> None:
    assert split_pence(total, [Decimal(weight) for weight in weights]) == parts


@pytest.mark.parametrize("weights", [[], ["0"], ["0", "0"], ["1", "-1"], ["NaN"], ["Infinity"]])
def test_shares_that_divide_nothing_are_refused(weights: list[str]) -> None:
    with pytest.raises(WeightsNotUsable):
        split_pence(100, [Decimal(weight) for weight in weights])


@given(PENCE, WEIGHTS)
def test_parts_sum_to_the_total_and_keep_its_sign(total: int, weights: list[Decimal]) -> None:
    parts = split_pence(total, weights)
    assert sum(parts) == total
    assert all(part * total >= 0 for part in parts)
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@given(PENCE, WEIGHTS)
def test_each_part_but_the_last_is_within_a_penny_of_its_share(total: int, weights: list[Decimal]) -> None:
    parts = split_pence(total, weights)
    last = max(index for index, weight in enumerate(weights) if weight > 0)
    for index, part in enumerate(parts):
        if index != last:
            assert abs(part * sum(weights) - total * weights[index]) < sum(weights)
