"""Social value for each £ of contract: committed pence of contracts in force against what they are worth.

The denominator is known only where every contract has one: a ratio of some of them would be another figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Literal
from uuid import UUID

from reporting_api.domain.disclosure import DisclosureRule, is_group_safe

RatioAbsent = Literal["no_contracts", "value_unknown", "value_nothing", "licensed_left_out", "withheld"]
_PLACES = 10_000


@dataclass(frozen=True, slots=True)
class ContractPart:
    """What one deliverer owes by one contract in force: committed pence, and what the contract is worth."""

    source_id: UUID
    deliverer_id: UUID
    commissioner_id: UUID | None
    committed_pence: int
    value_pence: int | None
    is_licensed: bool
    """Whether some of what it commits may not be shown to the reader; then it is not in the pence."""
    is_sample: bool = False
    value_version: int | None = None
    """Which statement of what the contract is worth counts; none where there is none."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """Committed pence against the worth of contracts, or why there is no ratio."""

    contracts: int
    without_value: int
    committed_pence: int
    value_pence: int | None
    per_pound: Decimal | None
    absent: RatioAbsent | None


def ratio_of_contracts(parts: Iterable[ContractPart]) -> Ratio:
    """The ratio of these contracts; each counts once, whoever owes parts of it."""
    found = [part for part in parts if part.committed_pence != 0 or part.is_licensed]
    worth = {part.source_id: part.value_pence for part in found}
    missing = sum(value is None for value in worth.values())
    committed = sum(part.committed_pence for part in found)
    value = None if missing else sum(pence for pence in worth.values() if pence is not None)
    absent: RatioAbsent | None = None
    if not worth:
        absent = "no_contracts"
    elif any(part.is_licensed for part in found):
        absent = "licensed_left_out"
    elif value is None:
        absent = "value_unknown"
    elif value == 0:
        absent = "value_nothing"
    per_pound = None if absent or not value else _rounded(Fraction(committed, value))
    return Ratio(len(worth), missing, committed, value if worth else None, per_pound, absent)


def is_worth_safe(parts: Iterable[ContractPart], agreed: frozenset[UUID], rule: DisclosureRule) -> bool:
    """Whether what contracts are worth together may be told: enough deliverers, of whom none dominates."""
    by_deliverer: dict[UUID, int] = {}
    counted: set[UUID] = set()
    for part in parts:
        if part.source_id not in counted and (part.committed_pence != 0 or part.is_licensed):
            counted.add(part.source_id)
            so_far = by_deliverer.get(part.deliverer_id, 0)
            by_deliverer[part.deliverer_id] = so_far + (part.value_pence or 0)
    return is_group_safe({"value": by_deliverer}, agreed, rule)


def _rounded(value: Fraction) -> Decimal:
    """To four places, half away from zero."""
    scaled = abs(value) * _PLACES
    whole = (scaled.numerator * 2 + scaled.denominator) // (2 * scaled.denominator)
    rounded = (Decimal(whole) / _PLACES).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return -rounded if value < 0 and whole else rounded
