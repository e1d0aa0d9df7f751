"""Areas that are in other bands of need than publications before had them in.

A band that an area left or joined is another cell than the one that was shown under its name. So it counts as
not shown by those publications, and what they showed is held against the new cells as what it was: the sum of
the areas that were in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Nesting = Mapping[str, Sequence[str]]
"""By area's key the keys of the cells that it is in, the band first, then the decile."""


@dataclass(frozen=True, slots=True)
class FormerCell:
    """A cell of a publication before that is none of now: whose (a bit), at which level, of which areas."""

    bit: int
    level: int
    key: str
    areas: frozenset[str]


@dataclass(frozen=True, slots=True)
class Regrouping:
    """What became of the cells of publications before."""

    unlike: Mapping[tuple[int, str], int]
    """By level and key of a cell now the bits of those whose cell of that name was of other areas."""
    former: Sequence[FormerCell]


def code_of(key: str) -> str:
    """A cell's code, without what tells it apart from its namesakes."""
    return key.partition("~")[0]


def regrouped(now: Nesting, before: Mapping[int, Nesting], levels: int) -> Regrouping:
    """The cells of publications before (by bit) that areas have left or joined since, for so many levels.

    Areas of which nothing was published then are left out: nothing of them was in the cells.
    """
    unlike: dict[tuple[int, str], int] = {}
    former: list[FormerCell] = []
    for bit, nesting in before.items():
        then = {code_of(area): cells for area, cells in nesting.items()}
        common = {area: cells for area, cells in now.items() if code_of(area) in then}
        for level in range(levels):
            of_now = _areas_by_cell({area: cells[level] for area, cells in common.items()})
            of_then = _areas_by_cell({area: then[code_of(area)][level] for area in common})
            same = {(code_of(key), areas) for key, areas in of_now.items()}
            kept = {key for key, areas in of_then.items() if (code_of(key), areas) in same}
            former += [FormerCell(bit, level, key, of_then[key]) for key in sorted(of_then.keys() - kept)]
            changed = {code_of(key) for key in of_then.keys() - kept}
            still = {(code_of(key), of_then[key]) for key in kept}
            for key in {cells[level] for cells in now.values()}:
                is_another = (code_of(key), of_now.get(key, frozenset())) not in still
                if is_another and (key in of_now or code_of(key) in changed):
                    unlike[level, key] = unlike.get((level, key), 0) | bit
    return Regrouping(unlike, former)


def moved_areas(now: Nesting, before: Nesting) -> list[str]:
    """The areas that are in another band than then, in order."""
    then = {code_of(area): cells[0] for area, cells in before.items()}
    return sorted(
        area for area, cells in now.items() if code_of(area) in then and cells[0] != then[code_of(area)]
    )


def _areas_by_cell(cell_of: Mapping[str, str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for area, cell in cell_of.items():
        found.setdefault(cell, set()).add(area)
    return {cell: frozenset(areas) for cell, areas in found.items()}
