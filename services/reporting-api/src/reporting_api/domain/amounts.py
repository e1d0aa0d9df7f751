"""What one line is worth, in whole pence, and how it is divided without losing a penny."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cdp_common.kernel.money import WeightsNotUsable, split_pence

QUANTITY_STEP = Decimal("1E-8")
"""Quantities are stored with eight decimals."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """Social and local economic pence, the fiscal part of them, and the range where the source gives one."""

    social_pence: int
    local_pence: int
    fiscal_pence: int
    low_pence: int | None
    high_pence: int | None

    @property
    def total_pence(self) -> int:
        """Social plus local economic value."""
        return self.social_pence + self.local_pence

    def negated(self) -> Amounts:
        """The same amounts taken back."""
        return Amounts(
            -self.social_pence,
            -self.local_pence,
            -self.fiscal_pence,
            None if self.low_pence is None else -self.low_pence,
            None if self.high_pence is None else -self.high_pence,
        )

    def split(self, shares: Sequence[Decimal]) -> list[Amounts]:
        """Parts by `shares` that sum to these amounts exactly; the last share takes the rounding."""
        columns = (
            split_pence(self.social_pence, shares),
            split_pence(self.local_pence, shares),
            split_pence(self.fiscal_pence, shares),
            _split_optional(self.low_pence, shares),
            _split_optional(self.high_pence, shares),
        )
        return [Amounts(*parts) for parts in zip(*columns, strict=True)]


def split_quantity(total: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """Parts of a quantity by `shares`, cut to eight decimals; the last share takes what is left."""
    whole = sum((Fraction(share) for share in shares), start=Fraction(0))
    if whole <= 0 or any(share < 0 for share in shares):
        raise WeightsNotUsable("shares must not be negative and at least one must be above zero")
    scaled = int(total.quantize(QUANTITY_STEP).scaleb(8))
    parts = [int(scaled * Fraction(share) / whole) for share in shares]
    last = max(index for index, share in enumerate(shares) if share > 0)
    parts[last] += scaled - sum(parts)
    return [Decimal(part).scaleb(-8) for part in parts]


def _split_optional(pence: int | None, shares: Sequence[Decimal]) -> list[int] | list[None]:
    return [None] * len(shares) if pence is None else split_pence(pence, shares)
