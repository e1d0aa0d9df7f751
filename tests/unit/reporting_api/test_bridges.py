"""The bridge: every entry belongs to one step, steps add up, and nobody is told apart who did not agree."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting_api.domain.bridges import STEPS, Movement, bridge_steps, step_of, through_day
from reporting_api.domain.disclosure import DisclosureRule

RULE = DisclosureRule(3, Decimal(10), "test")
A, B, C, D = (UUID(int=number) for number in range(1, 5))
NEW = Movement("delivered", A, "HOURS", "e", "report", False, True, False, 1, 100)


@pytest.mark.parametrize(
    "changes, step",
    [
        ({}, "new_delivery"),
        ({"is_new": False}, "late_reports"),
        ({"is_correcting": True}, "corrections"),
        ({"source_kind": "correction", "is_new": False}, "corrections"),
        ({"source_kind": "correction", "changes_edition": True}, "editions"),
        ({"source_kind": "return"}, "validation_changes"),
        ({"source_kind": "rejection", "is_new": False}, "validation_changes"),
        ({"source_kind": "review"}, "new_delivery"),
        ({"source_kind": "review", "is_new": False}, "validation_changes"),
    ],
)
def test_an_entry_belongs_to_one_step(changes, step):
    assert step_of(replace(NEW, **changes)) == step


def test_those_who_agreed_are_named_and_few_others_are_not_told_apart():
    moved = [
        NEW,
        replace(NEW, organisation_id=B, pence=70, is_new=False),
        *(replace(NEW, organisation_id=who, pence=50) for who in (B, C, D)),
    ]
    steps = {step.name: step for step in bridge_steps(moved, "delivered", frozenset({A}), RULE)}
    assert list(steps) == list(STEPS)
    new = steps["new_delivery"]
    assert [(line.organisation_id, line.pence) for line in new.lines] == [(A, 100)]
    assert (new.unnamed_pence, new.pence) == (150, 250)
    assert (steps["late_reports"].pence, steps["together"].pence) == (0, 70)
    assert steps["membership"].pence == 0


def test_the_day_that_totals_reach_to_never_goes_back():
    assert through_day([]) is None


MOVEMENTS = st.lists(
    st.builds(
        Movement,
        figure=st.sampled_from(["delivered", "validated"]),
        organisation_id=st.sampled_from([A, B, C, D]),
        measure=st.sampled_from(["HOURS", "GIFTS"]),
        edition_hash=st.sampled_from(["e", "f"]),
        source_kind=st.sampled_from(["report", "review", "return", "rejection", "correction"]),
        is_correcting=st.booleans(),
        is_new=st.booleans(),
        changes_edition=st.booleans(),
        entries=st.integers(1, 5),
        pence=st.integers(-(10**9), 10**9),
    ),
    max_size=20,
)


@given(MOVEMENTS, st.frozensets(st.sampled_from([A, B, C, D])))
def test_the_steps_add_up_to_what_came_in(moved, agreed):
    steps = bridge_steps(moved, "delivered", agreed, RULE)
    assert sum(step.pence for step in steps) == sum(one.pence for one in moved if one.figure == "delivered")
    assert all(line.organisation_id in agreed for step in steps for line in step.lines)
