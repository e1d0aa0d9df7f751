"""Somebody without the licence who divides and solves for unit values.

The attacker has answers and quantities. An estimate counts as a *recovery* when it is within ±5 % of the
value and the attacker can tell so: what it rests on agrees with itself to 5 % as well (the half-width of its
95 % interval, or the spread of the estimates). A guess that nothing tells from other guesses is no recovery:
of some hundred guesses a few are right by chance. ±5 % is less than published values of one thing differ by:
who knows it no better has nothing of the licence holder's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 0.05
CONFIDENCE = 1.96
ENOUGH = 3
"""Estimates that agree by chance are rare from three on."""


@dataclass(frozen=True)
class Observation:
    """A total of one window and the attacker's quantities behind it, by measure."""

    total: float
    quantities: Mapping[str, float]


@dataclass(frozen=True)
class Estimate:
    """What one way of solving says a unit is worth, and how far it could be off."""

    measure: str
    way: str
    value: float
    uncertainty: float

    def recovers(self, truth: float) -> bool:
        """Whether the value is found, and found to be so."""
        return abs(self.value / truth - 1) <= TOLERANCE and self.uncertainty <= TOLERANCE * abs(self.value)


def estimates(seen: Sequence[Observation]) -> list[Estimate]:
    """Every way of solving these totals for what a unit of each measure is worth."""
    measures = sorted({measure for one in seen for measure, amount in one.quantities.items() if amount})
    found = []
    for measure in measures:
        found += _by_agreement(measure, "division", _divided(measure, seen))
        found += _by_agreement(measure, "subtraction", _subtracted(measure, seen))
    for way, extra in (("least squares", 0), ("with a constant", 1), ("with a trend", 2)):
        found += _least_squares(measures, seen, way, extra)
    return found


def recovered(seen: Sequence[Observation], truth: Mapping[str, float]) -> dict[str, str]:
    """The measures whose value is recovered, each with the way that did it."""
    return {
        one.measure: one.way
        for one in estimates(seen)
        if one.measure in truth and one.recovers(truth[one.measure])
    }


def numbers_in(answer: Any) -> Iterable[Decimal]:
    """Every number of an answer, those inside texts included."""
    if isinstance(answer, Mapping):
        for value in answer.values():
            yield from numbers_in(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from numbers_in(value)
    elif isinstance(answer, int | float) and not isinstance(answer, bool):
        yield Decimal(str(answer))
    elif isinstance(answer, str):
        for word in answer.replace("£", " ").replace(",", " ").split():
            yield from _number(word.rstrip(".;:"))


def _number(word: str) -> Iterable[Decimal]:
    try:
        number = Decimal(word)
    except InvalidOperation:
        return
    if number.is_finite():
        yield number


def _divided(measure: str, seen: Sequence[Observation]) -> list[float]:
    return [one.total / one.quantities[measure] for one in seen if one.quantities.get(measure)]


def _subtracted(measure: str, seen: Sequence[Observation]) -> list[float]:
    found = []
    for index, one in enumerate(seen):
        for other in seen[:index]:
            change = one.quantities.get(measure, 0) - other.quantities.get(measure, 0)
            if change and one.total != other.total:
                found.append((one.total - other.total) / change)
    return found


def _by_agreement(measure: str, way: str, values: Sequence[float]) -> list[Estimate]:
    """The middle of the estimates that agree best, if enough do."""
    ordered = sorted(values)
    best: Estimate | None = None
    for first in range(len(ordered) - ENOUGH + 1):
        group = ordered[first : first + ENOUGH]
        spread = (group[-1] - group[0]) / 2
        if best is None or spread < best.uncertainty:
            best = Estimate(measure, way, median(group), spread)
    # Three of many agree by chance: the more there are to choose from, the closer they must be.
    if best is None:
        return []
    chances = max(1, len(ordered) - ENOUGH + 1)
    return [Estimate(measure, way, best.value, best.uncertainty * chances)]


def _least_squares(
    measures: Sequence[str], seen: Sequence[Observation], way: str, extra: int
) -> list[Estimate]:
    rows = [
        [one.quantities.get(measure, 0.0) for measure in measures] + [float(place) ** n for n in range(extra)]
        for place, one in enumerate(seen)
    ]
    if not rows or not measures or len(rows) < len(rows[0]):
        return []
    unknown: NDArray[np.float64] = np.array(rows, dtype=np.float64)
    totals: NDArray[np.float64] = np.array([one.total for one in seen], dtype=np.float64)
    solution, _, rank, _ = np.linalg.lstsq(unknown, totals, rcond=None)
    if rank < unknown.shape[1]:
        return []
    freedom = len(rows) - unknown.shape[1]
    if freedom == 0:
        # As many totals as unknowns: nothing tells whether the solution is one.
        return []
    residuals = totals - unknown @ solution
    variance = float(residuals @ residuals) / freedom
    errors = np.sqrt(np.clip(np.diag(np.linalg.inv(unknown.T @ unknown)) * variance, 0, None))
    return [
        Estimate(measure, way, float(solution[index]), CONFIDENCE * float(errors[index]))
        for index, measure in enumerate(measures)
    ]
