"""How value is spread over areas by their deprivation: a concentration index and value per head, exactly.

The index for grouped data: C = 2 × Σ s_t × R_t − 1, with s_t the share of value that landed in group t, and
R_t the share of people in groups more deprived than t plus half of t's own. It is 2 ÷ μ × cov(h, r) of
O'Donnell, van Doorslaer, Wagstaff, Lindelow, "Analyzing Health Equity Using Household Survey Data", World
Bank 2008, chapter 8, where all of a group have the same. It is between −1 and 1: below 0 more landed in
deprived areas than people live there, above 0 less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

INDEX_PLACES = Decimal("0.000001")
_PENNY = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class DecileValue:
    """What landed in a place's areas of one decile, 1 the most deprived, and how many live there."""

    decile: int
    population: int
    pence: int


def concentration_index(deciles: Sequence[DecileValue]) -> Decimal | None:
    """The index to six decimals, half up; none where nothing landed, nobody lives, or value is below zero.

    The deciles are ordered here, the most deprived first; each is named once.
    """
    people, pence = sum(each.population for each in deciles), sum(each.pence for each in deciles)
    if people <= 0 or pence <= 0 or any(each.pence < 0 for each in deciles):
        return None
    below, weighted = Fraction(0), Fraction(0)
    for each in sorted(deciles, key=lambda found: found.decile):
        rank = (below + Fraction(each.population, 2)) / people
        weighted += Fraction(each.pence, pence) * rank
        below += each.population
    return _rounded(2 * weighted - 1, INDEX_PLACES)


def per_head(pence: int, population: int) -> Decimal | None:
    """Pounds for each head, to the penny, half up; none where nobody lives."""
    return None if population <= 0 else _rounded(Fraction(pence, 100 * population), _PENNY)


def _rounded(value: Fraction, step: Decimal) -> Decimal:
    """The value to the decimals of `step`, half away from zero."""
    steps = abs(value) / Fraction(step)
    whole = (steps.numerator * 2 + steps.denominator) // (2 * steps.denominator)
    rounded = (Decimal(whole) * step).quantize(step, ROUND_HALF_UP)
    return -rounded if value < 0 and whole else rounded
