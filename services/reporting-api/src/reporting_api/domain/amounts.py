"""What one line is worth, in whole pence, and how it is divided without losing a penny."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cdp_common.kernel.money import split_pence


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

    def minus(self, others: Iterable[Amounts]) -> Amounts:
        """What is left of these amounts; a range is left only where every part has one."""
        left = self
        for other in others:
            left = Amounts(
                left.social_pence - other.social_pence,
                left.local_pence - other.local_pence,
                left.fiscal_pence - other.fiscal_pence,
                _difference(left.low_pence, other.low_pence),
                _difference(left.high_pence, other.high_pence),
            )
        return left

    def split(self, shares: Sequence[Decimal]) -> list[Amounts]:
        """Parts by `shares` that sum to these amounts exactly; the last share takes the rounding."""
        if len(shares) == 1 and shares[0] > 0:
            return [self]
        columns = (
            split_pence(self.social_pence, shares),
            split_pence(self.local_pence, shares),
            split_pence(self.fiscal_pence, shares),
            _split_optional(self.low_pence, shares),
            _split_optional(self.high_pence, shares),
        )
        return [Amounts(*parts) for parts in zip(*columns, strict=True)]


def _difference(pence: int | None, other: int | None) -> int | None:
    return None if pence is None or other is None else pence - other


def _split_optional(pence: int | None, shares: Sequence[Decimal]) -> list[int] | list[None]:
    return [None] * len(shares) if pence is None else split_pence(pence, shares)
