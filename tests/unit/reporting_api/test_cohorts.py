"""Cohorts and their schemes: every fault is named, and all dimensions count the same people."""

from dataclasses import replace
from datetime import date

import pytest
from tests.unit.reporting_api.people_samples import Q1, SCHEME

from cdp_common.kernel.periods import Period
from reporting_api.domain.cohorts import (
    CohortInvalid,
    Dimension,
    PeoplePeriodInvalid,
    Row,
    SchemeInvalid,
    Stage,
    is_stage_due,
    people_at_stages,
    require_cohort_holds,
    require_period_publishable,
    require_scheme_holds,
)

LATER = date(2026, 11, 22)
GOOD = [
    Row("a00", "age", "16-24", (7, 3)),
    Row("a00", "age", "not_asked", (5, 5)),
    Row("a00", "disability", "no", (12, 8)),
]


def faults(rows: list[Row], period: Period = Q1, today: date = LATER) -> list[str]:
    with pytest.raises(CohortInvalid) as refused:
        require_cohort_holds(SCHEME, period, rows, today)
    return [fault.code for fault in refused.value.errors]


def test_a_cohort_that_holds_is_counted_by_any_dimension():
    require_cohort_holds(SCHEME, Q1, GOOD, LATER)
    assert people_at_stages(GOOD, SCHEME) == [12, 8]


def test_faults_of_rows_are_named():
    rows = [
        Row("x", "age", "16-24", (1, 0)),
        Row("a00", "colour", "red", (1, 0)),
        Row("a00", "age", "17", (1,)),
        Row("a00", "age", "55+", (1, 2)),
        Row("a00", "age", "55+", (1, 1)),
    ]
    assert faults(rows) == [
        "area_unknown",
        "dimension_unknown",
        "category_unknown",
        "stages_missing",
        "stages_grow",
        "row_repeated",
    ]


def test_dimensions_that_count_different_people_are_refused():
    assert faults([*GOOD[:2], Row("a00", "disability", "no", (12, 7))]) == ["dimensions_disagree"]
    assert faults([*GOOD[:2], Row("a01", "disability", "no", (12, 8))]) == ["dimensions_disagree"] * 2


def test_a_check_is_neither_stated_nor_due_before_its_month_is_over():
    six = SCHEME.stages[1]
    assert not is_stage_due(six, Q1.end, date(2026, 9, 29))
    assert is_stage_due(six, Q1.end, date(2026, 9, 30))
    assert faults(GOOD, today=date(2026, 9, 29)) == ["stage_not_due"]
    require_cohort_holds(SCHEME, Q1, GOOD, date(2026, 9, 30))


def test_a_cohort_is_of_a_quarter_that_has_begun():
    assert faults(GOOD, Period(date(2026, 1, 1), date(2026, 2, 28))) == ["period_not_quarter"]
    assert "period_in_future" in faults(GOOD, Period(date(2027, 1, 1), date(2027, 3, 31)))


def test_whole_quarters_that_are_over_are_published_and_restated_with_a_reason():
    require_period_publishable(Q1, date(2026, 4, 1), is_restated=False, reason=None)
    with pytest.raises(PeoplePeriodInvalid) as refused:
        require_period_publishable(
            Period(date(2026, 1, 1), date(2026, 4, 30)), date(2026, 4, 30), is_restated=True, reason=None
        )
    assert [fault.code for fault in refused.value.errors] == [
        "period_not_whole_quarters",
        "period_not_over",
        "reason_missing",
    ]


def test_faults_of_a_scheme_are_named():
    wrong = replace(
        SCHEME,
        dimensions=(Dimension("age", ("a", "a", "not_asked")),),
        stages=(Stage("checked", 3), Stage("checked", None)),
        areas=(("not_placed", ("ward-9",)),),
    )
    with pytest.raises(SchemeInvalid) as refused:
        require_scheme_holds(wrong)
    assert [fault.code for fault in refused.value.errors] == [
        "code_repeated",
        "code_repeated",
        "category_missing",
        "first_stage_later",
        "area_reserved",
        "area_group_unknown",
    ]
    require_scheme_holds(SCHEME)
