"""What was delivered beyond a promise, by quantity and with the share of the value that goes with it."""

from decimal import Decimal
from uuid import UUID

import pytest

from reporting_api.domain.beyond import DeliveredOf, DeliveredSum, beyond_of, beyond_quantity

NOTHING = DeliveredSum(Decimal(0), 0, 0, 0)


def delivered(quantity: str, social: int, local: int = 0, fiscal: int = 0) -> DeliveredSum:
    return DeliveredSum(Decimal(quantity), social, local, fiscal)


@pytest.mark.parametrize(
    ("quantity", "beyond"), [("99.99", "0"), ("100", "0"), ("100.01", "0.01"), ("150", "50")]
)
def test_nothing_is_beyond_until_the_promise_is_kept(quantity: str, beyond: str):
    assert beyond_quantity(Decimal(100), Decimal(quantity)) == Decimal(beyond)


@pytest.mark.parametrize(("quantity", "beyond"), [("-15", "0"), ("-5", "0"), ("0", "0"), ("5", "5")])
def test_who_promises_less_than_nothing_delivers_beyond_it_from_nothing_on(quantity: str, beyond: str):
    assert beyond_quantity(Decimal(-10), Decimal(quantity)) == Decimal(beyond)


def test_the_value_beyond_is_that_of_the_quantity_half_up():
    line = DeliveredOf(UUID(int=1), Decimal(100), NOTHING, delivered("150", 1001, 300, 10))
    found = beyond_of([line])
    # A third of each: 333.67, 100 and 3.33 pence.
    assert (found.social_pence, found.local_pence, found.fiscal_pence) == (334, 100, 3)
    assert not found.has_range


def test_what_was_beyond_before_the_window_is_not_so_again():
    before, by_end = delivered("120", 1200), delivered("160", 1600)
    assert beyond_of([DeliveredOf(UUID(int=1), Decimal(100), before, by_end)]).social_pence == 600 - 200
    assert beyond_of([DeliveredOf(UUID(int=1), Decimal(100), before, before)]).social_pence == 0
    # A promise of nothing is all beyond; corrections may take quantities back to below zero.
    assert beyond_of([DeliveredOf(UUID(int=1), Decimal(0), NOTHING, by_end)]).social_pence == 1600
    assert beyond_of([DeliveredOf(UUID(int=1), Decimal(0), NOTHING, delivered("-5", -50))]).social_pence == 0
