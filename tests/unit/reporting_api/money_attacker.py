"""An attacker of published pounds: linear programmes over all that consecutive publications show (HiGHS).

It knows every shown cell of every publication, every total (these are public by design), what organisations
that agreed to be named contribute, and, if it is an organisation itself, what it contributes. Nobody
contributes less than nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

Matrix = Any
Atom = tuple[str, str]
"""The smallest part that anything is told of: a leaf of the hierarchy, and when it was told of."""


@dataclass(frozen=True)
class Told:
    """One number that a publication tells: the atoms that it sums."""

    atoms: frozenset[Atom]


class MoneyAttacker:
    """What somebody can make of the numbers told of one figure of one hierarchy."""

    def __init__(self, truth: Mapping[Atom, int], told: Iterable[Told]) -> None:
        """`truth` is what each atom holds of those whom the attacker does not know."""
        self.truth = truth
        self.place = {atom: index for index, atom in enumerate(sorted(truth))}
        rows = [sorted(self.place[atom] for atom in each.atoms if atom in truth) for each in told]
        self.rows = [row for row in rows if row]
        atoms = sorted(truth)
        # In units of the largest number: a solver's tolerance is absolute.
        self.unit = max([1, *truth.values()])
        values = np.array([truth[atom] / self.unit for atom in atoms])
        self.values = np.array([values[row].sum() for row in self.rows])
        starts = np.cumsum([0, *(len(row) for row in self.rows)])
        columns = [column for row in self.rows for column in row]
        self.equalities = csr_array(
            (np.ones(len(columns)), columns, starts), shape=(len(self.rows), len(self.place))
        )

    def interval(self, atoms: Sequence[Atom]) -> tuple[float, float]:
        """The least and the most that these atoms can hold together, in pence."""
        goal = np.zeros(len(self.place))
        goal[[self.place[atom] for atom in atoms]] = 1
        return self._solve(goal), -self._solve(-goal)

    def _solve(self, goal: Matrix) -> float:
        if not self.rows:
            return 0.0 if goal.max() > 0 else -float("inf")
        found = linprog(goal, A_eq=self.equalities, b_eq=self.values, bounds=(0, None), method="highs")
        if found.status == 3:
            return -float("inf")
        assert found.status == 0, found.message
        return float(found.fun) * self.unit
