"""Targets: what counts by each accumulation, the forecast, and what of it may be published."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting_api.domain.disclosure import DisclosureRule
from reporting_api.domain.targets import (
    CountedMeasure,
    Goal,
    Reached,
    Statement,
    TargetInvalid,
    forecast,
    held_to,
    is_beside_safe,
    reached,
    require_target_holds,
    share_reached,
    standing,
)

A, B, C, D = (UUID(int=number) for number in range(1, 5))
RULE = DisclosureRule(3, Decimal(10), "test")
NOBODY: frozenset[UUID] = frozenset()
GOAL = Goal(
    value=Decimal(100),
    aim="at_least",
    due=date(2026, 12, 31),
    counted_from=date(2026, 7, 1),
    baseline=None,
    baseline_on=None,
    accumulation="flow",
    unit="count",
    counts_people=False,
)
LEVEL = replace(GOAL, accumulation="latest", baseline=Decimal(20), baseline_on=date(2026, 7, 1))


def stated(who: UUID, quantity: str, month: int = 9, *, of: str | None = None) -> Statement:
    last = date(2026, month, 30)
    return Statement(
        "delivered", who, last.replace(day=1), last, Decimal(quantity), None if of is None else Decimal(of)
    )


def shown(*parts: tuple[UUID, int]) -> Reached:
    contributions = {who: Decimal(part) for who, part in parts}
    return Reached(
        sum(contributions.values(), start=Decimal(0)), contributions, date(2026, 7, 1), date(2026, 9, 30)
    )


def test_a_flow_adds_up_over_organisations_and_periods():
    found = reached([stated(A, "10"), stated(A, "5", 6), stated(B, "7.5")], GOAL, "delivered")
    assert (found.quantity, found.contributions) == (Decimal("22.5"), {A: Decimal(15), B: Decimal("7.5")})
    assert (found.first_day, found.through) == (date(2026, 6, 1), date(2026, 9, 30))
    assert reached([stated(A, "10")], GOAL, "validated") == Reached(None, {}, None, None)


def test_of_latest_the_last_statement_of_each_organisation_counts():
    found = reached([stated(A, "30", 6), stated(A, "40"), stated(B, "5", 6)], LEVEL, "delivered")
    assert found.quantity == Decimal(45)


def test_percentages_of_several_have_no_common_value():
    goal = replace(LEVEL, unit="percentage")
    both = reached([stated(A, "30"), stated(B, "5")], goal, "delivered")
    assert (both.quantity, both.is_combinable) == (None, False)
    assert reached([stated(A, "30")], goal, "delivered").quantity == Decimal(30)


def test_a_ratio_is_sum_over_sum():
    goal = replace(GOAL, accumulation="ratio", unit="percentage")
    found = reached([stated(A, "1", of="2"), stated(B, "1", of="8")], goal, "delivered")
    assert found.quantity == Decimal(20)
    assert reached([stated(A, "0", of="0")], goal, "delivered").quantity is None


def test_the_forecast_goes_on_as_it_has_since_the_first_day():
    found = reached([stated(A, "46")], GOAL, "delivered")  # 92 days of 184
    assert forecast(found, GOAL) == Decimal(92)
    assert standing(found, GOAL, date(2026, 11, 22)) == "behind"
    enough = reached([stated(A, "50")], GOAL, "delivered")
    assert (forecast(enough, GOAL), standing(enough, GOAL, date(2026, 11, 22))) == (Decimal(100), "on_track")
    assert share_reached(enough.quantity, GOAL) == Decimal("0.5000")


def test_a_level_moves_on_from_its_baseline():
    found = reached([stated(A, "60")], LEVEL, "delivered")  # 40 in 91 days, 92 to come
    assert forecast(found, LEVEL) == Decimal("100.43956044")
    assert share_reached(found.quantity, LEVEL) == Decimal("0.5000")
    unknown = replace(LEVEL, baseline=None, baseline_on=None)
    assert forecast(found, unknown) is None
    assert standing(found, unknown, date(2026, 11, 22)) == "behind"


@pytest.mark.parametrize(
    "aim, quantity, today, expected",
    [
        ("at_least", "99.99", date(2026, 12, 31), "on_track"),
        ("at_least", "99.99", date(2027, 1, 1), "missed"),
        ("at_least", "100", date(2026, 10, 1), "reached"),
        ("at_most", "100", date(2026, 12, 31), "behind"),
        ("at_most", "50", date(2026, 12, 31), "within"),
        ("at_most", "100", date(2027, 1, 1), "reached"),
        ("at_most", "100.01", date(2026, 10, 1), "exceeded"),
    ],
)
def test_a_target_stands_as_its_aim_and_its_last_day_say(aim, quantity, today, expected):
    goal = replace(GOAL, aim=aim)
    assert standing(reached([stated(A, quantity)], goal, "delivered"), goal, today) == expected
    assert standing(Reached(None, {}, None, None), goal, today) == "no_data"


def test_faults_of_a_target_are_all_named():
    measures = [
        CountedMeasure("e", "M", "M", "count", "flow", is_licensed=False),
        CountedMeasure("e", "M", "M", "text", "latest", is_licensed=False),
    ]
    wrong = replace(
        GOAL, value=Decimal(0), due=date(2026, 6, 30), baseline=Decimal(1), baseline_on=date(2026, 7, 1)
    )
    with pytest.raises(TargetInvalid) as refused:
        require_target_holds(wrong, measures)
    assert [fault.code for fault in refused.value.errors] == [
        "due_before_start",
        "baseline_after_due",
        "value_not_positive",
        "measure_repeated",
        "measures_differ",
        "measure_not_numeric",
    ]
    require_target_holds(replace(GOAL, due=date(2026, 7, 1)), measures[:1])
    require_target_holds(replace(GOAL, aim="at_most", value=Decimal(0)), measures[:1])


def test_a_quantity_of_too_few_organisations_is_not_published():
    assert held_to(shown((A, 10), (B, 10)), [], GOAL, NOBODY, RULE) is None
    assert held_to(shown((A, 10), (B, 10)), [], GOAL, frozenset({A, B}), RULE) is not None
    three = shown((A, 10), (B, 10), (C, 10))
    assert held_to(three, [], GOAL, NOBODY, RULE) == three


def test_few_people_are_not_published_whoever_agreed():
    people = replace(GOAL, counts_people=True)
    agreed = frozenset({A, B, C})
    assert held_to(shown((A, 3), (B, 3), (C, 3)), [], people, agreed, RULE) is None
    assert held_to(shown((A, 3), (B, 3), (C, 4)), [], people, agreed, RULE) is not None
    assert held_to(shown(), [], people, agreed, RULE) is None


def test_a_change_of_one_organisation_is_held_back_against_every_earlier_publication():
    first = shown((A, 10), (B, 10), (C, 10))
    late = shown((A, 10), (B, 10), (C, 10), (D, 30))
    held = held_to(late, [first], GOAL, NOBODY, RULE)
    assert held == replace(first, is_held_back=True)
    more = shown((A, 20), (B, 20), (C, 20))
    assert held_to(more, [first], GOAL, NOBODY, RULE) == more
    # Beside the last it changes enough, but not since the one before.
    assert held_to(late, [first, more], GOAL, NOBODY, RULE) == replace(more, is_held_back=True)
    assert held_to(first, [more, first], GOAL, NOBODY, RULE) == first


def test_what_is_not_validated_is_not_one_organisations_own():
    delivered = shown((A, 20), (B, 20), (C, 20))
    assert not is_beside_safe(delivered, shown((A, 20), (B, 20), (C, 15)), GOAL, NOBODY, RULE)
    assert is_beside_safe(delivered, shown((A, 15), (B, 15), (C, 15)), GOAL, NOBODY, RULE)
    assert is_beside_safe(delivered, delivered, GOAL, NOBODY, RULE)


@given(st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(0, 10**6)), min_size=1, max_size=12))
def test_what_counts_is_the_sum_of_what_each_contributes(parts):
    found = reached([stated(who, str(part)) for who, part in parts], GOAL, "delivered")
    assert found.quantity == sum(found.contributions.values()) == sum(part for _, part in parts)
