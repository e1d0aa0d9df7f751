"""Disclosure control: what is withheld, and that nobody can work it out by subtraction."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reporting_api.domain.disclosure import (
    NOW,
    Cell,
    DisclosureRule,
    Level,
    is_group_safe,
    is_told_apart,
    merged,
    withheld_cells,
    withheld_levels,
)

RULE = DisclosureRule(3, Decimal(10), "test")
NOBODY: frozenset[UUID] = frozenset()
NOBODY_ABOVE: frozenset[str] = frozenset()
A, B, C, D = (UUID(int=number) for number in (1, 2, 3, 4))


def cell(key: str, pence: dict[UUID, int], parent: str = "", *, is_licensed: bool = False) -> Cell:
    return Cell(key, parent, {"delivered": pence}, is_licensed)


def withheld(*cells: Cell, agreed: frozenset[UUID] = NOBODY, above: frozenset[str] = frozenset()) -> set[str]:
    return set(withheld_cells(Level(cells), above, agreed, RULE))


@pytest.mark.parametrize(
    "pence, is_safe",
    [
        ({}, True),
        ({A: 0}, True),
        ({A: 100}, False),
        ({A: 100, B: 100}, False),
        ({A: 100, B: 100, C: 0}, False),
        ({A: 100, B: 100, C: 100}, True),
        ({A: 1000, B: 500, C: 100}, True),  # what A and B leave is a tenth of A
        ({A: 1000, B: 500, C: 99}, False),
        ({A: -1000, B: 500, C: 99}, False),
    ],
)
def test_three_contribute_and_none_dominates(pence, is_safe):
    assert is_group_safe({"delivered": pence}, NOBODY, RULE) is is_safe


def test_contributors_who_agreed_need_no_protection():
    assert is_group_safe({"delivered": {A: 100}}, frozenset({A}), RULE)
    assert is_group_safe({"delivered": {A: 100, B: 1}}, frozenset({A, B}), RULE)
    assert not is_group_safe({"delivered": {A: 100, B: 1}}, frozenset({A}), RULE)
    # One who agreed may dominate; the largest of the others may not be worked out.
    assert is_group_safe({"delivered": {A: 10_000, B: 100, C: 90, D: 80}}, frozenset({A}), RULE)
    assert not is_group_safe({"delivered": {A: 10_000, B: 100, C: 9}}, frozenset({A}), RULE)


def test_one_unsafe_figure_withholds_the_cell():
    figures = {"delivered": {A: 1, B: 1, C: 1}, "due": {A: 1}}
    assert withheld_cells(Level([Cell("x", "", figures)]), frozenset(), NOBODY, RULE) == {"x"}


def test_the_smallest_safe_cell_is_withheld_beside_a_single_one():
    cells = (
        cell("one", {A: 50}),
        cell("small", {A: 100, B: 100, C: 100}),
        cell("large", {A: 900, B: 900, C: 900}),
    )
    assert withheld(*cells) == {"one", "small"}


def test_withheld_cells_that_are_unsafe_together_take_a_third():
    cells = (
        cell("one", {A: 50}),
        cell("two", {A: 60}),
        cell("safe", {A: 100, B: 100, C: 100}),
        cell("safer", {A: 900, B: 900, C: 900}),
    )
    assert withheld(*cells) == {"one", "two", "safe"}


def test_an_empty_cell_protects_nobody():
    cells = (cell("one", {A: 50}), cell("empty", {}), cell("safe", {A: 100, B: 100, C: 100}))
    assert withheld(*cells) == {"one", "safe"}


def test_siblings_are_protected_under_their_own_parent():
    cells = (
        cell("x1", {A: 50}, "x"),
        cell("x2", {A: 90, B: 90, C: 90}, "x"),
        cell("y1", {A: 70, B: 70, C: 70}, "y"),
    )
    assert withheld(*cells) == {"x1", "x2"}


def test_everything_below_a_withheld_cell_is_withheld():
    cells = (cell("x1", {A: 90, B: 90, C: 90}, "x"), cell("y1", {A: 70, B: 70, C: 70}, "y"))
    assert withheld(*cells, above=frozenset({"x"})) == {"x1"}


def test_a_licensed_cell_is_withheld_with_another_beside_it():
    cells = (
        cell("licensed", {A: 90, B: 90, C: 90}, is_licensed=True),
        cell("open", {A: 70, B: 70, C: 70}),
        cell("larger", {A: 700, B: 700, C: 700}),
    )
    assert withheld(*cells) == {"licensed", "open"}


def unnamed(item: Cell, agreed: frozenset[UUID]) -> bool:
    """Whether somebody contributes who did not agree to be named: the others hide nobody."""
    return any(pence and who not in agreed for who, pence in item.contributions["delivered"].items())


CONTRIBUTIONS = st.dictionaries(st.sampled_from([A, B, C, D]), st.integers(0, 1000), max_size=4)


@settings(max_examples=300)
@given(st.lists(CONTRIBUTIONS, min_size=1, max_size=8), st.frozensets(st.sampled_from([A, B, C, D])))
def test_what_subtraction_from_the_total_gives_is_safe_or_is_the_total(tables, agreed):
    """An attacker who has the total and every shown cell learns the sum of the withheld ones, and no more."""
    cells = [cell(str(index), pence) for index, pence in enumerate(tables)]
    hidden = withheld(*cells, agreed=agreed)
    for shown in cells:
        if shown.key not in hidden:
            assert is_group_safe(shown.contributions, agreed, RULE)
    left = [item for item in cells if item.key in hidden and unnamed(item, agreed)]
    if not left:
        return
    everything_hidden = all(item.key in hidden or not unnamed(item, agreed) for item in cells)
    union = merged(item.contributions for item in left)
    assert everything_hidden or (len(left) > 1 and is_group_safe(union, agreed, RULE))


def spans(key: str, parts: dict[int, dict[UUID, int]], shown_before: int = 0) -> Cell:
    """A cell of which publications count parts by their bits: 1 is the one in hand, 2 the one before."""
    now = merged({"delivered": pence} for bits, pence in parts.items() if bits & 1)
    earlier = {bits: {"delivered": pence} for bits, pence in parts.items()}
    return Cell(key, "", now, earlier=earlier, shown_before=shown_before)


SAFE = {A: 100, B: 100, C: 100}


def test_a_shown_cell_is_withheld_when_its_change_would_tell_one_organisations():
    """What came late is what a restatement shows less what was shown before."""
    late = spans("late", {0b11: SAFE, 0b01: {D: 50}}, 0b10)
    several = spans("several", {0b11: SAFE, 0b01: SAFE}, 0b10)
    never_shown = spans("new", {0b11: SAFE, 0b01: {D: 50}})
    larger = [spans(name, {0b11: {A: 900, B: 900, C: 900}}, 0b10) for name in ("x", "y")]
    before: dict[str | None, int] = {"": 0b10}
    assert withheld_cells(Level([several, *larger], before), frozenset(), NOBODY, RULE) == set()
    # Beside what came late alone another cell is withheld: where it belongs stays open.
    assert withheld_cells(Level([late, *larger], before), frozenset(), NOBODY, RULE) == {"late", "x"}
    assert withheld_cells(Level([never_shown, *larger]), frozenset(), NOBODY, RULE) == set()


def test_a_range_that_was_never_shown_tells_what_pounds_told_before():
    whole, second = {A: 100, B: 110, C: 120}, {A: 60, B: 60, C: 60}
    first_quarter, half_year, restated = 8, 4, 2
    spans = {
        first_quarter | half_year | restated | NOW: {"delivered": whole, "delivered low": whole},
        half_year | NOW: {"delivered": second, "delivered low": {A: 60}},
    }
    # The half-year again: with the first quarter's its range tells the second's, which is A's alone.
    shown = first_quarter | half_year | restated
    again = Cell("k", "", merged(spans.values()), False, spans, shown, {"delivered low": restated})
    assert is_told_apart(again, NOBODY, RULE)
    assert not is_told_apart(replace(again, ranges_before={"delivered low": shown}), NOBODY, RULE)
    # Withheld, it needs company for the range, of which nothing stands beside it; the pounds were shown.
    needs = withheld_cells(Level([again, cell("n", whole)], {"": shown}), NOBODY_ABOVE, NOBODY, RULE)
    assert needs == {"k", "n"}


def test_a_cell_that_gives_away_what_is_below_is_withheld_with_it():
    below = [cell("x1", {A: 900, B: 900}, "x"), cell("x2", {C: 100, D: 50}, "x")]
    above = [cell("x", {A: 900, B: 900, C: 100, D: 50}), cell("y", {A: 800, B: 900, C: 950})]
    more = cell("z", {A: 5000, B: 5000, C: 5000})
    levels = [Level([*above, more]), Level(below)]
    assert withheld_levels(levels, NOBODY, RULE) == [{"x", "y"}, {"x1", "x2"}]
