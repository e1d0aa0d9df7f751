"""One figure of published groupings over all publications: what readers know of it, and what they must not.

Cells are made of *atoms*: what is of a cell, of none below it, and counted by the same publications (a span).
Every number that a publication shows is a sum of atoms; shares of them where it is a category of a crosswalk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from uuid import UUID

from reporting_api.domain.disclosure import NOW, RANGE, Cell, DisclosureRule, Level, why_unsafe

Node = tuple[int, str]
"""A cell: the index of its level, and its key. The whole is at level -1."""

Atom = tuple[Node, int]
"""A cell, and the bits of the publications that count this part of it."""

Sum = Mapping[Atom, float]
"""Atoms that are known, or must not be known, as one number, each with its share."""

_WHOLE: Node = (-1, "")


@dataclass(frozen=True, slots=True)
class Category:
    """A cell of a crosswalk: the shares of the lowest cells in it, and whether it is shown now."""

    cell: Cell
    shares: Mapping[str, Decimal]
    is_shown: bool


class FigureTable:
    """One figure of several groupings, of which each divides the cells of the last, and of categories."""

    def __init__(
        self,
        levels: Sequence[Level],
        withheld: Sequence[Collection[str]],
        categories: Sequence[Category],
        figure: str,
    ) -> None:
        self._figure, self._categories = figure, categories
        self._cells: dict[Node, Cell] = {}
        self._below: dict[Node, list[Node]] = defaultdict(list)
        for index, level in enumerate(levels):
            for cell in level.cells:
                self._cells[index, cell.key] = cell
                self._below[(index - 1, cell.parent or "") if index else _WHOLE].append((index, cell.key))
        self._shown = {
            node: self._bits_shown(cell, is_shown=node[1] not in withheld[node[0]])
            for node, cell in self._cells.items()
        }
        self._shown[_WHOLE] = self._bits_of_whole(levels[0])
        self._by_span = {node: self._of(cell) for node, cell in self._cells.items()}
        self._lowest = len(levels) - 1
        self.held = self._held()
        """Who contributes how many pence to each atom. Readers do not know where nothing is."""
        self._atoms: dict[Node, list[Atom]] = defaultdict(list)
        for atom in self.held:
            self._atoms[atom[0]].append(atom)
        self.late = frozenset(
            node
            for node in self._cells
            if self._shown[node] & NOW
            and any(span & NOW and span & ~NOW & ~self._shown[node] for span in self._by_span[node])
        )
        """The cells that are shown now and of which a publication before withheld something."""

    def _bits_shown(self, cell: Cell, *, is_shown: bool) -> int:
        """The bits of the publications that showed the figure of a cell, the one in hand included."""
        has_figure = not self._figure.endswith(RANGE) or self._figure in cell.contributions
        return cell.shown_of(self._figure) | (NOW if is_shown and has_figure else 0)

    def _bits_of_whole(self, top: Level) -> int:
        of_range = self._figure.endswith(RANGE) and top.ranges_before is not None
        before = top.ranges_before if of_range and top.ranges_before is not None else top.parents_before
        is_now = all(self._bits_shown(cell, is_shown=True) & NOW for cell in top.cells)
        return reduce(or_, before.values(), NOW if is_now else 0)

    def _held(self) -> dict[Atom, dict[UUID, int]]:
        of = {node: self._own(node) for node in self._cells}
        spans = sorted({span for by_span in of.values() for span in by_span})
        return {
            (node, span): by_span.get(span, {})
            for node, by_span in of.items()
            for span in spans
            if node[0] == self._lowest or any(by_span.get(span, {}).values())
        }

    def _own(self, node: Node) -> dict[int, dict[UUID, int]]:
        """By span who contributes what to a cell, without what is of cells below it."""
        own = {span: dict(of) for span, of in self._by_span[node].items()}
        for child in self._below[node]:
            for span, contributions in self._by_span[child].items():
                by_who = own.setdefault(span, {})
                for who, pence in contributions.items():
                    by_who[who] = by_who.get(who, 0) - pence
        return own

    def _of(self, cell: Cell) -> dict[int, Mapping[UUID, int]]:
        """By span who contributes what to a cell, whether it shows that now or not."""
        return {
            span: of[self._figure]
            for spans in (cell.spans, cell.ranges_earlier)
            for span, of in spans.items()
            if self._figure in of
        }

    def size(self, node: Node) -> int:
        """How much a cell would be missed."""
        return self._cells[node].size

    def under(self, node: Node) -> Iterator[Atom]:
        """The atoms of a cell, and of those below it."""
        yield from self._atoms[node]
        for child in self._below[node]:
            yield from self.under(child)

    def known(self) -> list[Sum]:
        """The sums that readers know: of whatever a publication shows, what is not told by a cell within."""
        found: dict[frozenset[tuple[Atom, float]], Sum] = {}
        for row in (*self._of_cells(), *self._of_categories()):
            if row:
                found[frozenset(row.items())] = row
        return list(found.values())

    def known_by_design(self) -> list[Sum]:
        """What publications tell of the whole, which is public whoever contributes."""
        rows = (
            dict.fromkeys((atom for atom in self.held if atom[1] & bit), 1.0)
            for bit in _bits(self._shown[_WHOLE])
        )
        return [row for row in rows if row]

    def _of_cells(self) -> Iterator[Sum]:
        for node, shown in self._shown.items():
            for bit in _bits(shown):
                hidden = self._hidden(node, bit)
                yield dict.fromkeys(
                    (atom for one in hidden for atom in self._atoms[one] if atom[1] & bit), 1.0
                )

    def _hidden(self, node: Node, bit: int) -> Iterator[Node]:
        """A cell and, below it, what a publication withholds."""
        yield node
        for child in self._below[node]:
            if not self._shown[child] & bit:
                yield from self._hidden(child, bit)

    def _of_categories(self) -> Iterator[Sum]:
        for category in self._categories:
            of = [(atom, category.shares.get(atom[0][1])) for atom in self.held if atom[0][0] == self._lowest]
            for bit in _bits(self._bits_shown(category.cell, is_shown=category.is_shown)):
                yield {
                    atom: float(share)
                    for atom, share in of
                    if share and atom[1] & bit and not self._shown[atom[0]] & bit
                }

    def unsafe(self, agreed: frozenset[UUID], rule: DisclosureRule) -> Iterator[Sum]:
        """What must not be told: what a publication withheld of a cell and none had shown, what is new."""
        spans = frozenset(span for _, span in self.held)
        for node, by_span in self._by_span.items():
            hidden = (self._untold(node, bit, spans) for bit in _bits(reduce(or_, spans, 0)))
            for untold in {*hidden, spans & {NOW}}:
                if why_unsafe(_together(by_span[span] for span in by_span.keys() & untold), agreed, rule):
                    yield dict.fromkeys((atom for atom in self.under(node) if atom[1] in untold), 1.0)

    def _untold(self, node: Node, bit: int, spans: frozenset[int]) -> frozenset[int]:
        """The spans of what a publication withheld of a cell and none before it had shown."""
        shown = self._shown[node]
        before = shown & ~(2 * bit - 1)
        return frozenset(span for span in spans if span & bit and not shown & bit and not span & before)


def parts(rows: Iterable[Sum]) -> list[tuple[set[Atom], list[Sum]]]:
    """The atoms that known sums connect with one another, and the sums of each part."""
    of: dict[Atom, int] = {}
    found: dict[int, tuple[set[Atom], list[Sum]]] = {}
    for number, row in enumerate(rows):
        atoms, joined = set(row), [row]
        for other in {of[atom] for atom in row if atom in of}:
            more, sums = found.pop(other)
            atoms |= more
            joined += sums
        found[number] = atoms, joined
        of |= dict.fromkeys(atoms, number)
    return list(found.values())


def _bits(of: int) -> Iterator[int]:
    return (1 << place for place in range(of.bit_length()) if of & 1 << place)


def _together(of: Iterable[Mapping[UUID, int]]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for contributions in of:
        for who, pence in contributions.items():
            found[who] = found.get(who, 0) + pence
    return found
