"""Crosswalk cells and withheld measures: whatever is added and subtracted, no unsafe sum comes out."""

from collections.abc import Hashable
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from reporting_api.domain.crosswalk_disclosure import (
    Blocks,
    HiddenMeasure,
    block_of,
    blocks_after,
    category_cell,
    withheld_categories,
)
from reporting_api.domain.disclosure import NOW, Cell, DisclosureRule, Level, merged
from reporting_api.domain.disclosure_audit import categories_over_time
from reporting_api.domain.disclosure_table import Category
from reporting_api.use_cases.linear_programmes import told_too_well

RULE = DisclosureRule(3, Decimal(10), "test")
NOBODY: frozenset[UUID] = frozenset()
A, B, C, D = (UUID(int=number) for number in (1, 2, 3, 4))
ALL = {A: 100, B: 110, C: 120}


def hidden(key: str, pence: dict[UUID, int], block: Hashable = "total", **shares: str) -> HiddenMeasure:
    stated = {cell: Decimal(share) for cell, share in shares.items()}
    return HiddenMeasure(key, block, {"delivered": pence}, stated)


def withheld(*measures: HiddenMeasure, cells: str = "PQR", agreed: frozenset[UUID] = NOBODY) -> set[str]:
    return set(withheld_categories(set(cells), measures, agreed, RULE))


def test_the_block_of_a_measure_is_the_closest_shown_cell_above_it():
    assert block_of(("o", "t"), set(), set()) == ("outcome", "o")
    assert block_of(("o", "t"), {"o"}, set()) == ("theme", "t")
    assert block_of(("o", "t"), {"o"}, {"t"}) == "total"


def test_a_category_of_one_withheld_measure_is_withheld_with_one_beside_it():
    measures = (hidden("m", {A: 100}, P="1"), hidden("n", ALL, Q="1"), hidden("o", {**ALL, D: 200}, R="1"))
    # P gives A away. With Q and R shown it would be what they leave of the total; Q is the smaller.
    assert withheld(*measures) == {"P", "Q"}


def test_a_category_that_holds_all_of_what_is_withheld_together_shows():
    measures = (hidden("m", {A: 100}, P="1"), hidden("n", {B: 110, C: 120}, P="1"))
    assert withheld(*measures) == set()


def test_categories_that_do_not_touch_what_is_withheld_show():
    assert withheld(cells="PQ") == set()


def test_shares_that_differ_tell_measures_of_one_block_apart():
    measures = (hidden("m", {A: 100}, P="0.5", Q="0.5"), hidden("n", ALL, P="1"))
    # P and Q are two equations for m and n.
    assert withheld(*measures) == {"P", "Q"}
    alike = (hidden("m", {A: 100}, P="0.5", Q="0.5"), hidden("n", ALL, P="0.5", Q="0.5"))
    assert withheld(*alike) == set()


def test_measures_of_different_blocks_are_told_apart_already():
    measures = (hidden("m", {A: 100, B: 90, C: 80}, "x", P="1"), hidden("n", ALL, "y", P="1"))
    assert withheld(*measures) == set()


def test_contributors_who_agreed_need_no_protection():
    measures = (hidden("m", {A: 100}, P="1"), hidden("n", {**ALL, D: 100}, Q="1"))
    assert withheld(*measures, cells="PQ", agreed=frozenset({A})) == set()
    # Without the one who is known, too few are left.
    measures = (hidden("m", {A: 100}, P="1"), hidden("n", ALL, Q="1"))
    assert withheld(*measures, cells="PQ", agreed=frozenset({A})) == {"P", "Q"}


def test_what_one_scheme_tells_counts_for_the_next():
    def measures(blocks, **shares):
        return [
            HiddenMeasure(key, blocks[key], {"delivered": pence}, {shares[key]: Decimal(1)})
            for key, pence in {
                "a": {A: 100},
                "b": {B: 100, C: 100},
                "c": {B: 110, C: 110},
                "d": {A: 110},
            }.items()
        ]

    start = dict.fromkeys("abcd", "total")
    # P is a and b, Q is c and d; both are safe.
    first = measures(start, a="P", b="P", c="Q", d="Q")
    assert withheld_categories({"P", "Q"}, first, NOBODY, RULE) == frozenset()
    after = blocks_after(first, {"P", "Q"}, frozenset())
    # R is a and c, S is b and d: safe by themselves, but R and P together tell a apart from b.
    second = measures(after, a="R", b="S", c="R", d="S")
    assert (
        withheld_categories({"R", "S"}, measures(start, a="R", b="S", c="R", d="S"), NOBODY, RULE)
        == frozenset()
    )
    assert withheld_categories({"R", "S"}, second, NOBODY, RULE) == {"R", "S"}


def test_a_category_is_not_shown_beside_one_of_another_publication_that_leaves_a_withheld_measure():
    second, half_year = 2, NOW
    small, large = {A: 100}, {**ALL, D: 200}
    # M was withheld in the first quarter, which was never published, and shown in the second.
    spans = {half_year: {"delivered": small}, second | half_year: {"delivered": large}}
    measure = Cell("m", "o", merged(spans.values()), False, spans, second)
    others = {"delivered": {A: 400, B: 300, C: 300, D: 400}}
    other = Cell("n", "o", others, False, {half_year: others})
    levels = [Level([measure, other], {"o": second})]
    for shares, kept in (
        ({"P": ["m"], "Q": ["n"]}, {"P"}),  # P of the half-year less M of the quarter is A alone
        ({"P": ["m", "n"], "Q": []}, set()),  # together with N it hides
    ):
        categories = []
        for key, members in shares.items():
            of = [(cell, Decimal(1)) for cell in (measure, other) if cell.key in members]
            told = category_cell(key, of, 0)
            categories.append(Category(told, dict.fromkeys(members, Decimal(1)), is_shown=True))
        withheld = [frozenset({"m", "n"})]
        found = categories_over_time(
            levels, withheld, ([], categories), frozenset(), NOBODY, RULE, told_too_well
        )
        assert found >= kept
        assert bool(found) == bool(kept)


# ------------------------------------------------------------------ an attacker who solves
CELLS = "PQR"
SHARES = st.sampled_from(
    [{"P": "1"}, {"Q": "1"}, {"R": "1"}, {"P": "0.5", "Q": "0.5"}, {"Q": "0.25", "R": "0.75"}]
)
PENCE = st.dictionaries(st.sampled_from([A, B, C, D]), st.integers(50, 200), min_size=1)
MEASURES = st.lists(st.tuples(PENCE, SHARES, SHARES), min_size=1, max_size=5)


def rank(rows: list[list[Fraction]]) -> int:
    """The rank of a matrix."""
    rows, found = [list(one) for one in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((index for index in range(found, len(rows)) if rows[index][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for index in range(found + 1, len(rows)):
            factor = rows[index][column] / rows[found][column]
            rows[index] = [one - factor * two for one, two in zip(rows[index], rows[found], strict=True)]
        found += 1
    return found


@settings(max_examples=200)
@given(MEASURES)
def test_no_combination_of_what_is_shown_is_of_fewer_than_three_organisations(drawn):
    everybody = {who for pence, _, _ in drawn for who in pence}
    blocks: Blocks = {str(index): "total" for index in range(len(drawn))}
    known = [[Fraction(1)] * len(drawn)]  # their total
    for number in (1, 2):
        measures = [
            hidden(str(index), one[0], blocks[str(index)], **one[number]) for index, one in enumerate(drawn)
        ]
        kept_back = withheld_categories(set(CELLS), measures, NOBODY, RULE)
        known += [
            [Fraction(measure.shares.get(cell, Decimal(0))) for measure in measures]
            for cell in sorted(set(CELLS) - kept_back)
        ]
        blocks = blocks_after(measures, set(CELLS), kept_back)
    if len(everybody) < 3:  # the total itself is of fewer, and nothing else is told
        assert rank(known) <= 1
        return
    for few in combinations(sorted(everybody), 2):
        outside = [index for index, (pence, _, _) in enumerate(drawn) if not pence.keys() <= set(few)]
        # A combination of the few alone is one that vanishes on all measures of others.
        assert rank(known) == rank([[one[index] for index in outside] for one in known])
