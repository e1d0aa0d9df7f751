"""A cell that was withheld and is shown later: what it told then and tells now is held together."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

import pytest

from reporting_api.domain.disclosure import NOW, Cell, DisclosureRule, Level, merged, withheld_levels
from reporting_api.domain.disclosure_audit import Puzzle, withheld_over_time
from reporting_api.use_cases.linear_programmes import told_too_well

RULE = DisclosureRule(3, Decimal(10), "test")
NOBODY: frozenset[UUID] = frozenset()
P, Q, R, S, U, V, W = (UUID(int=number) for number in range(1, 8))
FIRST = 2 | NOW
"""What the publication before counted and this one counts as well; what is new it counts alone."""


def cell(key: str, first: Mapping[UUID, int], late: Mapping[UUID, int]) -> Cell:
    """A cell of one theme that the publication before withheld."""
    spans = {FIRST: {"delivered": dict(first)}, NOW: {"delivered": dict(late)}}
    return Cell(key, "theme", merged(spans.values()), earlier=spans)


def levels(late_of_w: int) -> list[Level]:
    """A theme that both publications show, and its two outcomes: one held £10.00 of P alone."""
    first, second = (
        cell("a", {P: 1000}, {Q: 400, R: 400, S: 100}),
        cell("b", {Q: 100, R: 100, S: 100}, {U: 100, V: 60, W: late_of_w}),
    )
    whole = merged([first.contributions, second.contributions])
    spans = {span: merged([first.earlier[span], second.earlier[span]]) for span in (FIRST, NOW)}
    theme = Cell("theme", "", whole, earlier=spans, shown_before=2)
    return [Level([theme], {"": 2}), Level([first, second], {"theme": 2})]


def test_cells_shown_late_are_withheld_where_they_tell_what_was_withheld():
    """The theme held 1300 then. U knows 100 of b's 499 now, so a held at least 1300 - 399 = 901 then."""
    assert withheld_levels(levels(39), NOBODY, RULE) == [frozenset(), frozenset()]
    assert withheld_over_time(levels(39), NOBODY, RULE, told_too_well) == [frozenset(), {"a", "b"}]


def test_cells_shown_late_are_shown_where_a_tenth_stays_open():
    """U knows 100 of b's 500 now, so a held at least 900 then: a tenth less than it held."""
    assert withheld_over_time(levels(40), NOBODY, RULE, told_too_well) == [frozenset(), frozenset()]


def test_whom_everybody_knows_need_not_be_protected():
    assert withheld_over_time(levels(39), frozenset({P}), RULE, told_too_well) == [frozenset(), frozenset()]


def test_what_cannot_be_worked_out_is_a_fault_and_no_answer():
    """Two known sums that contradict one another: no numbers have them."""
    puzzle = Puzzle(1, [], [{0: 1.0}, {0: 1.0}], [1.0, 2.0], [{0: 1.0}], [0.5], [1.5])
    with pytest.raises(ArithmeticError, match="kInfeasible"):
        list(told_too_well(puzzle))
