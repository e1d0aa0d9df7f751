"""Pence and quantities are divided without loss."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reporting_api.builders import amounts

from cdp_common.kernel.money import WeightsNotUsable
from cdp_common.kernel.quantities import split_quantity
from reporting_api.domain.amounts import Amounts

SHARES = st.lists(st.decimals("0.01", "1", places=2), min_size=1, max_size=40)
PENCE = st.integers(-(10**15), 10**15)


@given(PENCE, PENCE, PENCE, st.none() | PENCE, SHARES)
def test_parts_sum_to_the_whole_in_every_component(social, local, fiscal, low, shares):
    whole = Amounts(social, local, fiscal, low, low)
    parts = whole.split(shares)
    assert sum(part.social_pence for part in parts) == social
    assert sum(part.local_pence for part in parts) == local
    assert sum(part.fiscal_pence for part in parts) == fiscal
    if low is None:
        assert {part.low_pence for part in parts} == {None}
    else:
        assert sum(part.low_pence or 0 for part in parts) == low


@given(st.decimals("-1000000000", "1000000000", places=8), SHARES)
def test_parts_of_a_quantity_sum_to_it(total, shares):
    assert sum(split_quantity(total, shares)) == total


def test_the_last_share_takes_the_rounding():
    assert [part.social_pence for part in amounts(100).split([Decimal(1)] * 3)] == [33, 33, 34]
    assert split_quantity(Decimal(1), [Decimal(1)] * 3) == [
        Decimal("0.33333333"),
        Decimal("0.33333333"),
        Decimal("0.33333334"),
    ]


@pytest.mark.parametrize("shares", [[], [Decimal(0)], [Decimal(2), Decimal(-1)]])
def test_shares_must_be_usable(shares):
    with pytest.raises(WeightsNotUsable):
        split_quantity(Decimal(1), shares)


def test_negated_amounts_cancel():
    whole = Amounts(5, 7, 1, 2, None)
    assert whole.negated() == Amounts(-5, -7, -1, -2, None)
    assert whole.total_pence == 12
