"""Which cells of a table of people may be shown, so that no small count can be worked out of what is.

A count is protected when it lies below the threshold, zero included: were zero shown, whatever is withheld
would be known to be at least one. Protected are the cells of a publication, and what can be worked out of
them: who came no further than a stage, and how a cell differs from an earlier publication. An organisation
that counted some of the people itself must not learn how few the others are either.

Withholding those cells is not enough, since totals tell what is left. So for each protected count two other
tables are looked for, in which everything that is shown is the same: in one the count is zero, in the other
it is the threshold less one. Both are made by *moves*: some people are taken from one point and put to
another on each of some axes, so that all totals across these axes stay (the corners of a cube, with changing
signs). Each cell that a move does change has to be withheld as well; of all moves the one is taken that
withholds the fewest further cells. The two tables prove the protection: whoever knows all that is shown,
however it is combined, cannot tell them from the true one. Cells of earlier publications are shown for ever,
so that a move which changes one of them is none.

Sets of cells are kept as the bits of whole numbers, the first cell in the lowest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from uuid import UUID

from reporting_api.domain.people_cells import (
    ALL_VIEWS,
    AREA,
    CATEGORY,
    STAGE,
    TIME,
    Cell,
    Counts,
    Layout,
    Point,
    count_in,
)

_AXES = (CATEGORY, AREA, TIME, STAGE)
_AXIS_SETS = tuple(reversed(tuple(chain.from_iterable(combinations(_AXES, size) for size in range(5)))))
MAX_MOVES = 40
"""A protected count is brought to where it has to be in at most so many moves."""
ROUNDS = 3
"""How often the withheld cells are gone through again for those that are not needed."""


@dataclass(frozen=True, slots=True)
class Table:
    """What a publication would show of a place's people, and what earlier ones have shown."""

    layout: Layout
    counts: Counts
    cells: Sequence[Cell]
    """Those that are to be published, where they may be."""
    implied: Sequence[Cell]
    """Those that are not published and can be worked out: who came to a stage and not to the next, and what a
    period holds beside those of its parts that were published."""
    changes: Sequence[Cell]
    """How cells differ from earlier publications of the period; small ones are protected, not that of
    zero."""
    shown_before: frozenset[Cell]
    """The cells that earlier publications show."""
    withheld_before: frozenset[Cell]
    """Those that they withheld: whatever is small among them stays protected."""


@dataclass(frozen=True, slots=True)
class Protection:
    """The cells of a publication that are not shown, and those among them whose own counts are small."""

    withheld: frozenset[Cell]
    small: frozenset[Cell]


def protect(table: Table, threshold: int) -> Protection:
    """The cells of a publication that are withheld; all of it, where nothing less will do."""
    attackers: list[UUID | None] = [None, *table.counts.organisations]
    small = {who: small_cells(table, who, threshold) for who in attackers}
    board = _Board(table)
    primary = board.bits_of({cell for cells in small.values() for cell in cells} & set(table.cells))
    tasks = [
        _Task(who, cell, count_in(points[cell.any_view], table.layout, cell))
        for who in attackers
        for points in [table.counts.known_to_all_but(who)]
        for cell in small[who]
    ]
    truths = {who: table.counts.known_to_all_but(who) for who in attackers}
    best: int | None = None
    for order in _orders(tasks, table.layout):
        found = _withheld(board, truths, order, primary, threshold)
        if found is None:
            return Protection(frozenset(table.cells), board.cells_of(primary))
        if best is None or found.bit_count() < best.bit_count():
            best = found
    withheld = primary if best is None else best
    return Protection(board.cells_of(withheld), board.cells_of(primary))


def _withheld(
    board: _Board,
    truths: Mapping[UUID | None, Sequence[dict[Point, int]]],
    tasks: Sequence[_Task],
    primary: int,
    threshold: int,
) -> int | None:
    """What is withheld when the counts are protected in this order; none when one of them cannot be.

    It is gone through again within what was found, so that nothing stays withheld that is not needed.
    """
    allowed = board.published
    for _ in range(ROUNDS):
        needed = primary
        for task in tasks:
            found = board.protected(truths[task.who], task, needed, allowed, threshold)
            if found is None:
                # Within less than everything the order may lead astray; what was found before holds.
                return None if allowed == board.published else allowed
            needed = found
        if needed == allowed:
            break
        allowed = needed
    return allowed


def _orders(tasks: Sequence[_Task], layout: Layout) -> Iterator[Sequence[_Task]]:
    """The orders that are tried: counts of few points first, and what is nearest the threshold first."""
    yield sorted(tasks, key=lambda task: _hardness(task, layout))
    yield sorted(tasks, key=lambda task: (-task.count, task.cell, _who(task)))


def small_cells(table: Table, organisation: UUID | None, threshold: int) -> list[Cell]:
    """The cells whose counts are small, as seen by nobody in particular or by one of the organisations.

    To an organisation what the others counted is small when it is below the threshold and not zero, in cells
    in which it counted people itself. That a publication changes nothing is no secret either.
    """
    others = table.counts.known_to_all_but(organisation)
    everybody = table.counts.known_to_all_but(None)
    found = []
    changes = set(table.changes)
    looked_at = chain(table.cells, table.implied, table.changes, sorted(table.withheld_before))
    for cell in dict.fromkeys(looked_at):
        count = count_in(others[cell.any_view], table.layout, cell)
        if organisation is None:
            is_small = count < threshold and (count > 0 or cell not in changes)
        else:
            own = count_in(everybody[cell.any_view], table.layout, cell) - count
            is_small = own > 0 and 0 < count < threshold
        if is_small:
            found.append(cell)
    return found


@dataclass(frozen=True, slots=True)
class _Task:
    """A count to be protected from somebody: what it truly is to them."""

    who: UUID | None
    cell: Cell
    count: int


@dataclass(frozen=True, slots=True)
class _Move:
    """People added to points of views (taken away where the sign is -1), and the cells that this changes."""

    changes: tuple[tuple[int, Point, int], ...]
    changed: int


class _Board:
    """The cells of a table as bits, and which of them a move changes."""

    def __init__(self, table: Table) -> None:
        self.layout = table.layout
        self.order = list(dict.fromkeys([*table.cells, *sorted(table.shown_before)]))
        self.published = self.bits_of(set(table.cells))
        self.frozen = self.bits_of(set(table.shown_before))
        views = range(len(table.layout.categories))
        self.sizes = [table.layout.sizes(view) for view in views]
        self.within = [self._within(view) for view in views]
        self.everybody = self.bits_of({cell for cell in self.order if cell.of_everybody})
        self.between = [[self._between(view, axis) for axis in _AXES] for view in views]

    def bits_of(self, cells: set[Cell]) -> int:
        """The cells as bits."""
        return sum(1 << index for index, cell in enumerate(self.order) if cell in cells)

    def cells_of(self, bits: int) -> frozenset[Cell]:
        """The bits as cells."""
        return frozenset(cell for index, cell in enumerate(self.order) if bits >> index & 1)

    def _within(self, view: int) -> list[list[int]]:
        """Per axis and place: the cells of the view, and of everybody, that take it in."""
        found = [[0] * size for size in self.sizes[view]]
        for index, cell in enumerate(self.order):
            if cell.view in (ALL_VIEWS, view):
                for axis, places in enumerate(self._places(view, cell)):
                    for place in places:
                        found[axis][place] |= 1 << index
        return found

    def _places(self, view: int, cell: Cell) -> tuple[frozenset[int], ...]:
        groups = self.layout.groups(view)
        return (
            groups[CATEGORY][cell.category],
            groups[AREA][cell.area],
            groups[TIME][cell.time],
            groups[STAGE][cell.stage],
        )

    def _between(self, view: int, axis: int) -> list[list[int]]:
        """Per pair of places on an axis: the cells that take in one of both."""
        within = self.within[view][axis]
        return [[one ^ other for other in within] for one in within]

    def changed(self, view: int, start: Point, end: Sequence[int | None]) -> int:
        """The cells of a view that a move between two points changes; `end` names places on its axes only."""
        bits = -1
        for axis in _AXES:
            place = end[axis]
            if place is None:
                bits &= self.within[view][axis][start[axis]]
            else:
                bits &= self.between[view][axis][start[axis]][place]
        return bits

    def protected(
        self,
        truth: Sequence[dict[Point, int]],
        task: _Task,
        needed: int,
        allowed: int,
        threshold: int,
    ) -> int | None:
        """What has to be withheld so that a count cannot be told; none when it cannot be done with
        `allowed`."""
        for sign, by in ((1, threshold - 1 - task.count), (-1, task.count)):
            other = [dict(points) for points in truth]
            for _ in range(MAX_MOVES):
                if by <= 0:
                    break
                found = self._best_move(other, task.cell, sign, by, needed, allowed)
                if found is None:
                    return None
                move, step = found
                for view, point, direction in move.changes:
                    other[view][point] = other[view].get(point, 0) + direction * step
                needed |= move.changed & self.published
                by -= step
            if by > 0:
                return None
        return needed

    def _best_move(
        self,
        points: Sequence[dict[Point, int]],
        cell: Cell,
        sign: int,
        by: int,
        needed: int,
        allowed: int,
    ) -> tuple[_Move, int] | None:
        """The move that withholds the fewest further cells, the most people at once; and how many those
        are."""
        forbidden = self.frozen | (self.published & ~allowed)
        free = ~needed & self.published
        best: tuple[int, int, _Move] | None = None
        for view, start, end in self._spans(points, cell, sign):
            changed = self.changed(view, start, end)
            if changed & forbidden:
                continue
            cost = (changed & free).bit_count()
            if best is not None and cost > best[0]:
                continue
            move = self._move(points, view, start, end, sign, changed, forbidden, free)
            if move is None:
                continue
            cost = (move.changed & free).bit_count()
            room = min((points[at].get(point, 0) for at, point, way in move.changes if way < 0), default=by)
            step = min(room, by)
            if step > 0 and (best is None or (cost, -step) < best[:2]):
                best = (cost, -step, move)
                if cost == 0 and step == by:
                    break
        return None if best is None else (best[2], -best[1])

    def _spans(
        self, points: Sequence[dict[Point, int]], cell: Cell, sign: int
    ) -> Iterator[tuple[int, Point, list[int | None]]]:
        """Where moves that change the cell may lead: from each point in it, over each set of axes, outside
        it."""
        view = cell.any_view
        inside = self.layout.groups_of(cell)
        outside = [
            sorted(set(range(size)) - group) for size, group in zip(self.sizes[view], inside, strict=True)
        ]
        categories, areas, times, stages = map(sorted, inside)
        for start in product(categories, areas, times, stages):
            if sign < 0 and points[view].get(start, 0) <= 0:
                continue
            for axes in _AXIS_SETS:
                # Where everybody is meant, categories do not matter, and are chosen for each view afterwards.
                if cell.of_everybody and CATEGORY in axes:
                    continue
                for ends in product(*(outside[axis] for axis in axes)):
                    end: list[int | None] = [None, None, None, None]
                    for axis, place in zip(axes, ends, strict=True):
                        end[axis] = place
                    yield view, start, end

    def _move(
        self,
        points: Sequence[dict[Point, int]],
        view: int,
        start: Point,
        end: Sequence[int | None],
        sign: int,
        changed: int,
        forbidden: int,
        free: int,
    ) -> _Move | None:
        """The move over a span; where it changes counts of everybody it goes through every view."""
        changes = list(_corners(view, start, end, sign))
        if end[CATEGORY] is None:
            for other in range(len(self.sizes)):
                if other != view:
                    mirrored = self._mirrored(points, other, start, end, sign, forbidden, free & ~changed)
                    if mirrored is None:
                        return None
                    changes.extend(mirrored.changes)
                    changed |= mirrored.changed
        return _Move(tuple(changes), changed)

    def _mirrored(
        self,
        points: Sequence[dict[Point, int]],
        view: int,
        start: Point,
        end: Sequence[int | None],
        sign: int,
        forbidden: int,
        free: int,
    ) -> _Move | None:
        """The same move in another view, in the category that withholds the fewest further cells."""
        best: tuple[int, int, _Move] | None = None
        for category in range(self.sizes[view][CATEGORY]):
            moved = (category, start[AREA], start[TIME], start[STAGE])
            changed = self.changed(view, moved, end)
            if changed & forbidden:
                continue
            changes = tuple(_corners(view, moved, end, sign))
            room = min((points[view].get(point, 0) for _, point, way in changes if way < 0), default=1)
            cost = (changed & free).bit_count()
            if room > 0 and (best is None or (cost, -room) < best[:2]):
                best = (cost, -room, _Move(changes, changed))
        return None if best is None else best[2]


def _corners(
    view: int, start: Point, end: Sequence[int | None], sign: int
) -> Iterator[tuple[int, Point, int]]:
    """The corners of the cube between two points: the sign changes with each axis on which one is left."""
    choices = [
        ((here, 1),) if there is None else ((here, 1), (there, -1))
        for here, there in zip(start, end, strict=True)
    ]
    for (category, a), (area, b), (time, c), (stage, d) in product(*choices):
        yield view, (category, area, time, stage), sign * a * b * c * d


def _hardness(task: _Task, layout: Layout) -> tuple[int, int, int, Cell]:
    """Counts of few points first, of everybody last, since what protects the former protects much of the
    rest."""
    size = 1
    for group in layout.groups_of(task.cell):
        size *= len(group)
    return (task.cell.of_everybody, size, _who(task), task.cell)


def _who(task: _Task) -> int:
    return 0 if task.who is None else task.who.int
