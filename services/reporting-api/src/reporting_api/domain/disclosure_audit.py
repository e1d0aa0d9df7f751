"""What readers work out of cells that later publications show and earlier ones withheld.

The rules for cells look at one cell, or at the cells beside it, at a time. A cell that was withheld and is
shown now, or shows a range that it lacked, tells the sum of what it held and of what came since; beside what
other publications show that may tell either. So where there are such cells, everything that was shown is held
together in linear programmes, as somebody would who reads all of it: the named organisations' figures and
one's own are known, nobody contributes less than nothing. Where something is told closer than p %, the
smallest of such cells is withheld, or the smallest category that tells it, until nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from reporting_api.domain.disclosure import DisclosureRule, Level, withheld_levels
from reporting_api.domain.disclosure_table import Atom, Category, FigureTable, Sum, parts

Row = Mapping[int, float]
"""Numbers by their places, with what each is multiplied by."""

Told = tuple[int, float, float]
"""Which of several sums is told too well, and the least and most that it can be."""


@dataclass(frozen=True, slots=True)
class Puzzle:
    """Numbers of which some sums are known, and sums of which each should be able to hold a span.

    The numbers are not below zero, but for `free` ones.
    """

    width: int
    free: Collection[int]
    rows: Sequence[Row]
    values: Sequence[float]
    goals: Sequence[Row]
    least: Sequence[float]
    most: Sequence[float]


Solver = Callable[[Puzzle], Iterable[Told]]
"""Gives the goals of a puzzle that cannot be as little as their least, or not as much as their most."""

_SLACK = 1e-6
"""A share by which the least and the most are narrowed: a solver's answers are not exact."""


def withheld_over_time(
    levels: Sequence[Level],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
    solver: Solver,
    categories: Sequence[Category] = (),
) -> list[frozenset[str]]:
    """The keys that are not shown of each of several groupings, of which each divides the cells of the last.

    They are those of `withheld_levels`, and those of cells shown late that would tell too much, what
    publications before showed of `categories` included.
    """
    kept: list[set[str]] = [set() for _ in levels]
    before = [replace(category, is_shown=False) for category in categories]
    sound: set[Hashable] = set()
    while True:
        withheld = withheld_levels(levels, agreed, rule, kept)
        audit = _Audit(levels, withheld, before, agreed, rule, solver, sound)
        told = {
            min(late, key=lambda node: (table.size(node), node)) for table, late, _ in audit.told() if late
        }
        if not told:
            return withheld
        for index, key in told:
            kept[index].add(key)


def categories_over_time(
    levels: Sequence[Level],
    withheld: Sequence[frozenset[str]],
    schemes: tuple[Sequence[Category], Sequence[Category]],
    kept_back: frozenset[str],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
    solver: Solver,
) -> frozenset[str]:
    """The keys of the categories to withhold: those kept back anyhow, and those that would tell too much.

    `schemes` are the categories of the schemes before, as they are shown, and of the one in hand.
    """
    beside, categories = schemes
    kept = set(kept_back)
    sound: set[Hashable] = set()
    while True:
        left = [replace(one, is_shown=one.cell.key not in kept) for one in categories]
        audit = _Audit(levels, withheld, [*beside, *left], agreed, rule, solver, sound)
        telling = {
            min(cutting, key=lambda one: (one.cell.size, one.cell.key)).cell.key
            for _, _, part in audit.told()
            if (cutting := [one for one in left if one.is_shown and _cuts(one, part)])
        }
        if not telling:
            return frozenset(kept)
        kept |= telling


def _cuts(category: Category, part: Collection[Atom]) -> bool:
    return any(node[1] in category.shares for node, _ in part)


@dataclass(frozen=True, slots=True)
class _Audit:
    """Published groupings read by everybody whom something of them concerns."""

    levels: Sequence[Level]
    withheld: Sequence[frozenset[str]]
    categories: Sequence[Category]
    agreed: frozenset[UUID]
    rule: DisclosureRule
    solver: Solver
    sound: set[Hashable]
    """Parts of tables of which nothing is told, as far as audits before this one found."""

    def told(self) -> Iterator[tuple[FigureTable, list[tuple[int, str]], set[Atom]]]:
        """Of each figure's table the parts of which too much is told: cells shown late, and atoms."""
        for figure in sorted(_figures(self.levels)):
            table = FigureTable(self.levels, self.withheld, self.categories, figure)
            if not (table.late or any(category.is_shown for category in self.categories)):
                continue
            late = {node: frozenset(table.under(node)) for node in table.late}
            unsafe = list(table.unsafe(self.agreed, self.rule))
            for atoms, rows in parts(table.known()):
                concerned = [node for node, under in late.items() if not under.isdisjoint(atoms)]
                if not concerned and not any(one.is_shown and _cuts(one, atoms) for one in self.categories):
                    continue
                aimed = [target for target in unsafe if atoms.issuperset(target)]
                part = figure, _contents(rows), _contents(aimed)
                if not aimed or part in self.sound:
                    continue
                if self._is_told(table, atoms, rows, aimed):
                    yield table, concerned, atoms
                else:
                    self.sound.add(part)

    def _is_told(
        self, table: FigureTable, atoms: Collection[Atom], rows: Sequence[Sum], targets: Sequence[Sum]
    ) -> bool:
        """Whether anybody, or one of those who contribute, tells one of these sums within p %."""
        room = float(self.rule.dominance_percent) / 100
        left = _left(table, atoms, self.agreed)
        own: dict[UUID, dict[Atom, int]] = {}
        for atom in atoms:
            for who, pence in table.held[atom].items():
                if pence and who not in self.agreed:
                    own.setdefault(who, {})[atom] = pence
        public: frozenset[UUID] = frozenset()
        for reader in (public, *(frozenset({who}) for who in sorted(own))):
            known = {atom: pence for who in reader for atom, pence in own[who].items()}
            unknown = {atom: pence - known.get(atom, 0) for atom, pence in left.items()}
            for place, _, _ in self.solver(_puzzle(unknown, rows, targets, room)):
                everything = _left(table, table.held, self.agreed | reader)
                by_design = _puzzle(everything, table.known_by_design(), [targets[place]], room)
                if not list(self.solver(by_design)):
                    return True
        return False


def _contents(sums: Iterable[Sum]) -> Hashable:
    return frozenset(frozenset(one.items()) for one in sums)


def _figures(levels: Sequence[Level]) -> set[str]:
    return {
        figure
        for level in levels
        for cell in level.cells
        for spans in (cell.spans, cell.ranges_earlier)
        for contributions in spans.values()
        for figure in contributions
    }


def _left(table: FigureTable, atoms: Iterable[Atom], known: frozenset[UUID]) -> dict[Atom, int]:
    """What each atom holds of those whom a reader does not know."""
    return {atom: sum(pence for who, pence in table.held[atom].items() if who not in known) for atom in atoms}


def _puzzle(left: Mapping[Atom, int], rows: Sequence[Sum], targets: Sequence[Sum], room: float) -> Puzzle:
    """The puzzle of one reader, in units of its largest number: a solver's tolerance is absolute."""
    atoms = sorted(left)
    place = {atom: index for index, atom in enumerate(atoms)}
    unit = max(1, *map(abs, left.values()))

    def value(row: Sum) -> float:
        return sum(left[atom] * share for atom, share in row.items()) / unit

    def placed(row: Sum) -> Row:
        return {place[atom]: share for atom, share in sorted(row.items())}

    sums = [value(target) for target in targets]
    around = [abs(held) * (room - _SLACK) for held in sums]
    return Puzzle(
        len(atoms),
        [place[atom] for atom in atoms if left[atom] < 0],
        [placed(row) for row in rows],
        [value(row) for row in rows],
        [placed(target) for target in targets],
        [held - by for held, by in zip(sums, around, strict=True)],
        [held + by for held, by in zip(sums, around, strict=True)],
    )
