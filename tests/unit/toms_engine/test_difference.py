"""What changed between two editions, by how much, and what is not told without the licence."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.toms_engine.editions import SOURCE, content, measure, multiplier, proxy, series

from toms_engine.domain.difference import FieldChange, differences
from toms_engine.domain.edition import (
    Additionality,
    Crosswalk,
    CrosswalkRow,
    Outcome,
    Tag,
    Target,
    Theme,
    Workstream,
)


def told(old, new, *, sees_old=True, sees_new=True):
    found = differences(old, new, sees_old=sees_old, sees_new=sees_new)
    return [
        (change.part, change.code, change.change, tuple(field.field for field in change.fields))
        for change in found
    ]


def fields(old, new, part, **sees):
    found = differences(old, new, **{"sees_old": True, "sees_new": True, **sees})
    [change] = [change for change in found if change.part == part]
    return change.fields


def test_an_edition_does_not_differ_from_itself():
    assert told(content(), content()) == []


def test_every_kind_of_part_is_compared():
    old = content(measure("M1"), measure("M2"), multipliers=(multiplier("retail", "1.10"),))
    new = content(
        measure("M1", title="Another", additionality=Additionality("A study", deadweight=Decimal("0.2"))),
        measure("M3"),
        title="Newer",
        tags=(Tag("t1", "One"),),
        themes=(Theme("T1", "A theme"), Theme("T2", "Another")),
        outcomes=(Outcome("O1", "T2", "An outcome"),),
        proxies=(proxy(), proxy("P2")),
        multipliers=(multiplier("ict", "1.04"),),
        crosswalks=(Crosswalk("pillars", "Pillars", {"a": "First"}, (CrosswalkRow("M1", "a", Decimal(1)),)),),
        workstreams=(Workstream("W1", "Mentoring"),),
        targets=(),
    )
    assert told(old, new) == [
        ("edition", "", "changed", ("title",)),
        ("tag", "t1", "added", ()),
        ("theme", "T2", "added", ()),
        ("outcome", "O1", "changed", ("theme",)),
        ("measure", "M1", "changed", ("title", "additionality.source", "additionality.deadweight")),
        ("measure", "M3", "added", ()),
        ("measure", "M2", "removed", ()),
        ("proxy", "P2", "added", ()),
        ("multiplier", "county-durham/ict", "added", ()),
        ("multiplier", "county-durham/retail", "removed", ()),
        ("crosswalk", "pillars", "added", ()),
        ("crosswalk_category", "pillars/a", "added", ()),
        ("crosswalk_row", "pillars/M1/a", "added", ()),
        ("workstream", "W1", "added", ()),
    ]  # fmt: skip
    mirrored = {"added": "removed", "removed": "added", "changed": "changed"}
    back = {(part, code, mirrored[change]) for part, code, change, _ in told(new, old)}
    assert back == {(part, code, change) for part, code, change, _ in told(old, new)}


def test_figures_say_by_how_much_they_changed():
    old = content(
        proxies=(proxy(central_gbp=Decimal("30.00"), low_gbp=Decimal(0), high_gbp=Decimal(40)),),
        multipliers=(multiplier("retail", "1.10"),),
    )
    new = content(
        proxies=(proxy(central_gbp=Decimal("20.00"), low_gbp=Decimal(5), high_gbp=Decimal(40)),),
        multipliers=(multiplier("retail", "1.21"),),
    )
    assert fields(old, new, "proxy") == (
        FieldChange("central_gbp", "30.00", "20.00", Decimal("-10.00"), Decimal("-33.33")),
        FieldChange("low_gbp", "0", "5", Decimal(5), None),
    )
    assert fields(old, new, "multiplier") == (
        FieldChange("multiplier", "1.10", "1.21", Decimal("0.11"), Decimal("10.00")),
    )


def test_half_a_hundredth_of_a_percent_rounds_up():
    old, new = (content(proxies=(proxy(central_gbp=Decimal(value)),)) for value in ("20000", "20001"))
    assert fields(old, new, "proxy")[0].percent == Decimal("0.01")
    assert fields(new, old, "proxy")[0].percent == Decimal("0.00")


def test_a_series_is_compared_year_by_year():
    old = content(proxies=(proxy(series=series((2025, "100"), (2026, "110"))),))
    new = content(proxies=(proxy(series=series((2026, "121"), (2027, "130"))),))
    assert fields(old, new, "proxy") == (
        FieldChange("series.2026.central_gbp", "110", "121", Decimal(11), Decimal("10.00")),
        FieldChange("series.2027.central_gbp", None, "130"),
        FieldChange("series.2025.central_gbp", "100", None),
    )


def test_where_a_part_comes_from_is_no_difference():
    new = content(
        measure(origin="inherited"), proxies=(proxy(origin="inherited", licence_framework="other"),)
    )
    assert told(content(), new) == []


def test_a_measure_priced_otherwise_shows_its_reason():
    changed = measure(proxy="P2", origin="tailored", changed=("proxy",), revalued_because="Dearer here.")
    old, new = content(proxies=(proxy(), proxy("P2"))), content(changed, proxies=(proxy(), proxy("P2")))
    assert fields(old, new, "measure") == (
        FieldChange("proxy", "P1", "P2"),
        FieldChange("revalued_because", None, "Dearer here."),
    )


def test_a_target_is_compared_with_its_baseline():
    target = Target("T1", "Mentored", "M1", Decimal(15000), "hours", content().effective_from, SOURCE)
    old = content(targets=(target,))
    new = content(targets=(replace(target, value=Decimal(100000)),))
    assert fields(old, new, "target") == (
        FieldChange("value", "15000", "100000", Decimal(85000), Decimal("566.67")),
    )


# ------------------------------------------------------------------ licensed figures
def licensed(value, **changes):
    return content(proxies=(proxy(central_gbp=Decimal(value), redistributable=False, **changes),))


@pytest.mark.parametrize("value", ["10", "11"])
def test_licensed_figures_are_withheld_and_so_is_whether_they_differ(value):
    old, new = licensed("10"), licensed(value, derivation=f"{value} by survey.")
    assert told(old, new, sees_old=False, sees_new=False) == [("proxy", "P1", "withheld", ())]


@given(guess=st.decimals(min_value=0, max_value=1000, places=2))
def test_an_edition_with_guessed_figures_learns_nothing(guess):
    guessed = content(proxies=(proxy(central_gbp=guess, redistributable=True),))
    [change] = differences(licensed("10"), guessed, sees_old=False, sees_new=True)
    assert change.change == "withheld"
    figures = [field for field in change.fields if field.field == "central_gbp"]
    assert [(field.old, field.new, field.difference, field.percent) for field in figures] == [
        (None, format(guess, "f"), None, None)
    ]


def test_the_licence_shows_what_changed():
    assert fields(licensed("10"), licensed("12.5"), "proxy") == (
        FieldChange("central_gbp", "10", "12.5", Decimal("2.5"), Decimal("25.00")),
    )
