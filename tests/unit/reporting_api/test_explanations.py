"""Lines are explained in groups by their factors, none of them giving an organisation away."""

from decimal import Decimal
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from reporting_api.domain.disclosure import DisclosureRule, is_group_safe, merged
from reporting_api.domain.explanations import Factor, FactoredLine, groups_of

RULE = DisclosureRule(3, Decimal(10), "test")
PROXY = Factor("proxy", Decimal(5), None)
HALF = Factor("attribution", Decimal("0.5"), None)
NOBODY: frozenset[UUID] = frozenset()


def lines(*sizes: int, factors: tuple[Factor, ...] = (PROXY,), start: int = 1) -> list[FactoredLine]:
    return [
        FactoredLine(UUID(int=start + index), factors, {"pence": {UUID(int=start + index): size}})
        for index, size in enumerate(sizes)
    ]


def test_lines_with_the_same_factors_stand_together_largest_first():
    some = lines(10, 11, 12, factors=(HALF, PROXY)) + lines(100, 110, 120)
    first, second = groups_of(some, NOBODY, RULE)
    assert (first.size, first.factors) == (330, (PROXY,))
    assert (second.size, second.factors) == (33, (HALF, PROXY))


def test_an_unsafe_group_is_put_together_with_the_smallest_safe_ones_until_it_is_safe():
    some = lines(10, factors=(HALF, PROXY)) + lines(100, 110, 120) + lines(500, 510, 520, factors=(HALF,))
    first, second = groups_of(some, NOBODY, RULE)
    assert (first.size, first.factors) == (1530, (HALF,))
    assert (second.size, len(second.lines), second.factors) == (340, 4, (PROXY,))


def test_everybody_agreeing_keeps_small_groups_apart():
    some = lines(10, factors=(HALF,)) + lines(20)
    agreed = frozenset(UUID(int=number) for number in range(1, 10))
    assert [group.size for group in groups_of(some, agreed, RULE)] == [20, 10]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5), st.integers(1, 100)), min_size=1, max_size=30)
)
def test_every_line_is_shown_once_in_safe_groups_or_nothing_is(rows):
    some = [
        FactoredLine(
            UUID(int=index), (Factor(f"f{kind}", Decimal(1), None),), {"pence": {UUID(int=who): pence}}
        )
        for index, (kind, who, pence) in enumerate(rows)
    ]

    def is_safe(members: list[FactoredLine]) -> bool:
        return is_group_safe(merged(line.contributions for line in members), NOBODY, RULE)

    groups = groups_of(some, NOBODY, RULE)
    assert bool(groups) is is_safe(some)
    assert all(is_safe(list(group.lines)) for group in groups)
    if groups:
        shown = [line.line_id for group in groups for line in group.lines]
        assert sorted(shown) == sorted(line.line_id for line in some)
