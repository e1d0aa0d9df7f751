"""Tailoring a parent edition: what is taken over, what is changed openly and what is refused."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.unit.toms_engine.editions import content, measure, multiplier, proxy

from toms_engine.domain.canonical import edition_hash
from toms_engine.domain.edition import Additionality, Crosswalk, CrosswalkRow, Outcome, Tag, Theme
from toms_engine.domain.licence import licences_of
from toms_engine.domain.pack_rules import pack_faults
from toms_engine.domain.tailoring import MeasureChange, Revaluation, Tailoring, tailored
from toms_engine.domain.tailoring_rules import places_of, tailoring_faults

PARENT_HASH = "b" * 64


def crosswalk(*rows, **changes):
    shares = tuple(CrosswalkRow(code, category, Decimal(share)) for code, category, share in rows)
    return Crosswalk("pillars", "Pillars", {"a": "First", "b": "Second"}, shares, **changes)


PARENT = content(
    measure("M1", excludes=("M2",), tags=("t1",)),
    measure("M2", outcome="O2", proxy="P2", excludes=("M1", "M3")),
    measure("M3", unit="count", valuation="none"),
    framework="parent",
    themes=(Theme("T1", "First"), Theme("T2", "Second")),
    outcomes=(Outcome("O1", "T1", "First"), Outcome("O2", "T2", "Second")),
    proxies=(proxy("P1"), proxy("P2"), proxy("P3")),
    multipliers=(multiplier("construction", "1.25"), multiplier("retail", "1.10")),
    crosswalks=(crosswalk(("M1", "a", "1"), ("M2", "a", "0.5"), ("M2", "b", "0.5")),),
    tags=(Tag("t1", "One"), Tag("t2", "Two")),
)


def own(**changes):
    """What a pack adds that adds nothing, unless changed."""
    empty = dict.fromkeys(("themes", "outcomes", "measures", "proxies"), ())
    return replace(content(framework="child"), **{**empty, **changes})


def tailoring(**changes):
    return Tailoring(framework="parent", edition="2025", **changes)


def resolve(mine=None, parent=PARENT, **changes):
    return tailored(mine or own(), tailoring(**changes), parent, PARENT_HASH)


def faults(mine=None, parent=PARENT, **changes):
    found = tailoring_faults(mine or own(), tailoring(**changes), parent, PARENT_HASH)
    return [(fault.pointer, fault.code) for fault in found]


def test_a_tailoring_that_changes_nothing_is_the_parent_under_another_name():
    child = resolve()
    assert (faults(), pack_faults(child)) == ([], [])
    assert (child.framework, child.derived_from, child.parent_framework, child.parent_edition) == (
        "child",
        PARENT_HASH,
        "parent",
        "2025",
    )
    assert [part.origin for part in (*child.measures, *child.proxies, *child.multipliers)] == [
        "inherited"
    ] * 7
    # Nothing is priced by P3, and no measure wears the second tag.
    assert [found.code for found in child.proxies] == ["P1", "P2"]
    assert child.tags == (Tag("t1", "One"),)
    assert [replace(m, origin=None) for m in child.measures] == list(PARENT.measures)
    assert edition_hash(child) != edition_hash(PARENT)


@pytest.mark.parametrize("selection", [{"measures": ("M1",)}, {"without": ("M2", "M3")}])
def test_what_hangs_on_measures_that_are_left_out_goes_with_them(selection):
    child = resolve(**selection)
    assert (faults(**selection), pack_faults(child)) == ([], [])
    [kept] = child.measures
    assert (kept.code, kept.excludes, kept.origin, kept.changed) == ("M1", (), "inherited", ())
    assert [found.code for found in child.proxies] == ["P1"]
    assert (child.themes, child.outcomes) == ((Theme("T1", "First"),), (Outcome("O1", "T1", "First"),))
    assert [(row.measure, row.category) for row in child.crosswalks[0].rows] == [("M1", "a")]


def test_texts_and_tags_change_and_the_measure_says_which():
    change = MeasureChange(
        "M1", guidance="Ask in Durham.", needs=("health",), tags=("t1",), also_excludes=("M3",)
    )
    child = resolve(changes=(change,))
    assert faults(changes=(change,)) == []
    first = child.measures[0]
    assert (first.guidance, first.needs, first.excludes) == ("Ask in Durham.", ("health",), ("M2", "M3"))
    assert (first.origin, first.changed, first.revalued_because) == (
        "tailored",
        ("guidance", "needs", "excludes"),
        None,
    )


def test_a_measure_priced_otherwise_says_so_with_its_reason():
    factors = Additionality("A study", deadweight=Decimal("0.1"))
    revalued = Revaluation("Durham pays less.", "P3", "every_contract_year", factors)
    change = MeasureChange("M1", revalued=revalued)
    child = resolve(changes=(change,))
    assert (faults(changes=(change,)), pack_faults(child)) == ([], [])
    first = child.measures[0]
    assert (first.proxy, first.year_rule, first.additionality) == ("P3", "every_contract_year", factors)
    assert (first.changed, first.revalued_because) == (
        ("proxy", "year_rule", "additionality"),
        "Durham pays less.",
    )
    assert [found.code for found in child.proxies] == ["P2", "P3"]


def test_what_is_added_stands_after_what_is_taken_over():
    mine = own(
        outcomes=(Outcome("O9", "T1", "Ours"),),
        measures=(measure("D1", outcome="O9", proxy="D9", tags=("t1",)), measure("D2", proxy="P3")),
        proxies=(proxy("D9"),),
    )
    child = resolve(mine, measures=("M1",))
    assert (faults(mine, measures=("M1",)), pack_faults(child)) == ([], [])
    assert [(part.code, part.origin) for part in child.measures] == [
        ("M1", "inherited"),
        ("D1", "added"),
        ("D2", "added"),
    ]
    assert [(part.code, part.origin) for part in child.proxies] == [
        ("P1", "inherited"),
        ("P3", "inherited"),
        ("D9", "added"),
    ]
    assert [outcome.code for outcome in child.outcomes] == ["O1", "O9"]


def test_a_multiplier_of_a_place_and_industry_is_stated_again():
    mine = own(multipliers=(multiplier("construction", "1.30"), multiplier("ict", "1.04")))
    assert [(row.industry, str(row.multiplier), row.origin) for row in resolve(mine).multipliers] == [
        ("construction", "1.30", "tailored"),
        ("retail", "1.10", "inherited"),
        ("ict", "1.04", "added"),
    ]


def test_a_crosswalk_stated_again_maps_its_own_measures_and_keeps_the_others():
    mine = own(
        measures=(measure("D1"),),
        crosswalks=(
            replace(crosswalk(("M2", "c", "1"), ("D1", "a", "1"), additive=True), categories={"c": "Third"}),
        ),
    )
    child = resolve(mine)
    assert (faults(mine), pack_faults(child)) == ([], [])
    [mapped] = child.crosswalks
    assert [(row.measure, row.category) for row in mapped.rows] == [("M1", "a"), ("M2", "c"), ("D1", "a")]
    assert (mapped.categories, mapped.origin) == ({"a": "First", "b": "Second", "c": "Third"}, "tailored")


def test_schemes_are_chosen():
    assert resolve(crosswalks=()).crosswalks == ()
    assert [found.origin for found in resolve(crosswalks=("pillars",)).crosswalks] == ["inherited"]


@pytest.mark.parametrize(
    ("mine", "changes", "expected"),
    [
        (own(), {"edition_hash": "c" * 64}, ("/tailors/edition_hash", "parent_hash_differs")),
        (own(framework="parent"), {}, ("/edition", "edition_tailors_itself")),
        (own(), {"measures": ("M9",)}, ("/tailors/measures/0", "measure_unknown")),
        (own(), {"without": ("M9",)}, ("/tailors/without/0", "measure_unknown")),
        (own(), {"crosswalks": ("goals",)}, ("/tailors/crosswalks/0", "crosswalk_unknown")),
        (own(), {"measures": ("M1",), "without": ("M2",)}, ("/tailors/without", "selection_ambiguous")),
        (own(measures=(measure("M3"),)), {"without": ("M3",)}, ("/measures/0/code", "code_stands_in_parent")),
        (own(themes=(Theme("T1", "Ours"),)), {}, ("/themes/0/code", "code_stands_in_parent")),
        (own(outcomes=(Outcome("O1", "T1", "Ours"),)), {}, ("/outcomes/0/code", "code_stands_in_parent")),
        (own(tags=(Tag("t2", "Ours"),)), {}, ("/tags/t2", "meaning_changed_from_parent")),
        (
            own(crosswalks=(replace(crosswalk(), categories={"a": "Ours"}),)),
            {},
            ("/crosswalks/0/categories/a", "meaning_changed_from_parent"),
        ),
    ],
)
def test_a_tailoring_that_cannot_be(mine, changes, expected):
    assert faults(mine, **changes) == [expected]


@pytest.mark.parametrize("central", ["10", "10.01"])
def test_a_parents_proxy_is_never_stated_again_even_with_the_same_figure(central):
    mine = own(proxies=(proxy("D9"), proxy("P1", central_gbp=Decimal(central))))
    assert faults(mine) == [("/proxies/1/code", "proxy_changed_from_parent")]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        (MeasureChange("M9", guidance="No."), "/measure", "measure_not_taken_over"),
        (MeasureChange("M1"), "", "change_without_effect"),
        (MeasureChange("M1", guidance="Count it."), "", "change_without_effect"),
        (
            MeasureChange("M1", guidance="New.", revalued=Revaluation("Why")),
            "/revalued",
            "revaluation_without_effect",
        ),
        (
            MeasureChange("M1", guidance="New.", revalued=Revaluation("Why", "P1")),
            "/revalued",
            "revaluation_without_effect",
        ),
        (MeasureChange("M1", revalued=Revaluation("Why", "P9")), "/revalued/proxy", "proxy_unknown"),
        (MeasureChange("M3", revalued=Revaluation("Why", "P1")), "/revalued/proxy", "proxy_not_expected"),
        (
            MeasureChange("M3", revalued=Revaluation("Why", additionality=Additionality("A study"))),
            "/revalued/additionality",
            "additionality_without_value",
        ),
    ],
)
def test_a_change_that_cannot_be(change, field, code):
    assert faults(changes=(change,)) == [(f"/changes/0{field}", code)]


def test_a_measure_is_changed_once_and_only_if_taken_over():
    twice = (MeasureChange("M1", guidance="One."), MeasureChange("M1", guidance="Two."))
    assert faults(changes=twice) == [("/changes/1/measure", "code_duplicate")]
    assert faults(changes=twice[:1], without=("M1",)) == [("/changes/0/measure", "measure_not_taken_over")]


def test_what_tailors_a_synthetic_sample_says_that_it_is_one():
    sample = replace(PARENT, data_status="synthetic_sample")
    assert faults(parent=sample) == [("/data_status", "sample_not_marked")]
    assert faults(own(data_status="synthetic_sample"), parent=sample) == []


def test_licensed_figures_stay_under_the_licence_they_came_with():
    licensed = content(proxies=(proxy(redistributable=False),), framework="licensed")
    child = resolve(parent=licensed)
    assert (child.proxies[0].redistributable, child.proxies[0].licence_framework) == (False, "licensed")
    mine = own(
        framework="grandchild",
        measures=(measure("D1", proxy="D9"),),
        proxies=(proxy("D9", redistributable=False),),
    )
    grandchild = tailored(mine, Tailoring("child", "2025"), child, PARENT_HASH)
    assert licences_of(licensed) == {"licensed"}
    assert licences_of(child) == {"licensed"}
    assert licences_of(grandchild) == {"licensed", "grandchild"}
    assert licences_of(PARENT) == frozenset()


def test_faults_of_the_resolved_edition_are_told_in_the_pack():
    mine = own(
        effective_to=date(2019, 1, 1),
        measures=(measure("D1", outcome="O9"),),
        multipliers=(multiplier("ict", "1.04"), multiplier("retail", "0.9")),
        crosswalks=(crosswalk(("D1", "a", "0.5"), ("D1", "z", "0.5")),),
    )
    changes = (MeasureChange("M2", also_excludes=("M9",)),)
    plan = tailoring(changes=changes, without=("M1",))
    edition = tailored(mine, plan, PARENT, PARENT_HASH)
    places = places_of(plan, edition, mine)
    assert [(found.pointer, found.code) for found in map(places.of, pack_faults(edition))] == [
        ("/effective_to", "validity_reversed"),
        ("/changes/0", "measure_unknown"),
        ("/measures/0/outcome", "outcome_unknown"),
        ("/multipliers/1/multiplier", "multiplier_out_of_range"),
        ("/crosswalks/0/rows/1/category", "category_unknown"),
    ]
