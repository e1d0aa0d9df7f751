"""Tables of counts of people: what is counted, by which axes, and which cells a publication has.

Every count stands at a *point*: one category, one area, one time and one stage. A *cell* is a group on each
axis, and counts the points inside. Groups may overlap (wards and need bands; a quarter, its year and its
restatement; everybody who came at least as far as a stage), so that cells of all publications are of one
kind.

- Categories belong to a *view*: one dimension of equality (age, sex, ...). Every view counts the same
people, so that the cells of all categories together are the same in each of them.
- Times are lives: the counts of one quarter that came into the publications with one number and left them,
  corrected, with another. What a publication says of a quarter is the sum of the lives that it has seen.
- Stages are last stages: how many came this far and no further.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple
from uuid import UUID

Point = tuple[int, int, int, int]
"""Category, area, time and stage, each by its place on the axis."""
Groups = tuple[frozenset[int], ...]

CATEGORY, AREA, TIME, STAGE = range(4)
ALL_VIEWS = -1
"""Stands for the view of cells of everybody: it counts the same in each."""
EVERYBODY = 0
"""The first group of every view's categories is all of them together."""


class Cell(NamedTuple):
    """A group on each axis, categories of one view; of everybody the view is `ALL_VIEWS`."""

    view: int
    category: int
    area: int
    time: int
    stage: int

    @property
    def of_everybody(self) -> bool:
        """Whether it takes in all categories."""
        return self.view == ALL_VIEWS

    @property
    def any_view(self) -> int:
        """A view in which it can be counted."""
        return max(self.view, 0)


@dataclass(frozen=True, slots=True)
class Layout:
    """The groups of each axis; of categories those of each view, `EVERYBODY` first."""

    categories: Sequence[Groups]
    areas: Groups
    times: Groups
    stages: Groups

    def groups(self, view: int) -> tuple[Groups, Groups, Groups, Groups]:
        """The groups of all four axes of a view."""
        return self.categories[view], self.areas, self.times, self.stages

    def sizes(self, view: int) -> tuple[int, int, int, int]:
        """How many places each axis of a view has."""
        sizes = [max(max(group) for group in groups if group) + 1 for groups in self.groups(view)]
        return sizes[0], sizes[1], sizes[2], sizes[3]

    def groups_of(self, cell: Cell) -> tuple[frozenset[int], frozenset[int], frozenset[int], frozenset[int]]:
        """The places that a cell takes in on each axis."""
        return (
            self.categories[cell.any_view][cell.category],
            self.areas[cell.area],
            self.times[cell.time],
            self.stages[cell.stage],
        )

    def cells(self, time: int, stages: Iterable[int]) -> list[Cell]:
        """All cells of one time group: everybody, and each category of each view."""
        stages = list(stages)
        found = [Cell(ALL_VIEWS, EVERYBODY, area, time, stage) for area, stage in self._across(stages)]
        for view, categories in enumerate(self.categories):
            found.extend(
                Cell(view, category, area, time, stage)
                for category in range(1, len(categories))
                for area, stage in self._across(stages)
            )
        return found

    def _across(self, stages: list[int]) -> Iterable[tuple[int, int]]:
        return product(range(len(self.areas)), stages)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people stand at each point of each view, and how many of them each organisation counted."""

    by_view: Sequence[Mapping[Point, Mapping[UUID, int]]]

    def known_to_all_but(self, organisation: UUID | None) -> list[dict[Point, int]]:
        """What is left at each point when one organisation takes away what it counted itself."""
        return [
            {
                point: sum(count for who, count in by_who.items() if who != organisation)
                for point, by_who in points.items()
            }
            for points in self.by_view
        ]

    @property
    def organisations(self) -> list[UUID]:
        """Everybody who counted anybody, in one order."""
        return sorted({who for points in self.by_view for by_who in points.values() for who in by_who})


def count_in(points: Mapping[Point, int], layout: Layout, cell: Cell) -> int:
    """How many people a cell counts, of the points of its view (of any, where it is of everybody)."""
    category, area, time, stage = layout.groups_of(cell)
    return sum(
        count
        for point, count in points.items()
        if point[CATEGORY] in category
        and point[AREA] in area
        and point[TIME] in time
        and point[STAGE] in stage
    )
