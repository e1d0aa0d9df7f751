"""Exact decimals in their shortest writing."""

from decimal import Decimal

import pytest

from cdp_common.kernel.exact import decimal_places, without_trailing_zeros


@pytest.mark.parametrize(
    "value, places",
    [("0", 0), ("0.00", 0), ("100", 0), ("1E+3", 0), ("12.50", 1), ("-0.001", 3), ("12.34", 2)],
)
def test_trailing_zeros_are_no_decimal_places(value, places):
    assert decimal_places(Decimal(value)) == places


@pytest.mark.parametrize(
    "value, text",
    [("12.50000000", "12.5"), ("100.00000000", "100"), ("1E+3", "1000"), ("0E-8", "0"), ("-0.10", "-0.1")],
)
def test_a_number_is_written_without_trailing_zeros_or_exponent(value, text):
    assert str(without_trailing_zeros(Decimal(value))) == text
