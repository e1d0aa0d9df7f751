"""Whole-number arithmetic on columns: exact quantities, exact products, one rounding.

Everything is a whole number of 64 or 128 bits, never a float. Whether a product can be held is known before
it is taken; what cannot be held never comes here.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import gcd

import polars as pl

from cdp_common.kernel.exact import Exact

QUANTITY_PLACES = 6
"""Quantities are counted in units of their sixth decimal, the last that any measure takes."""

UNITS_LIMIT = 10**18
"""Quantities stay below a million million, so that their units fit 64 bits; larger ones are valued alone."""

SHOWN_PLACES = 8
"""Places of a counted quantity as it is shown; one from `SHOWN_LIMIT` on has fewer and is not held."""

SHOWN_LIMIT = 10**10

_LARGEST = 2**127 - 1
# Eighteen digits at most, so the contract's own limit on digits cannot be passed unnoticed.
_QUANTITY = rf"^-?[0-9]{{1,12}}(\.[0-9]{{1,{QUANTITY_PLACES}}})?$"


@dataclass(frozen=True, slots=True)
class Ratio:
    """A reduced ratio by which whole units are multiplied to give whole pence, or places of a quantity."""

    above: int
    below: int

    @classmethod
    def of(cls, factor: Exact, *, times: int) -> "Ratio":
        """`factor` × `times` for each unit of a quantity."""
        above, below = factor.numerator * times, factor.denominator * 10**QUANTITY_PLACES
        common = gcd(above, below)
        return cls(above // common, below // common)

    def fits(self, units: int) -> bool:
        """Whether the product with so many units, and all smaller ones, can be rounded in 128 bits."""
        return 2 * abs(units) * abs(self.above) + 2 * self.below <= _LARGEST

    def applied(self, units: int) -> int:
        """The rounded product, half away from zero: what the column gives for the same units."""
        product = units * self.above
        size = (2 * abs(product) + self.below) // (2 * self.below)
        return -size if product < 0 else size


def units_of_text(text: pl.Expr) -> pl.Expr:
    """The units of plain decimal text, null where it is not plain or too large.

    The pattern is asked first: by itself the conversion would round a seventh decimal and take `1e5`.
    """
    units = text.cast(pl.Decimal(38, QUANTITY_PLACES), strict=False).to_physical().cast(pl.Int64)
    return pl.when(text.str.contains(_QUANTITY)).then(units)


def rounded(units: pl.Expr, above: pl.Expr, below: pl.Expr, *, is_positive: bool = False) -> pl.Expr:
    """units × above ÷ below in whole numbers, half away from zero; every product fits their width.

    It takes fewer steps where it is known that no product is below zero.
    """
    product = units * above
    if is_positive:
        return (product * 2 + below) // (below * 2)
    size = (product.abs() * 2 + below) // (below * 2)
    return pl.when(product < 0).then(size * -1).otherwise(size)


def pounds(pence: pl.Expr) -> pl.Expr:
    """Pounds with two decimals, exactly."""
    return pence.cast(pl.Decimal(38, 0)) * pl.lit(Decimal("0.01"))


def shown(places: pl.Expr) -> pl.Expr:
    """The number that has so many units of its eighth decimal, exactly."""
    return places.cast(pl.Decimal(38, 0)) * pl.lit(Decimal(1).scaleb(-SHOWN_PLACES))


def shown_text(number: pl.Expr) -> pl.Expr:
    """A number of eight places as text, without zeros after its last decimal."""
    # Every one has eight places here, so only zeros behind the point are taken off.
    return number.cast(pl.String).str.strip_chars_end("0").str.strip_chars_end(".")
