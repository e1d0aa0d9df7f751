"""What is scored in one lot where each has a contract of its own: which bids, which lines, which weights.

A lot compares the bids for it alone. The weights of the measures asked for in it are scaled to 100, so that
points mean the same in every lot. What a bid owes once, whichever lots it wins, counts in each lot that the
bid is for: whichever it wins, the buyer gets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from procurement_api.domain.scoring import ScoredMeasure

ALL_POINTS = Decimal(100)
WEIGHT_STEP = Decimal("0.0001")
"""Scaled weights are rounded half up to four decimals; the heaviest takes what is left of 100."""
OWED_ONCE = "Owed once, whichever lots are won: counted in each lot that the bid is for."


@dataclass(frozen=True)
class AskedMeasure:
    """A measure of the tender with its weight of 100, and the lots that it is asked for; none named: all."""

    code: str
    weight: Decimal
    target: Decimal | None
    lots: frozenset[str]


def lots_with_contracts(award_by: str, lots: Iterable[str]) -> list[str | None]:
    """What has a contract, and so results, of its own: each lot in order, or the whole tender."""
    return [None] if award_by == "whole" else list(lots)


def measures_in(lot: str | None, asked: Sequence[AskedMeasure]) -> list[ScoredMeasure]:
    """The measures that are asked for in the lot with their weights there; without a lot all as they are."""
    here = [each for each in asked if lot is None or not each.lots or lot in each.lots]
    total = sum((each.weight for each in here), Decimal(0))
    if lot is None or total in (0, ALL_POINTS):
        return [ScoredMeasure(each.code, each.weight, each.target) for each in here]
    weights = [_scaled(each.weight, total) for each in here]
    # The heaviest takes the rounding: a light one might have less than there is of it.
    weights[weights.index(max(weights))] += ALL_POINTS - sum(weights, Decimal(0))
    return [
        ScoredMeasure(each.code, weight, each.target, f"Weight {each.weight:f} of {total:f} in this lot.")
        for each, weight in zip(here, weights, strict=True)
    ]


def lines_in(lot: str | None, lines: Sequence[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    """A bid's lines that count in the lot: its own and those owed once; none where the bid is not for it."""
    if lot is None:
        return list(lines)
    if not any(line["lot"] == lot for line in lines):
        return []
    return [line for line in lines if line["lot"] in (None, lot)]


def _scaled(weight: Decimal, total: Decimal) -> Decimal:
    return (weight * ALL_POINTS / total).quantize(WEIGHT_STEP, ROUND_HALF_UP)
