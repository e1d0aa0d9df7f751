"""Value by another system's categories: pence by shares, what is not mapped, and editions side by side."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting_api.domain.crosswalks import Crosswalk, Scheme, crosswalk_cells
from reporting_api.domain.figures import FOUR_FIGURES, FigureRow, FigureSum, sum_of
from reporting_api.domain.groupings import GroupedCell

OLD, NEW = "a" * 12, "b" * 12
GOALS = {"G1": "Work", "G2": "Health", "G10": "Places"}


def row(measure: str, social: int = 0, qualifier: str = OLD, **changes: Any) -> FigureRow:
    stated: dict[str, Any] = {
        "code": measure,
        "qualifier": qualifier,
        "label": measure,
        "parent": "o",
        "parent_qualifier": "",
        "figure": "delivered",
        "deliverer_id": None,
        "commissioner_id": None,
        "sums": FigureSum(social_pence=social, low_pence=social, high_pence=social),
        "has_samples": False,
        "is_licensed": False,
        **changes,
    }
    return FigureRow(**stated)


def crosswalk(
    shares: Mapping[str, Mapping[str, str]], categories: Mapping[str, str] | None = None, title: str = "Goals"
) -> Crosswalk:
    exact = {
        measure: {category: Decimal(share) for category, share in stated.items()}
        for measure, stated in shares.items()
    }
    return Crosswalk("goals", title, GOALS if categories is None else categories, exact)


def scheme(**by_edition: Crosswalk) -> Scheme:
    return Scheme("goals", by_edition)


def delivered(cells: list[GroupedCell]) -> dict[str, int]:
    return {cell.key: cell.figures["delivered"].total_pence for cell in cells}


def test_pence_are_divided_by_the_shares_and_the_last_category_takes_the_rounding():
    mapping = scheme(**{OLD: crosswalk({"A": {"G10": "0.3", "G1": "0.3", "G2": "0.4"}})})
    cells = crosswalk_cells([row("A", 101)], mapping)
    # 30.3, 40.4 and 30.3 in the order of the categories, G10 after G2
    assert delivered(cells) == {"G1": 30, "G2": 40, "G10": 31, "not_mapped": 0}
    assert [cell.label for cell in cells] == ["Work", "Health", "Places", "Not mapped"]
    assert mapping.is_additive


def test_a_measure_that_the_scheme_does_not_map_stands_apart():
    mapping = scheme(**{OLD: crosswalk({"A": {"G1": "1"}})})
    assert delivered(crosswalk_cells([row("A", 5), row("B", 7)], mapping)) == {
        "G1": 5,
        "G2": 0,
        "G10": 0,
        "not_mapped": 7,
    }


def test_every_edition_is_divided_by_its_own_crosswalk():
    mapping = scheme(**{OLD: crosswalk({"A": {"G1": "1"}}), NEW: crosswalk({"A": {"G2": "1"}})})
    rows = [row("A", 5), row("A", 7, NEW), row("A", 11, "c" * 12)]
    assert delivered(crosswalk_cells(rows, mapping)) == {"G1": 5, "G2": 7, "G10": 0, "not_mapped": 11}
    assert mapping.is_additive


def test_one_code_with_two_titles_gives_two_cells_and_one_with_the_same_title_one():
    other = crosswalk({"A": {"G1": "0.5", "G2": "0.5"}}, {"G1": "Leisure", "G2": "Health"}, "Aims")
    mapping = scheme(
        **{OLD: crosswalk({"A": {"G1": "0.5", "G2": "0.5"}}, {"G1": "Work", "G2": "Health"}), NEW: other}
    )
    cells = crosswalk_cells([row("A", 10), row("A", 20, NEW)], mapping)
    assert delivered(cells) == {"G2": 15, f"G1~{OLD}": 5, f"G1~{NEW}": 10, "not_mapped": 0}
    assert {cell.key: cell.label for cell in cells}[f"G1~{NEW}"] == "Leisure"
    assert mapping.title == "Aims"


def test_a_category_that_is_itself_called_not_mapped_is_not_ours():
    mapping = scheme(**{OLD: crosswalk({"A": {"not_mapped": "1"}}, {"not_mapped": "Elsewhere"})})
    cells = crosswalk_cells([row("A", 10), row("B", 3)], mapping)
    assert {cell.label: cell.figures["delivered"].total_pence for cell in cells} == {
        "Elsewhere": 10,
        "Not mapped": 3,
    }


@pytest.mark.parametrize(
    "shares, parts",
    [
        ({"G1": "0.5", "G2": "0.25"}, {"G1": 51, "G2": 25}),  # 50.5 and 25.25
        ({"G1": "1", "G2": "1"}, {"G1": 101, "G2": 101}),
        ({"G1": "0"}, {"not_mapped": 101}),
    ],
)
def test_shares_that_do_not_sum_to_one_are_taken_by_themselves(shares, parts):
    mapping = scheme(**{OLD: crosswalk({"A": shares})})
    assert not mapping.is_additive
    cells = delivered(crosswalk_cells([row("A", 101)], mapping))
    assert {key: pence for key, pence in cells.items() if pence} == parts
    taken_back = delivered(crosswalk_cells([row("A", -101)], mapping))
    assert {key: -pence for key, pence in taken_back.items() if pence} == parts


def test_one_measure_that_does_not_add_up_makes_its_scheme_not_additive():
    whole, part = crosswalk({"A": {"G1": "1"}}), crosswalk({"A": {"G1": "1"}, "B": {"G1": "0.5"}})
    assert scheme(**{OLD: whole}).is_additive
    assert not scheme(**{OLD: whole, NEW: part}).is_additive


def test_licensed_value_is_left_out_and_a_category_of_nothing_else_shows_nothing():
    mapping = scheme(**{OLD: crosswalk({"A": {"G1": "1"}, "L": {"G1": "0.5", "G2": "0.5"}})})
    cells = {
        cell.key: cell for cell in crosswalk_cells([row("A", 10), row("L", 99, is_licensed=True)], mapping)
    }
    work, health = cells["G1"], cells["G2"]
    assert (work.figures["delivered"].total_pence, work.figures["delivered"].licensed) == (10, "left_out")
    assert (health.figures["delivered"].total_pence, health.figures["delivered"].licensed) == (0, "left_out")
    assert (work.is_licensed, health.is_licensed, cells["not_mapped"].is_licensed) == (False, True, False)


def test_a_line_without_a_range_leaves_each_of_its_categories_without_one():
    mapping = scheme(**{OLD: crosswalk({"A": {"G1": "0.5", "G2": "0.5"}, "B": {"G10": "1"}})})
    rows = [row("A", 10, sums=FigureSum(social_pence=10, lines_without_range=1)), row("B", 4)]
    has_range = {cell.key: cell.figures["delivered"].has_range for cell in crosswalk_cells(rows, mapping)}
    assert has_range == {"G1": False, "G2": False, "G10": True, "not_mapped": True}


# ------------------------------------------------------------------ whatever the figures
PENCE = st.integers(-(10**15), 10**15)


@st.composite
def ranged(draw: st.DrawFn) -> FigureSum:
    """A sum with a range around it."""
    social, local = draw(PENCE), draw(PENCE)
    below, above = draw(st.integers(0, 10**9)), draw(st.integers(0, 10**9))
    total = social + local
    return FigureSum(social, local, draw(PENCE), total - below, total + above)


@st.composite
def whole_shares(draw: st.DrawFn) -> dict[str, str]:
    """Shares that sum to exactly 1, of up to three categories."""
    cuts = sorted(draw(st.lists(st.integers(0, 10**6), max_size=2)))
    ends = [0, *cuts, 10**6]
    parts = [end - start for start, end in pairwise(ends)]
    return {code: f"{Decimal(part) / 10**6:f}" for code, part in zip(GOALS, parts, strict=False)}


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from([OLD, NEW]), ranged()), max_size=12),
    st.dictionaries(st.sampled_from("AB"), whole_shares()),
)
def test_cells_of_an_additive_scheme_sum_to_the_total_to_the_penny(lines, shares):
    mapping = scheme(**{OLD: crosswalk(shares)})
    rows = [row(code, qualifier=edition, sums=sums) for code, edition, sums in lines]
    cells = crosswalk_cells(rows, mapping)
    assert mapping.is_additive
    for figure in FOUR_FIGURES:
        whole = sum_of(one.sums for one in rows if one.figure == figure)
        assert sum_of(cell.figures[figure] for cell in cells) == whole
    # However finely the lines are told apart: one row a measure gives the same cells.
    summed: dict[tuple[str, str], list[FigureSum]] = {}
    for code, edition, sums in lines:
        summed.setdefault((code, edition), []).append(sums)
    together = [row(code, qualifier=edition, sums=sum_of(sums)) for (code, edition), sums in summed.items()]
    assert crosswalk_cells(together, mapping) == cells


@given(ranged(), whole_shares())
def test_no_category_has_its_total_outside_its_range(sums, shares):
    for cell in crosswalk_cells([row("A", sums=sums)], scheme(**{OLD: crosswalk({"A": shares})})):
        figure = cell.figures["delivered"]
        assert figure.low_pence <= figure.total_pence <= figure.high_pence
