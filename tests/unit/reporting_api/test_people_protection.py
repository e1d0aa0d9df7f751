"""Published tables of people against the attacker, over consecutive publications."""

from collections.abc import Collection
from dataclasses import replace

import pytest
from tests.unit.reporting_api.people_attacker import PeopleAttacker
from tests.unit.reporting_api.people_samples import (
    HALF,
    ORGANISATIONS,
    Q1,
    SCHEME,
    THRESHOLD,
    Published,
    publications,
)

from reporting_api.domain.cohorts import Row
from reporting_api.domain.people_cells import Cell, count_in
from reporting_api.domain.people_protection import protect, small_cells
from reporting_api.domain.people_tables import CountedCohort, people_table

AGES = SCHEME.dimensions[0]
BY_AGE = replace(SCHEME, dimensions=(AGES,), areas=(), area_groups=())


def broken(published: Published) -> list[str]:
    """The protected counts that an attacker can tell closer than 0 to threshold less one."""
    return told_when_withheld(published, published.protection.withheld)


def told_when_withheld(published: Published, withheld: Collection[Cell]) -> list[str]:
    """The same where other cells than the publication's are withheld."""
    table = published.table.table
    shown = (frozenset(table.cells) - frozenset(withheld)) | table.shown_before
    found = []
    for who in (None, *table.counts.organisations):
        attacker = PeopleAttacker(table, shown, who)
        small = small_cells(table, who, THRESHOLD)
        for cell, low, high in attacker.told(small, THRESHOLD):
            found.append(f"{who} tells {cell} between {low} and {high}")
    return found


def share_beside(published: list[Published]) -> float:
    """How many of the cells that are not small are withheld."""
    not_small = sum(len(set(one.table.table.cells) - one.protection.small) for one in published)
    return sum(len(one.protection.withheld - one.protection.small) for one in published) / not_small


def test_no_small_count_can_be_told_from_four_publications_and_they_stay_useful():
    found = list(publications(6))
    assert [problem for one in found for problem in broken(one)] == []
    assert [len(one.protection.small) for one in found] == [1, 1, 0, 2]
    assert any(one.table.table.changes for one in found)
    assert 0 < share_beside(found) <= 0.15
    for one in found:
        table = one.table.table
        points = table.counts.known_to_all_but(None)
        shown = set(table.cells) - one.protection.withheld
        assert all(count_in(points[cell.any_view], table.layout, cell) >= THRESHOLD for cell in shown)


def test_the_attacker_tells_what_is_small_where_that_alone_is_withheld():
    first = next(publications(6))
    assert first.protection.small < first.protection.withheld
    assert told_when_withheld(first, first.protection.small) != []


def cohort(*counts: int) -> CountedCohort:
    """A quarter of one organisation: people by age, none of them placed."""
    ages = [Row("not_placed", "age", code, (n, n)) for code, n in zip(AGES.categories, counts, strict=True)]
    return CountedCohort(ORGANISATIONS[0], Q1, ages, 1, None)


@pytest.mark.parametrize("youngest, is_small", [(THRESHOLD - 1, True), (THRESHOLD, False)])
def test_a_count_below_the_threshold_is_withheld_with_another_beside_it(youngest, is_small):
    found = people_table(BY_AGE, 1, [cohort(youngest, 60, 50, 40, 30)], 1, Q1, [])
    protection = protect(found.table, THRESHOLD)
    key = ("age", "16-24", "", "started")
    assert (found.keys[key] in protection.withheld) is is_small
    ages = [found.keys["age", code, "", "started"] for code in AGES.categories]
    assert (sum(cell in protection.withheld for cell in ages) >= 2) is is_small


def test_a_table_of_few_people_shows_nothing():
    found = people_table(BY_AGE, 1, [cohort(1, 1, 1, 1, 1)], 1, Q1, [])
    assert protect(found.table, THRESHOLD).withheld == set(found.keys.values())


def test_stages_that_are_not_due_are_not_in_the_table():
    found = people_table(BY_AGE, 1, [cohort(20, 60, 50, 40, 30)], 1, HALF, [])
    assert {key[3] for key in found.keys} == {"started"}
    assert ("", "", "not_placed", "started") not in found.keys
