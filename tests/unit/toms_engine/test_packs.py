"""What a framework pack must hold to, and the hash that names it."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.unit.toms_engine.editions import SOURCE, content, measure, multiplier, proxy, series

from toms_engine.domain.canonical import canonical_json, edition_hash, plain
from toms_engine.domain.edition import (
    Additionality,
    Baseline,
    Crosswalk,
    CrosswalkRow,
    Outcome,
    SeriesPoint,
    Tag,
    Target,
    Theme,
    Workstream,
)
from toms_engine.domain.pack_rules import pack_faults


def faults(*measures, **changes):
    return [(fault.pointer, fault.code) for fault in pack_faults(content(*measures, **changes))]


def test_a_consistent_pack_has_no_faults():
    assert faults() == []


def test_every_fault_is_reported_at_once():
    assert faults(measure(outcome="O9", proxy="P9")) == [
        ("/measures/0/outcome", "outcome_unknown"),
        ("/measures/0/proxy", "proxy_unknown"),
    ]


def test_an_edition_has_themes_outcomes_and_measures():
    assert faults(themes=(), outcomes=(), measures=()) == [
        ("/themes", "themes_missing"),
        ("/outcomes", "outcomes_missing"),
        ("/measures", "measures_missing"),
    ]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"effective_to": date(2019, 12, 31)}, ("/effective_to", "validity_reversed")),
        ({"themes": (Theme("T1", "One"), Theme("T1", "Two"))}, ("/themes/1/code", "code_duplicate")),
        ({"outcomes": (Outcome("O1", "T9", "One"),)}, ("/outcomes/0/theme", "theme_unknown")),
        ({"measures": (measure(), measure())}, ("/measures/1/code", "code_duplicate")),
        ({"proxies": (proxy(), proxy())}, ("/proxies/1/code", "code_duplicate")),
    ],
)
def test_a_structure_that_cannot_be(changes, fault):
    assert faults(**changes) == [fault]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"valid_to": date(2019, 1, 1)}, "valid_to", "validity_reversed"),
        ({"proxy": None}, "proxy", "proxy_missing"),
        ({"unit": "percentage"}, "valuation", "unit_carries_no_value"),
        ({"unit": "text"}, "valuation", "unit_carries_no_value"),
        ({"accumulation": "latest"}, "valuation", "accumulation_carries_no_value"),
        ({"accumulation": "ratio"}, "valuation", "accumulation_carries_no_value"),
        ({"drop_off": Decimal("0.1")}, "drop_off", "drop_off_without_years"),
        ({"maximum_per_line": Decimal(0)}, "maximum_per_line", "maximum_not_positive"),
        ({"excludes": ("M1",)}, "excludes/0", "measure_excludes_itself"),
        ({"excludes": ("M2",)}, "excludes/0", "measure_unknown"),
        ({"valuation": "local_multiplier"}, "unit", "multiplier_needs_spend"),
        (
            {"valuation": "none", "additionality": Additionality("A study", deadweight=Decimal("0.1"))},
            "additionality",
            "additionality_without_value",
        ),
    ],
)
def test_a_measure_that_cannot_be(changes, field, code):
    assert faults(measure(**changes)) == [(f"/measures/0/{field}", code)]


def test_a_measure_that_is_not_valued_by_proxy_names_none():
    recorded = replace(measure(), valuation="none")
    assert faults(recorded) == [("/measures/0/proxy", "proxy_not_expected")]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"central_gbp": None}, "/central_gbp", "proxy_value_missing"),
        ({"central_gbp": Decimal(-1)}, "/central_gbp", "proxy_value_out_of_range"),
        ({"central_gbp": Decimal(10**7)}, "/central_gbp", "proxy_value_out_of_range"),
        ({"central_gbp": Decimal("0.0000001")}, "/central_gbp", "proxy_value_out_of_range"),
        ({"low_gbp": Decimal(5)}, "/high_gbp", "proxy_range_incomplete"),
        ({"high_gbp": Decimal(15)}, "/low_gbp", "proxy_range_incomplete"),
        ({"low_gbp": Decimal(11), "high_gbp": Decimal(12)}, "/central_gbp", "proxy_range_disordered"),
        (
            {"series": series((2025, "1")), "central_gbp": Decimal(1)},
            "/series",
            "proxy_value_ambiguous",
        ),
        ({"valid_to": date(2019, 1, 1)}, "/valid_to", "validity_reversed"),
        (
            {"series": (SeriesPoint(2025, Decimal(1), Decimal(2), Decimal(3)),)},
            "/series/0/central_gbp",
            "proxy_range_disordered",
        ),
    ],
)
def test_a_proxy_that_cannot_be(changes, field, code):
    assert faults(proxies=(proxy(**changes),)) == [(f"/proxies/0{field}", code)]


def test_a_year_stands_in_a_series_once():
    twice = proxy(series=series((2025, "1"), (2026, "2"), (2025, "3")))
    assert faults(proxies=(twice,)) == [
        ("/proxies/0/series/0/year", "series_year_duplicate"),
        ("/proxies/0/series/2/year", "series_year_duplicate"),
    ]


def test_multipliers_are_at_least_one_and_local_economic():
    rows = (
        multiplier("construction", "1"),
        multiplier("construction", "1.2"),
        multiplier("retail", "0.99"),
        replace(multiplier("ict", "1.04"), component="social"),
    )
    assert faults(multipliers=rows) == [
        ("/multipliers/1/industry", "multiplier_duplicate"),
        ("/multipliers/2/multiplier", "multiplier_out_of_range"),
        ("/multipliers/3/component", "multiplier_component"),
    ]


def test_crosswalk_rows_lead_somewhere_and_share_out_at_most_one():
    rows = (
        CrosswalkRow("M1", "a", Decimal("0.6")),
        CrosswalkRow("M1", "b", Decimal("0.4")),
        CrosswalkRow("M9", "a", Decimal(1)),
        CrosswalkRow("M1", "z", Decimal("0.1")),
        CrosswalkRow("M1", "a", Decimal(0)),
    )
    crosswalk = Crosswalk("pillars", "Pillars", {"a": "A", "b": "B"}, rows)
    again = Crosswalk("pillars", "Pillars", {}, ())
    assert faults(crosswalks=(crosswalk, again)) == [
        ("/crosswalks/0/rows/2/measure", "measure_unknown"),
        ("/crosswalks/0/rows/3/category", "category_unknown"),
        ("/crosswalks/0/rows/3/share", "crosswalk_share_above_one"),
        ("/crosswalks/0/rows/4", "crosswalk_row_duplicate"),
        ("/crosswalks/0/rows/4/share", "crosswalk_share_above_one"),
        ("/crosswalks/1/scheme", "code_duplicate"),
    ]


def test_a_measure_wears_only_declared_tags():
    tagged = measure(tags=("equality", "mentoring"))
    assert faults(tagged, tags=(Tag("equality", "Equality"),)) == [("/measures/0/tags/1", "tag_unknown")]


@pytest.mark.parametrize(
    ("additive", "shares", "expected"),
    [
        (None, ("0.6", "0.4"), []),
        (None, ("0.6", "0.3"), []),
        (True, ("0.6", "0.4"), []),
        (True, ("0.6", "0.3"), [("/crosswalks/0/additive", "crosswalk_not_additive")]),
        (True, ("1", "1"), [
            ("/crosswalks/0/rows/1/share", "crosswalk_share_above_one"),
            ("/crosswalks/0/additive", "crosswalk_not_additive"),
        ]),
        (False, ("1", "1"), []),
    ],
)  # fmt: skip
def test_a_crosswalk_keeps_its_promise_to_add_up(additive, shares, expected):
    rows = tuple(CrosswalkRow("M1", code, Decimal(share)) for code, share in zip("ab", shares, strict=True))
    crosswalk = Crosswalk("pillars", "Pillars", {"a": "A", "b": "B"}, rows, additive=additive)
    assert faults(crosswalks=(crosswalk,)) == expected
    assert crosswalk.adds_up is (sum(map(Decimal, shares)) == 1)


def target(**changes):
    fields = {
        "code": "T1",
        "title": "A thousand hours",
        "measure": "M1",
        "value": Decimal(1000),
        "unit": "hours",
        "due": date(2024, 12, 31),
        "source": SOURCE,
    }
    return Target(**{**fields, **changes})


def test_a_target_speaks_of_its_measure():
    good = target(
        workstream="W1",
        counted_from=date(2024, 12, 31),
        baseline=Baseline(Decimal("0.0001"), date(2024, 12, 30)),
        value=Decimal("1000.1234"),
    )
    streams = (Workstream("W1", "Mentoring", measures=("M1",)),)
    assert faults(targets=(good,), workstreams=streams) == []


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"measure": "M9"}, "measure", "measure_unknown"),
        ({"workstream": "W9"}, "workstream", "workstream_unknown"),
        ({"unit": "weeks"}, "unit", "unit_mismatch"),
        ({"counted_from": date(2025, 1, 1)}, "due", "target_dates_reversed"),
        (
            {"baseline": Baseline(Decimal(1), date(2024, 12, 31))},
            "baseline/taken_on",
            "target_dates_reversed",
        ),
        ({"baseline": Baseline(Decimal(-1), date(2024, 1, 1))}, "baseline/value", "negative_not_allowed"),
        ({"value": Decimal(-1)}, "value", "negative_not_allowed"),
        ({"value": Decimal("1.00001")}, "value", "too_many_decimals"),
    ],
)
def test_a_target_that_cannot_be(changes, field, code):
    assert faults(targets=(target(**changes),)) == [(f"/targets/0/{field}", code)]


def test_a_text_measure_has_no_number_to_reach():
    story = measure(unit="text", valuation="none")
    assert faults(story, targets=(target(unit="text"),)) == [("/targets/0/measure", "unit_not_numeric")]


def test_workstreams_and_targets_have_codes_of_their_own():
    streams = (Workstream("W1", "One"), Workstream("W1", "Two", measures=("M1", "M9")))
    assert faults(targets=(target(), target()), workstreams=streams) == [
        ("/workstreams/1/code", "code_duplicate"),
        ("/workstreams/1/measures/1", "measure_unknown"),
        ("/targets/1/code", "code_duplicate"),
    ]


def test_the_hash_is_taken_over_sorted_compact_json():
    document = canonical_json(plain(content()))
    assert b" :" not in document
    assert b", " not in document.replace(b"A framework for tests", b"")
    parsed = json.loads(document)
    assert list(parsed) == sorted(parsed)
    assert parsed["proxies"][0]["central_gbp"] == "10"
    assert edition_hash(content()) == edition_hash(content())


def test_members_that_hold_their_default_are_left_out_of_the_hash():
    parsed = plain(content())
    assert isinstance(parsed, dict)
    assert {"derived_from", "counts_initial_spend", "crosswalks", "effective_to"}.isdisjoint(parsed)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Another title"},
        {"effective_from": date(2020, 1, 2)},
        {"counts_initial_spend": True},
        {"proxies": (proxy(central_gbp=Decimal("10.01")),)},
        {"themes": (Theme("T1", "A theme"), Theme("T2", "Another"))},
    ],
)
def test_any_change_changes_the_hash(changes):
    assert edition_hash(content(**changes)) != edition_hash(content())


def test_what_has_no_canonical_form_is_refused():
    with pytest.raises(TypeError):
        plain(1.5)
