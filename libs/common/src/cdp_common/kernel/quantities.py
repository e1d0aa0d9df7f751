"""Quantities as they are stored, and how one is divided without losing any of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cdp_common.kernel.money import WeightsNotUsable, whole_weights

QUANTITY_STEP = Decimal("1E-8")
"""Quantities are stored with eight decimals."""


def split_quantity(total: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """Parts of a quantity by `shares`, cut to eight decimals; the last share takes what is left."""
    if len(shares) == 1 and shares[0] > 0:
        return [total.quantize(QUANTITY_STEP)]
    weights = whole_weights(shares)
    whole = sum(weights)
    if whole <= 0 or any(share < 0 for share in shares):
        raise WeightsNotUsable("shares must not be negative and at least one must be above zero")
    scaled = int(total.quantize(QUANTITY_STEP).scaleb(8))
    sign = -1 if scaled < 0 else 1
    parts = [sign * (abs(scaled) * weight // whole) for weight in weights]
    last = max(index for index, share in enumerate(shares) if share > 0)
    parts[last] += scaled - sum(parts)
    return [Decimal(part).scaleb(-8) for part in parts]
