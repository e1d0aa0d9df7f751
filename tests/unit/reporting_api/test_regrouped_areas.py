"""Which cells of publications before are others by now, and of which areas they were."""

from reporting_api.domain.regrouped_areas import FormerCell, moved_areas, regrouped

BEFORE = {"A": ("severe", "1"), "B": ("severe", "1"), "C": ("low", "9")}


def test_nothing_changes_while_areas_stay_where_they_were_and_new_ones_come():
    for now in (BEFORE, {**BEFORE, "D": ("severe", "1")}, {"A": ("severe", "1"), "C": ("low", "9")}):
        found = regrouped(now, {2: BEFORE}, 2)
        assert (dict(found.unlike), list(found.former)) == ({}, [])
        assert moved_areas(now, BEFORE) == []


def test_an_area_that_moves_makes_both_bands_others_and_divides_its_decile():
    now = {"A": ("severe", "1~severe"), "B": ("low", "1~low"), "C": ("low", "9")}
    found = regrouped(now, {2: BEFORE, 4: now}, 2)
    assert found.former == [
        FormerCell(2, 0, "low", frozenset("C")),
        FormerCell(2, 0, "severe", frozenset("AB")),
        FormerCell(2, 1, "1", frozenset("AB")),
    ]
    assert found.unlike == {(0, "severe"): 2, (0, "low"): 2, (1, "1~severe"): 2, (1, "1~low"): 2}
    assert moved_areas(now, BEFORE) == ["B"]


def test_a_band_that_takes_a_whole_other_one_leaves_its_deciles_as_they_are():
    now = {"A": ("severe", "1"), "B": ("severe", "1"), "C": ("severe", "9")}
    found = regrouped(now, {2: BEFORE}, 2)
    assert found.former == [
        FormerCell(2, 0, "low", frozenset("C")),
        FormerCell(2, 0, "severe", frozenset("AB")),
    ]
    # Low has no areas any more: under its name nothing is left that was shown.
    assert found.unlike == {(0, "severe"): 2}
    assert moved_areas(now, BEFORE) == ["C"]


def test_names_that_are_told_apart_only_then_or_only_now_are_the_same_cell():
    told_apart = {"A~imd": ("severe", "1~severe"), "B": ("severe", "1~severe"), "C": ("low", "9")}
    for now, before in ((told_apart, BEFORE), (BEFORE, told_apart)):
        found = regrouped(now, {2: before}, 2)
        assert (dict(found.unlike), list(found.former)) == ({}, [])
