"""Lines of one request that name the same activity: nothing of it is counted twice."""

from datetime import date

import pytest
from tests.unit.toms_engine.editions import FIGURES, catalogue, line, measure, quarters

from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.errors import LinesRefused
from toms_engine.domain.line import Line, Options
from toms_engine.domain.valuation import value_lines

BOOK = catalogue(measure("A", excludes=("B",)), measure("B"), measure("C", excludes=("A",)), measure("D"))
GROUPS = catalogue(measure(unit="fte_years", accumulation="stock", target_groups=("young", "older")))


def values(book: Catalogue, *lines: Line) -> int:
    return len(value_lines(book, lines, Options(), FIGURES))


def faults(book: Catalogue, *lines: Line) -> list[tuple[str, str]]:
    with pytest.raises(LinesRefused) as refused:
        values(book, *lines)
    return [(error.pointer, error.code) for error in refused.value.errors]


def garden(code: str, **changes) -> Line:
    return line(measure=code, activity="school-garden", **changes)


def test_every_line_of_an_exclusion_is_named_with_the_other():
    with pytest.raises(LinesRefused) as refused:
        values(BOOK, garden("B"), garden("D"), garden("A"), garden("C"))
    assert [(error.pointer, error.message) for error in refused.value.errors] == [
        ("/lines/0/measure", "B and A (line 2) do not count the same activity"),
        ("/lines/2/measure", "A and B (line 0) do not count the same activity"),
        ("/lines/2/measure", "A and C (line 3) do not count the same activity"),
        ("/lines/3/measure", "C and A (line 2) do not count the same activity"),
    ]


def test_measures_that_exclude_each_other_count_different_activities():
    assert values(BOOK, garden("A"), line(measure="B", activity="minibus"), line(measure="C")) == 3


def test_lines_without_an_activity_say_nothing_of_each_other():
    assert values(BOOK, line(measure="A"), line(measure="A"), line(measure="B")) == 3


def test_shares_of_an_activity_sum_to_the_whole_at_most():
    half, more = garden("A", attribution_share="0.5"), garden("A", attribution_share="0.500000000000000001")
    assert values(BOOK, half, half) == 2
    assert faults(BOOK, half, more) == [
        ("/lines/0/attribution_share", "activity_shares_above_one"),
        ("/lines/1/attribution_share", "activity_shares_above_one"),
    ]


def test_a_line_that_states_no_share_claims_the_whole():
    assert faults(BOOK, garden("A"), garden("A", attribution_share="0.000001")) == [
        ("/lines/0/attribution_share", "activity_shares_above_one"),
        ("/lines/1/attribution_share", "activity_shares_above_one"),
    ]


def test_an_activity_is_reported_quarter_by_quarter_in_whole():
    reports = quarters(date(2025, 1, 1), measure="A", activity="school-garden")
    assert values(BOOK, *reports) == 4
    overlapping = line(measure="A", activity="school-garden", period_start=date(2025, 12, 31))
    assert faults(BOOK, *reports, overlapping) == [
        ("/lines/3/attribution_share", "activity_shares_above_one"),
        ("/lines/4/attribution_share", "activity_shares_above_one"),
    ]


def test_the_same_activity_may_serve_several_measures_in_whole():
    assert values(BOOK, garden("A"), garden("D")) == 2


def hired(group: str | None, **changes) -> Line:
    stated = {"unit": "fte_years", "headcount": 2, "activity": "site-team", "target_group": group, **changes}
    return line("2", **stated)


def test_each_group_of_an_activity_has_its_own_whole():
    assert values(GROUPS, hired("young"), hired("older")) == 2
    assert len(faults(GROUPS, hired("young"), hired("young"))) == 2


@pytest.mark.parametrize(
    ("group", "headcount", "fault"),
    [
        (None, 2, ("/lines/0/target_group", "target_group_missing")),
        ("tall", 2, ("/lines/0/target_group", "target_group_unknown")),
        ("young", None, ("/lines/0/headcount", "headcount_missing")),
    ],
)
def test_a_measure_about_groups_asks_for_the_group_and_its_people(group, headcount, fault):
    assert faults(GROUPS, hired(group, headcount=headcount)) == [fault]


def test_a_group_means_nothing_where_the_measure_names_none():
    assert faults(catalogue(), line(target_group="young")) == [
        ("/lines/0/target_group", "target_group_not_expected")
    ]


def test_a_line_with_a_fault_of_its_own_is_reported_for_that():
    assert faults(BOOK, garden("A", unit="weeks"), garden("A"), garden("B")) == [
        ("/lines/0/unit", "unit_mismatch"),
        ("/lines/1/measure", "measures_exclude_each_other"),
        ("/lines/2/measure", "measures_exclude_each_other"),
    ]
