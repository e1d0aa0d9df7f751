"""Promises worth a second look: more work than the money pays, or far from what others promise.

What this finds is advice to the buyer. It changes no points and decides nothing: a good bid may be unlike the
others. The figures and limits are data with a source (`PlausibilityRules`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal
from uuid import UUID

FlagKind = Literal["work_beyond_value", "outlier_of_bids", "outlier_of_contracts"]
FTE_UNIT = "fte_years"
POUNDS_OF_A_MILLION = Decimal(1_000_000)
SHOWN = Decimal("0.01")
ADVICE = "This is advice and changes no points."


@dataclass(frozen=True)
class FigureSource:
    """Where a figure or a rule comes from."""

    publisher: str
    title: str
    edition: str
    locator: str
    url: str


@dataclass(frozen=True)
class Wage:
    """The least that an hour of work costs, from a day on."""

    name: str
    valid_from: date
    hourly_gbp: Decimal
    source: FigureSource


@dataclass(frozen=True)
class OutlierRule:
    """When a value lies far from others: by the median and the median absolute deviation (MAD).

    Far is `factor` × |value - median| > `limit` × MAD. Where the MAD is zero, because half of the values are
    the same, the mean absolute deviation stands in: |value - median| > `limit` × `mean_factor` × it.
    """

    factor: Decimal
    mean_factor: Decimal
    limit: Decimal
    least_bids: int
    least_contracts: int
    source: FigureSource


@dataclass(frozen=True)
class PlausibilityRules:
    """The figures and limits in force, under the name of their version."""

    version: str
    wages: tuple[Wage, ...]
    hours_per_week: Decimal
    weeks_per_year: Decimal
    outliers: OutlierRule


@dataclass(frozen=True)
class Promise:
    """What one bid promises on one measure over the contract."""

    bid_id: UUID
    measure: str
    unit: str
    quantity: Decimal


@dataclass(frozen=True)
class Flag:
    """One promise worth a second look, and why."""

    bid_id: UUID
    measure: str
    kind: FlagKind
    quantity: Decimal
    compared_with: Decimal
    explanation: str
    source: FigureSource


def wage_on(rules: PlausibilityRules, day: date) -> Wage:
    """The wage in force on a day: the last one before it, or the first there is."""
    wages = sorted(rules.wages, key=lambda wage: wage.valid_from)
    return next((wage for wage in reversed(wages) if wage.valid_from <= day), wages[0])


def flags_of(
    promises: Sequence[Promise],
    contract_value_gbp: Decimal | None,
    starts_on: date,
    contracts: Mapping[tuple[str, str], Sequence[Decimal]],
    rules: PlausibilityRules,
) -> list[Flag]:
    """Every promise worth a second look.

    `contracts` holds what similar contracts promise for each £1m of their value, by measure and unit. Without
    a value of the contract only the bids are compared with each other.
    """
    wage = wage_on(rules, starts_on)
    found: list[Flag] = []
    for promise in promises:
        same = [
            other.quantity
            for other in promises
            if (other.measure, other.unit) == (promise.measure, promise.unit)
        ]
        similar = contracts.get((promise.measure, promise.unit), ())
        candidates = [_beside_bids(promise, same, rules.outliers)]
        if contract_value_gbp is not None and contract_value_gbp > 0:
            candidates.insert(0, _work(promise, contract_value_gbp, wage, rules))
            candidates.append(_beside_contracts(promise, contract_value_gbp, similar, rules.outliers))
        found += [flag for flag in candidates if flag is not None]
    return found


def is_outlier(value: Decimal, others: Sequence[Decimal], rule: OutlierRule) -> bool:
    """Whether the value lies far from the others, among which it may be itself."""
    middle = median(others)
    distances = [abs(other - middle) for other in others]
    spread = median(distances)
    if spread > 0:
        return rule.factor * abs(value - middle) > rule.limit * spread
    return len(others) * abs(value - middle) > rule.limit * rule.mean_factor * sum(distances, Decimal(0))


def median(values: Sequence[Decimal]) -> Decimal:
    """The middle value, or the mean of the two in the middle; there is at least one."""
    ordered, half = sorted(values), len(values) // 2
    if len(ordered) % 2:
        return ordered[half]
    return (ordered[half - 1] + ordered[half]) / 2


def _work(promise: Promise, value_gbp: Decimal, wage: Wage, rules: PlausibilityRules) -> Flag | None:
    if promise.unit != FTE_UNIT:
        return None
    yearly = wage.hourly_gbp * rules.hours_per_week * rules.weeks_per_year
    if promise.quantity * yearly <= value_gbp:
        return None
    payable = (value_gbp / yearly).quantize(SHOWN, ROUND_DOWN)  # at most: never rounded up
    hours = f"{rules.hours_per_week:f} hours × {rules.weeks_per_year:f} weeks"
    words = (
        f"{promise.quantity:f} FTE-years cost at least £{_shown(promise.quantity * yearly):f} in wages "
        f"({wage.name}: £{wage.hourly_gbp:f} × {hours}), "
        f"and the contract is worth £{value_gbp:f}: it pays for {payable:f} at most. {ADVICE}"
    )
    return _flag(promise, "work_beyond_value", payable, words, wage.source)


def _beside_bids(promise: Promise, bids: Sequence[Decimal], rule: OutlierRule) -> Flag | None:
    if len(bids) < rule.least_bids or not is_outlier(promise.quantity, bids, rule):
        return None
    middle = _shown(median(bids))
    words = (
        f"{promise.quantity:f} lies far from the median of the {len(bids)} bids, {middle:f} "
        f"(median absolute deviation, limit {rule.limit:f}). {ADVICE}"
    )
    return _flag(promise, "outlier_of_bids", middle, words, rule.source)


def _beside_contracts(
    promise: Promise, value_gbp: Decimal, contracts: Sequence[Decimal], rule: OutlierRule
) -> Flag | None:
    if len(contracts) < rule.least_contracts:
        return None
    rate = promise.quantity * POUNDS_OF_A_MILLION / value_gbp
    if not is_outlier(rate, contracts, rule):
        return None
    middle = _shown(median(contracts))
    words = (
        f"{_shown(rate):f} for each £1m of the contract lies far from the median of "
        f"{len(contracts)} contracts of the same place, {middle:f} "
        f"(median absolute deviation, limit {rule.limit:f}). {ADVICE}"
    )
    return _flag(promise, "outlier_of_contracts", middle, words, rule.source)


def _flag(promise: Promise, kind: FlagKind, compared_with: Decimal, words: str, source: FigureSource) -> Flag:
    return Flag(promise.bid_id, promise.measure, kind, promise.quantity, compared_with, words, source)


def _shown(value: Decimal) -> Decimal:
    return value.quantize(SHOWN, ROUND_HALF_UP)
