"""What was delivered beyond what was promised: by quantity, and the share of its value that goes with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from reporting_api.domain.figures import FigureSum

_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class DeliveredSum:
    """What was delivered against a promised line up to a day: counted quantity, and pence."""

    quantity: Decimal
    social_pence: int
    local_pence: int
    fiscal_pence: int


@dataclass(frozen=True, slots=True)
class DeliveredOf:
    """A promised line: how much was promised, and what was delivered before a window and by its end."""

    line_id: UUID
    promised: Decimal
    before: DeliveredSum
    by_end: DeliveredSum


def beyond_quantity(promised: Decimal, delivered: Decimal) -> Decimal:
    """The quantity delivered beyond the promise, never more than was delivered.

    Who promises less than nothing, such as more emissions, promises no delivery, so that beyond it is what
    lies above nothing.
    """
    return max(delivered - max(promised, _NOTHING), _NOTHING)


def beyond_of(lines: Iterable[DeliveredOf]) -> FigureSum:
    """The value delivered in the window beyond the promise: beyond at its end, less what was so before.

    The share of a line's value is that of its quantity, half up to the penny once per line and component.
    """
    social = local = fiscal = 0
    for line in lines:
        for sums, sign in ((line.by_end, 1), (line.before, -1)):
            social += sign * _part(sums.social_pence, sums.quantity, line.promised)
            local += sign * _part(sums.local_pence, sums.quantity, line.promised)
            fiscal += sign * _part(sums.fiscal_pence, sums.quantity, line.promised)
    return FigureSum(social, local, fiscal, lines_without_range=1)


def _part(pence: int, delivered: Decimal, promised: Decimal) -> int:
    beyond = beyond_quantity(promised, delivered)
    if beyond == 0:
        return 0
    return int((pence * beyond / delivered).quantize(Decimal(1), rounding=ROUND_HALF_UP))
