"""The concentration index: worked examples to the last decimal, its bounds, and when there is none."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting_api.domain.concentration import DecileValue, concentration_index, per_head


def index(*groups: tuple[int, int]) -> Decimal | None:
    return concentration_index([DecileValue(n, people, pence) for n, (people, pence) in enumerate(groups, 1)])


def test_the_worked_example_of_the_page_on_needs_comes_out():
    page = " ".join((Path(__file__).parents[3] / "docs" / "needs.md").read_text(encoding="utf-8").split())
    [example] = re.findall(r"\*\*Example\.\*\* (Decile 1: .+ and £0\.67\.)", page)
    groups = [
        (int(people), 100 * int(pounds)) for people, pounds in re.findall(r"(\d+) people, £(\d+)\.", example)
    ]
    [told] = re.findall(r"− 1 = (-\d\.\d{6})\.", example)
    heads = re.findall(r"£(\d\.\d\d)", example)
    assert groups == [(100, 500_00), (200, 300_00), (300, 200_00)]
    # 2 × (500/1000 × 1/12 + 300/1000 × 4/12 + 200/1000 × 9/12) − 1 = 2 × 0.291666… − 1
    assert index(*groups) == Decimal(told) == Decimal("-0.416667")
    assert [str(per_head(pence, people)) for people, pence in groups] == heads == ["5.00", "1.50", "0.67"]


def test_groups_are_ranked_by_their_decile_however_they_are_given():
    given = [DecileValue(9, 50, 0), DecileValue(1, 50, 100)]
    assert concentration_index(given) == concentration_index(given[::-1]) == Decimal("-0.500000")


def test_the_form_for_groups_is_twice_the_covariance_over_the_mean():
    # Each person apart: pence 5, 2, 2 at ranks 1/6, 3/6, 5/6; the mean is 3, the covariance
    # (5/6 + 2 × 3/6 + 2 × 5/6) ÷ 3 − 3 × 1/2 = −1/3, and 2 ÷ 3 × −1/3 = −2/9.
    assert index((1, 5), (2, 4)) == Decimal("-0.222222")


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        ([(100, 10), (200, 20), (300, 30)], "0.000000"),  # everybody the same
        ([(50, 100), (50, 0)], "-0.500000"),  # everything in the more deprived half
        ([(50, 0), (50, 100)], "0.500000"),
        ([(0, 0), (100, 7)], "0.000000"),
    ],
)
def test_equal_value_gives_zero_and_more_where_need_is_gives_less(groups, found):
    assert index(*groups) == Decimal(found)


def test_there_is_no_index_of_nothing_of_nobody_or_of_less_than_nothing():
    assert index((100, 0), (100, 0)) is None
    assert index((0, 100)) is None
    assert index((100, 100), (100, -1)) is None
    assert index() is None


def test_pounds_for_each_head_are_rounded_half_up():
    assert per_head(1, 3) == Decimal("0.00")
    assert per_head(1, 2) == Decimal("0.01")
    assert per_head(-1, 2) == Decimal("-0.01")
    assert per_head(100, 0) is None


@given(st.lists(st.tuples(st.integers(1, 10**6), st.integers(0, 10**12)), min_size=1, max_size=10))
def test_the_index_turns_its_sign_with_the_order_and_stays_within_one(groups):
    found, turned = index(*groups), index(*reversed(groups))
    if found is None or turned is None:
        assert found is turned
    else:
        assert -1 <= found <= 1
        assert found == -turned
