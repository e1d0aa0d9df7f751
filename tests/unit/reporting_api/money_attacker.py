"""An attacker of published pounds: linear programmes over all that consecutive publications show (HiGHS).

It knows every shown cell of every publication, every total (these are public by design), what organisations
that agreed to be named contribute, and, if it is an organisation itself, what it contributes. Nobody
contributes less than nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reporting_api.domain.disclosure_audit import Row
from reporting_api.use_cases.linear_programmes import KnownSums

Atom = tuple[str, str]
"""The smallest part that anything is told of: a leaf of the hierarchy, and when it was told of."""


@dataclass(frozen=True)
class Told:
    """One number that a publication tells: the atoms that it sums, each with its share."""

    atoms: Mapping[Atom, float]


class MoneyAttacker:
    """What somebody can make of the numbers told of one figure of one hierarchy."""

    def __init__(self, truth: Mapping[Atom, int], told: Iterable[Told]) -> None:
        """`truth` is what each atom holds of those whom the attacker does not know."""
        self.truth = truth
        self.place = {atom: index for index, atom in enumerate(sorted(truth))}
        rows = [
            {self.place[atom]: share for atom, share in sorted(each.atoms.items()) if atom in truth}
            for each in told
        ]
        # In units of the largest number: a solver's tolerance is absolute.
        self.unit = max([1, *truth.values()])
        values = [truth[atom] / self.unit for atom in sorted(truth)]
        known = [row for row in rows if row]
        self.sums = KnownSums(
            len(values),
            known,
            [sum(values[place] * share for place, share in row.items()) for row in known],
        )

    def told(
        self, several: Sequence[tuple[Mapping[Atom, float], float, float]]
    ) -> Iterator[tuple[int, float, float]]:
        """Atoms with a least and a most: which of them cannot hold both, and what they can, in pence."""
        goals = [self._row(atoms) for atoms, _, _ in several]
        low = [least / self.unit for _, least, _ in several]
        high = [most / self.unit for _, _, most in several]
        for place, can_be_least, can_be_most in self.sums.told(goals, low, high):
            yield place, can_be_least * self.unit, can_be_most * self.unit

    def _row(self, atoms: Mapping[Atom, float]) -> Row:
        return {self.place[atom]: share for atom, share in atoms.items()}
