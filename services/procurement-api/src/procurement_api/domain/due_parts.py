"""What of a promise has fallen due before a day, in the parts in which reporting enters it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cdp_common.kernel.money import split_pence
from cdp_common.kernel.periods import Period
from cdp_common.kernel.quantities import split_quantity
from procurement_api.domain.contract_period import Instalment

_ONE = Decimal(1)


@dataclass(frozen=True)
class Part:
    """A quantity as promised and as counted, and what it is worth in pence."""

    quantity: Decimal
    counted: Decimal
    social: int
    local: int
    fiscal: int
    low: int | None
    high: int | None

    def plus(self, other: Part) -> Part:
        """Both together; a range only where both have one."""
        return Part(
            self.quantity + other.quantity,
            self.counted + other.counted,
            self.social + other.social,
            self.local + other.local,
            self.fiscal + other.fiscal,
            _sum(self.low, other.low),
            _sum(self.high, other.high),
        )

    def minus(self, other: Part) -> Part:
        """What is left without the other."""
        return self.plus(other.negated())

    def negated(self) -> Part:
        """The same taken back."""
        return Part(
            -self.quantity,
            -self.counted,
            -self.social,
            -self.local,
            -self.fiscal,
            None if self.low is None else -self.low,
            None if self.high is None else -self.high,
        )


@dataclass(frozen=True)
class Promise:
    """A line as it stands: its whole, what fell due before its last variation, and when the rest does."""

    whole: Part
    kept: Part
    rest_from: date
    ends_on: date
    schedule: Sequence[Instalment]
    is_level: bool = False
    """Whether the quantity as promised is a level, such as a percentage, of which no part falls due."""


def nothing_of(whole: Part) -> Part:
    """None of it; a range where the whole has one."""
    zero = Decimal(0)
    return Part(zero, zero, 0, 0, 0, None if whole.low is None else 0, None if whole.high is None else 0)


def due_before(promise: Promise, day: date) -> Part:
    """What of the promise falls due before the day: by its schedule, else by equal parts at month ends."""
    rest = promise.whole.minus(promise.kept)
    if promise.schedule:
        dated = sorted(promise.schedule, key=lambda part: part.due_on)
        days, shares = [part.due_on for part in dated], [part.share for part in dated]
    else:
        life = Period(promise.rest_from, max(promise.rest_from, promise.ends_on))
        days = [month.end for month in life.months()]
        shares = [_ONE] * len(days)
    due = promise.kept
    for due_on, part in zip(days, _split(rest, shares), strict=True):
        if due_on < day:
            due = due.plus(part)
    return due


def _split(part: Part, shares: Sequence[Decimal]) -> list[Part]:
    columns = (
        split_quantity(part.quantity, shares),
        split_quantity(part.counted, shares),
        split_pence(part.social, shares),
        split_pence(part.local, shares),
        split_pence(part.fiscal, shares),
        _split_optional(part.low, shares),
        _split_optional(part.high, shares),
    )
    return [Part(*parts) for parts in zip(*columns, strict=True)]


def _split_optional(pence: int | None, shares: Sequence[Decimal]) -> list[int] | list[None]:
    return [None] * len(shares) if pence is None else split_pence(pence, shares)


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
