"""Exact decimals: how many places they have, and their shortest way of being written."""

from __future__ import annotations

from decimal import Decimal


def decimal_places(value: Decimal) -> int:
    """How many decimals the value needs; trailing zeros do not count."""
    exponent = value.as_tuple().exponent
    if exponent == 0:
        return 0  # the usual case needs no second number
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def plain(value: Decimal) -> Decimal:
    """The same value without trailing zeros or exponent: 12.50000000 is 12.5, and 100 stays 100."""
    return Decimal(format(value.normalize(), "f"))
