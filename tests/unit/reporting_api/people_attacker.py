"""An attacker of published tables of people: linear programmes over all that is known (HiGHS).

It knows every count that any publication shows (percentages follow from those), that all views count the same
people, that nobody is counted less than zero times, and, if it is an organisation, what it counted itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from reporting_api.domain.people_cells import Cell, Point, count_in
from reporting_api.domain.people_protection import Table
from reporting_api.use_cases.linear_programmes import TOLERANCE, KnownSums


@dataclass
class PeopleAttacker:
    """What somebody can make of the shown cells of a table."""

    table: Table
    shown: frozenset[Cell]
    organisation: UUID | None

    def __post_init__(self) -> None:
        layout = self.table.layout
        self.points: list[tuple[int, Point]] = []
        for view in range(len(layout.categories)):
            sizes = layout.sizes(view)
            self.points.extend((view, point) for point in _all_points(sizes))
        self.place = {key: index for index, key in enumerate(self.points)}
        others = self.table.counts.known_to_all_but(self.organisation)
        rows = [self._row(cell) for cell in sorted(self.shown)]
        values: list[float] = [
            float(count_in(others[cell.any_view], layout, cell)) for cell in sorted(self.shown)
        ]
        for row in self._agreements():
            rows.append(row)
            values.append(0.0)
        self.sums = KnownSums(len(self.points), rows, values)

    def told(self, cells: Sequence[Cell], threshold: int) -> list[tuple[Cell, float, float]]:
        """Those of the cells whose count can be told closer than 0 to the threshold less one."""
        goals = [self._row(cell) for cell in cells]
        low = [TOLERANCE] * len(cells)
        high = [threshold - 1 - TOLERANCE] * len(cells)
        return [(cells[place], least, most) for place, least, most in self.sums.told(goals, low, high)]

    def _row(self, cell: Cell) -> dict[int, float]:
        groups = self.table.layout.groups_of(cell)
        view = cell.any_view
        return {
            self.place[view, (category, area, time, stage)]: 1.0
            for category in groups[0]
            for area in groups[1]
            for time in groups[2]
            for stage in groups[3]
        }

    def _agreements(self) -> Iterable[dict[int, float]]:
        """Every view counts the same people at each area, time and stage."""
        layout = self.table.layout
        _, areas, times, stages = layout.sizes(0)
        for view in range(1, len(layout.categories)):
            for area in range(areas):
                for time in range(times):
                    for stage in range(stages):
                        row = {
                            self.place[0, (category, area, time, stage)]: 1.0
                            for category in range(layout.sizes(0)[0])
                        }
                        row |= {
                            self.place[view, (category, area, time, stage)]: -1.0
                            for category in range(layout.sizes(view)[0])
                        }
                        yield row


def _all_points(sizes: tuple[int, int, int, int]) -> Iterable[Point]:
    return (
        (category, area, time, stage)
        for category in range(sizes[0])
        for area in range(sizes[1])
        for time in range(sizes[2])
        for stage in range(sizes[3])
    )
