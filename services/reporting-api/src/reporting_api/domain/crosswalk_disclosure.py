"""Disclosure control between crosswalks and what else is published by measure, outcome and theme.

A category is a weighted sum of measures. Whoever subtracts one category from another, or from a theme, must
not come to what disclosure control withholds elsewhere. What of the measures is withheld is already known in
*blocks*: the withheld measures of a shown outcome together, the withheld outcomes of a shown theme together,
and what is left. The cells that a scheme shows cut blocks into *atoms*: measures of one block with the same
shares in all shown cells. Cells are withheld, the smallest first, until every atom that could be told from
its block is safe by the rule that holds for cells. Then readers are taken to know every atom, which is more
than the cells can tell, and the atoms are the blocks of the next scheme. So it does not matter in which way
cells of several schemes are added and subtracted: nothing comes out but sums of safe atoms.

That is of the publication in hand. What its categories tell beside those of publications before is found by
linear programmes (`disclosure_audit`), which take readers to know no more than they do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from reporting_api.domain.disclosure import (
    NOW,
    Cell,
    Contributions,
    DisclosureRule,
    Level,
    is_group_safe,
    is_told_apart,
    merged,
    withheld_cells,
)

Blocks = Mapping[Hashable, Hashable]
"""The block of each withheld measure; what is shown has none."""


@dataclass(frozen=True, slots=True)
class HiddenMeasure:
    """What of a measure is withheld: who contributes what, and its shares in the cells of one scheme."""

    key: Hashable
    block: Hashable
    contributions: Contributions
    shares: Mapping[str, Decimal]

    @property
    def size(self) -> int:
        """How many pence it adds to all figures together."""
        return sum(abs(pence) for figure in self.contributions.values() for pence in figure.values())


def block_of(
    parents: tuple[str, str], withheld_outcomes: Collection[str], withheld_themes: Collection[str]
) -> Hashable:
    """The block of a withheld measure by its outcome and theme: the closest of them that is shown."""
    outcome, theme = parents
    if theme in withheld_themes:
        return "total"
    return ("theme", theme) if outcome in withheld_outcomes else ("outcome", outcome)


def withheld_categories(
    cells: Collection[str],
    measures: Collection[HiddenMeasure],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> frozenset[str]:
    """The cells among `cells` of one scheme that are not shown."""
    shown = set(cells)
    sizes = {
        cell: sum(measure.size * measure.shares.get(cell, Decimal(0)) for measure in measures)
        for cell in cells
    }
    while exposed := _exposed_blocks(shown, measures, agreed, rule):
        cutting = {
            cell for measure in measures if measure.block in exposed for cell in measure.shares.keys() & shown
        }
        shown.discard(min(cutting, key=lambda cell: (sizes[cell], cell)))
    return frozenset(cells) - shown


def blocks_after(
    measures: Collection[HiddenMeasure], cells: Collection[str], withheld: Collection[str]
) -> Blocks:
    """The blocks that readers of the scheme's shown cells know of."""
    shown = set(cells).difference(withheld)
    return {measure.key: _atom(measure, shown) for measure in measures}


def category_cell(
    key: str,
    measures: Iterable[tuple[Cell, Decimal]],
    shown_before: int,
    ranges_before: Mapping[str, int] | None = None,
) -> Cell:
    """A category for disclosure control: its shares of measures, as publications before counted these."""
    spans: dict[int, list[Contributions]] = {}
    for measure, share in measures:
        for bits, of in measure.spans.items():
            spans.setdefault(bits, []).append(_shared(of, share))
    told = {bits: merged(of) for bits, of in spans.items()}
    counted = merged(of for bits, of in told.items() if bits & NOW)
    return Cell(key, "", counted, False, told, shown_before, ranges_before)


def told_over_time(
    categories: Sequence[Cell],
    bits: int,
    kept_back: frozenset[str],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> frozenset[str]:
    """Categories whose change since they were shown would tell too much, and those withheld beside them.

    `bits` are the publications before, `kept_back` the categories that are withheld anyhow.
    """
    told = {cell.key for cell in categories if is_told_apart(cell, agreed, rule)}
    if not told - kept_back:
        return frozenset()
    return withheld_cells(Level(categories, {"": bits}), frozenset(), agreed, rule, told | kept_back)


def _shared(of: Contributions, share: Decimal) -> Contributions:
    return {
        figure: {who: int(pence * share) for who, pence in by_organisation.items()}
        for figure, by_organisation in of.items()
    }


def _exposed_blocks(
    shown: Collection[str],
    measures: Collection[HiddenMeasure],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> set[Hashable]:
    """The blocks of which shown cells tell an unsafe atom."""
    atoms: dict[tuple[Hashable, Hashable], list[HiddenMeasure]] = defaultdict(list)
    for measure in measures:
        atoms[_atom(measure, shown)].append(measure)
    atoms_of_block: dict[Hashable, int] = defaultdict(int)
    for block, _ in atoms:
        atoms_of_block[block] += 1
    return {
        block
        for (block, shares), members in atoms.items()
        if (atoms_of_block[block] > 1 or shares)
        and not is_group_safe(merged(measure.contributions for measure in members), agreed, rule)
    }


def _atom(measure: HiddenMeasure, shown: Collection[str]) -> tuple[Hashable, Hashable]:
    """The measure's block, and its shares in what is shown."""
    return measure.block, frozenset((cell, share) for cell, share in measure.shares.items() if cell in shown)
