"""What anybody can do with an explanation: multiply its factors out, and round once."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Protocol


class Recomputable(Protocol):
    """A step as the domain holds it, or as it comes over the wire."""

    @property
    def rule(self) -> str: ...

    @property
    def factor(self) -> Decimal | None: ...

    @property
    def divisor(self) -> Decimal | None: ...


def recompute(steps: Sequence[Recomputable]) -> int:
    """The pence to which steps lead: half a penny goes away from zero, and without a rounding there are none.

    The results written beside the factors are not used, so a wrong one cannot hide.
    """
    if steps[-1].rule != "rounding":
        return 0
    pounds = Fraction(1)
    for step in steps:
        pounds *= Fraction(1 if step.factor is None else step.factor) / Fraction(step.divisor or 1)
    pence = int(abs(pounds) * 100 + Fraction(1, 2))
    return -pence if pounds < 0 else pence
