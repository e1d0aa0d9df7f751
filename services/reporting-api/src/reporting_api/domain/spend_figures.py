"""Shares, leakage and the local multiplier of payments: exact pence, no share where it would mislead."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Literal

from cdp_common.kernel.errors import FieldError, InvalidInput
from cdp_common.kernel.periods import Period

MAX_GROUPS = 1_000
MAX_WINDOW_DAYS = 3_660
_PLACES = Decimal("0.0001")

NoShareReason = Literal["nothing_paid", "credits_exceed_payments"]
NoMultiplierReason = Literal["round_1_missing", "round_2_missing", "round_3_missing", "rounds_not_falling"]


class SpendWindowInvalid(InvalidInput):
    """The window is longer than figures are given for."""

    code = "spend_window_invalid"
    title = "The window of the figures does not hold"


class SpendRoundInvalid(InvalidInput):
    """What is said of a surveyed round does not hold; see `errors`."""

    code = "spend_round_invalid"
    title = "The surveyed round does not hold"


@dataclass(frozen=True, slots=True)
class Split:
    """Pence to those who are, are not, and are unknown."""

    yes: int
    no: int
    unknown: int

    @property
    def whole(self) -> int:
        """What the three come to."""
        return self.yes + self.no + self.unknown

    @property
    def no_share_reason(self) -> NoShareReason | None:
        """Why no share is told: nothing was paid, or a part is below nothing."""
        if self.whole <= 0:
            return "nothing_paid"
        return "credits_exceed_payments" if min(self.yes, self.no, self.unknown) < 0 else None

    def share(self, part: int) -> Decimal | None:
        """The share of a part, to four places half up; none where no share is told."""
        return None if self.no_share_reason else ratio(part, self.whole)


def ratio(part: int, whole: int) -> Decimal:
    """One number of pence in another, to four places half up."""
    with localcontext(prec=50):
        return (Decimal(part) / whole).quantize(_PLACES, rounding=ROUND_HALF_UP)


def retainable(outside: int, local_suppliers: int) -> int:
    """What of a category could be retained: all that is paid outside, if anybody local is paid for it at all.

    The rule is ours. It takes a local supplier in the data as a sign that the category can be had in the
    place; it knows nothing of price, capacity or what exactly was bought, and so is an upper bound.
    """
    return max(outside, 0) if local_suppliers > 0 else 0


@dataclass(frozen=True, slots=True)
class Multiplier:
    """LM3, or why there is none."""

    value: Decimal | None
    reason: NoMultiplierReason | None


def local_multiplier(round_1: int | None, round_2: int | None, round_3: int | None) -> Multiplier:
    """LM3 = (R1 + R2 + R3) ÷ R1 of pence (New Economics Foundation, The Money Trail, 2002), to four places.

    Money that is spent locally again is part of what came in, so that a round above the one before is a
    mistake of the survey, and gives no multiplier.
    """
    if round_1 is None or round_1 <= 0:
        return Multiplier(None, "round_1_missing")
    if round_2 is None:
        return Multiplier(None, "round_2_missing")
    if round_3 is None:
        return Multiplier(None, "round_3_missing")
    if not round_1 >= round_2 >= round_3 >= 0:
        return Multiplier(None, "rounds_not_falling")
    return Multiplier(ratio(round_1 + round_2 + round_3, round_1), None)


def require_window_holds(window: Period) -> None:
    """Refuse a window of more than ten years."""
    if window.days > MAX_WINDOW_DAYS:
        fault = FieldError("?to", "period_too_long", f"figures span {MAX_WINDOW_DAYS} days at most")
        raise SpendWindowInvalid("The window is too long.", errors=[fault])


def require_round_holds(asked: int, answered: int) -> None:
    """Refuse more answers than were asked for."""
    if answered > asked:
        fault = FieldError("/answered_count", "more_than_asked", "no more answer than are asked")
        raise SpendRoundInvalid("The round does not hold; see errors.", errors=[fault])
