"""Disclosure control for published groupings: which cells are withheld so that nobody's own figures show.

A cell is unsafe when fewer organisations than the rule's minimum contribute to one of its figures, or when
the largest contributor can be estimated too well: what the two largest leave is less than p % of the largest
(the p % rule). It is safe when every contributor agreed to be named. A withheld cell is protected against
subtraction from the total above it: the smallest cells beside it are withheld too until what is withheld
together is safe, and everything below a withheld cell is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

CUSTOMARY_MINIMUM_PEOPLE = 10
"""Below so many people a count is customarily withheld; a setting of the programme, fixed by no law."""

Contributions = Mapping[str, Mapping[UUID, int]]
"""Pence by contributor, for each figure."""


@dataclass(frozen=True, slots=True)
class DisclosureRule:
    """The thresholds in force, and where they come from."""

    minimum_organisations: int
    dominance_percent: Decimal
    source: str
    minimum_people: int = CUSTOMARY_MINIMUM_PEOPLE
    """A published count of people below it is withheld, zero included."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grouping with who contributes what; `parent` is the cell that it is a part of."""

    key: str
    parent: str | None
    contributions: Contributions
    is_licensed: bool = False
    """Whether a licence forbids showing it, whoever contributes."""

    @property
    def size(self) -> int:
        """How much it would be missed: the sum of its figures."""
        return sum(abs(pence) for figure in self.contributions.values() for pence in figure.values())


def withheld_cells(
    cells: Sequence[Cell],
    withheld_parents: frozenset[str],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> frozenset[str]:
    """The keys of a grouping's cells that are not shown, given those withheld in the grouping above it."""
    withheld = {
        cell.key
        for cell in cells
        if cell.is_licensed or cell.parent in withheld_parents or _is_unsafe(cell.contributions, agreed, rule)
    }
    for parent in {cell.parent for cell in cells} - withheld_parents:
        siblings = [cell for cell in cells if cell.parent == parent]
        withheld |= _secondary(siblings, withheld, agreed, rule)
    return frozenset(withheld)


def is_group_safe(contributions: Contributions, agreed: frozenset[UUID], rule: DisclosureRule) -> bool:
    """Whether figures with these contributors may be shown together."""
    return not _is_unsafe(contributions, agreed, rule)


def merged(parts: Iterable[Contributions]) -> Contributions:
    """The contributions of several cells taken together."""
    whole: dict[str, dict[UUID, int]] = {}
    for part in parts:
        for figure, by_organisation in part.items():
            target = whole.setdefault(figure, {})
            for organisation, pence in by_organisation.items():
                target[organisation] = target.get(organisation, 0) + pence
    return whole


def _secondary(
    siblings: Sequence[Cell], withheld: set[str], agreed: frozenset[UUID], rule: DisclosureRule
) -> set[str]:
    """Further cells beside withheld ones, smallest first, until the withheld ones together are safe."""
    hidden = [cell for cell in siblings if cell.key in withheld and cell.size > 0]
    shown = sorted(
        (cell for cell in siblings if cell.key not in withheld and cell.size > 0),
        key=lambda cell: (cell.size, cell.key),
    )
    added: set[str] = set()
    while hidden and shown and not _is_protected(hidden, agreed, rule):
        cell = shown.pop(0)
        hidden.append(cell)
        added.add(cell.key)
    return added


def _is_protected(hidden: Sequence[Cell], agreed: frozenset[UUID], rule: DisclosureRule) -> bool:
    """Whether the sum of the withheld cells, which anybody can work out, gives none of them away."""
    return len(hidden) > 1 and not _is_unsafe(merged(cell.contributions for cell in hidden), agreed, rule)


def _is_unsafe(contributions: Contributions, agreed: frozenset[UUID], rule: DisclosureRule) -> bool:
    return any(_is_figure_unsafe(figure, agreed, rule) for figure in contributions.values())


def _is_figure_unsafe(
    by_organisation: Mapping[UUID, int], agreed: frozenset[UUID], rule: DisclosureRule
) -> bool:
    pence_of = {who: abs(pence) for who, pence in by_organisation.items() if pence != 0}
    protected = {who: pence for who, pence in pence_of.items() if who not in agreed}
    if not protected:
        return False
    if len(pence_of) < rule.minimum_organisations:
        return True
    largest_id = max(protected, key=lambda who: (protected[who], who))
    largest = pence_of.pop(largest_id)
    remainder = sum(pence_of.values()) - max(pence_of.values(), default=0)
    return remainder * 100 < rule.dominance_percent * largest
