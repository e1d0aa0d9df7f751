"""What can be told of numbers not below zero, of which some sums are known: linear programmes (HiGHS).

Whoever reads tables asks for the least and the most of one cell after the other. Only the goal changes, so
the solver goes on from where it stands; and each solution is a possible table, which shows of all cells at
once what they can hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate
from typing import Any

import highspy
import numpy as np

from reporting_api.domain.disclosure_audit import Puzzle, Row, Told

TOLERANCE = 1e-6
TIME_LIMIT_S = 120.0
"""How long one set of sums may be worked on; sets of hundreds of numbers take less than a second."""
_UNBOUNDED = (highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible)
"""What is infeasible does not occur: the truth is always possible."""


def told_too_well(puzzle: Puzzle) -> Iterator[Told]:
    """The goals of a puzzle that cannot be as little as their least, or not as much as their most."""
    sums = KnownSums(puzzle.width, puzzle.rows, puzzle.values, puzzle.free)
    yield from sums.told(puzzle.goals, puzzle.least, puzzle.most)


class KnownSums:
    """So many numbers that are not below zero, but for `free` ones, and the sums of them that are known."""

    def __init__(
        self, width: int, rows: Sequence[Row], values: Sequence[float], free: Collection[int] = ()
    ) -> None:
        self._width = width
        self._every = np.arange(width, dtype=np.int32)
        self._solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy is typed in parts
        self._solver.silent()
        self._solver.setOptionValue("time_limit", TIME_LIMIT_S)
        self._solver.passModel(_programme(width, rows, values, free))

    def told(self, goals: Sequence[Row], low: Sequence[float], high: Sequence[float]) -> Iterator[Told]:
        """The sums that cannot be as little as `low` of each, or not as much as `high`."""
        lines = np.array([self._line(goal) for goal in goals]).reshape(len(goals), self._width)
        least, most = np.full(len(goals), np.inf), np.full(len(goals), -np.inf)
        for place, line in enumerate(lines):
            for sign, enough in ((1, least[place] <= low[place]), (-1, most[place] >= high[place])):
                if enough:
                    continue
                found, solution = self._least(sign * line)
                if solution is not None:
                    sums = lines @ solution
                    least, most = np.minimum(least, sums), np.maximum(most, sums)
                elif sign == -1:
                    most[place] = -found  # without bounds
            if least[place] > low[place] or most[place] < high[place]:
                yield place, float(least[place]), float(most[place])

    def _line(self, goal: Row) -> Any:
        line = np.zeros(self._width)
        for place, factor in goal.items():
            line[place] = factor
        return line

    def _least(self, line: Any) -> tuple[float, Any]:
        """The least of a sum, and numbers with which it is that; none where it has no bound."""
        self._solver.changeColsCost(self._width, self._every, line)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status in _UNBOUNDED:
            return -float("inf"), None
        if status != highspy.HighsModelStatus.kOptimal:
            # Nothing is published on what was not worked out: a fault of ours, like any other that is raised.
            raise ArithmeticError(f"a linear programme ended as {status}")
        solution = np.array(self._solver.getSolution().col_value)
        return float(line @ solution), solution


def _programme(
    width: int, rows: Sequence[Row], values: Sequence[float], free: Collection[int]
) -> highspy.HighsLp:
    programme = highspy.HighsLp()
    programme.num_col_, programme.num_row_ = width, len(rows)
    programme.col_cost_ = np.zeros(width)
    lower = np.zeros(width)
    lower[list(free)] = -highspy.kHighsInf
    programme.col_lower_, programme.col_upper_ = lower, np.full(width, highspy.kHighsInf)
    programme.row_lower_ = programme.row_upper_ = np.array(values, dtype=float)
    matrix = programme.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.num_col_, matrix.num_row_ = width, len(rows)
    matrix.start_ = np.array([0, *accumulate(len(row) for row in rows)], dtype=np.int32)
    matrix.index_ = np.array([place for row in rows for place in row], dtype=np.int32)
    matrix.value_ = np.array([factor for row in rows for factor in row.values()], dtype=float)
    return programme
