"""Measures by need, and the set that is recommended for a contract, worked out by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toms_engine.domain.edition import Measure
from toms_engine.domain.need_ranking import (
    Domain,
    NeedyArea,
    decimal_share,
    ranked_measures,
    standings,
)
from toms_engine.domain.needs import BandCut, band_spans
from toms_engine.domain.recommendation import Contract, proportion, recommended
from toms_engine.storage.choice_rules import shipped_choice_rules

RULES = shipped_choice_rules()
CUTS = (BandCut("severe", 1), BandCut("high", 3), BandCut("mild", 5), BandCut("low", 10))
SPANS = band_spans(CUTS)
DOMAINS = [
    Domain("income", "Income", "income", Decimal("22.5")),
    Domain("crime", "Crime", "crime", Decimal("9.3")),
]


def area(income: int | None, crime: int | None, people: int = 1) -> NeedyArea:
    return NeedyArea(people, (income, crime), SPANS)


def measure(code: str, *needs: str, unit: str = "hours", outcome: str | None = None) -> Measure:
    return Measure(
        code=code,
        outcome=outcome or f"outcome-{code}",
        title=code,
        guidance="",
        unit=unit,  # type: ignore[arg-type]  # the tests use known units
        accumulation="flow",
        valuation="none",
        valid_from=date(2026, 1, 1),
        needs=needs,
    )


def shares(measures, *areas):
    found = standings(DOMAINS, areas, RULES.points_by_band)
    return [(one.measure.code, decimal_share(one.share)) for one in ranked_measures(measures, found)]


def test_a_domain_stands_where_its_people_live():
    income, crime = standings(
        DOMAINS, [area(1, 10, people=300), area(3, 2, people=100), area(None, 5, 100)], RULES.points_by_band
    )
    # Income: 300 severe and 100 high of 400 people: (300 × 3 + 100 × 2) ÷ (400 × 3) = 11/12.
    assert income.score == Fraction(11, 12)
    assert income.shares == {"severe": Fraction(3, 4), "high": Fraction(1, 4), "mild": 0, "low": 0}
    # Crime: 100 high and 100 mild of 500: (100 × 2 + 100 × 1) ÷ (500 × 3) = 1/5.
    assert crime.score == Fraction(1, 5)


def test_a_measure_has_the_share_of_weighted_need_that_its_domains_have():
    areas = [area(1, 10, people=300), area(3, 2, people=100), area(None, 5, 100)]
    # Weighted need: income 22.5 × 11/12 = 20.625, crime 9.3 × 1/5 = 1.86, together 22.485.
    measures = [measure("C", "crime"), measure("I", "income"), measure("B", "crime", "income"), measure("N")]
    assert shares(measures, *areas) == [
        ("B", Decimal("1.000000")),
        ("I", Decimal("0.917278")),
        ("C", Decimal("0.082722")),
        ("N", Decimal("0.000000")),
    ]


def test_equal_shares_go_by_code_and_without_need_nobody_has_any():
    measures = [measure("B", "income"), measure("A", "income"), measure("C", "health")]
    assert [code for code, _ in shares(measures, area(1, 1))] == ["A", "B", "C"]
    assert {share for _, share in shares(measures, area(10, 10))} == {0}
    assert {share for _, share in shares(measures, area(None, None))} == {0}


@given(
    st.lists(st.tuples(st.integers(1, 10), st.integers(1, 10), st.integers(1, 5000)), min_size=1, max_size=20)
)
def test_shares_lie_between_nothing_and_all_and_do_not_depend_on_the_order(facts):
    areas = [area(income, crime, people) for income, crime, people in facts]
    measures = [measure("I", "income"), measure("C", "crime"), measure("B", "income", "crime")]
    found = dict(shares(measures, *areas))
    assert found == dict(shares(measures[::-1], *areas[::-1]))
    assert all(0 <= share <= 1 for share in found.values())
    if found["B"]:
        assert abs(found["I"] + found["C"] - 1) <= Decimal("0.000001")


@pytest.mark.parametrize(
    ("cpv", "industry", "category"),
    [
        ("45000000-7", None, "works"),
        ("45", "ict", "works"),
        (None, "construction", "works"),
        ("90", None, "facilities"),
        (None, "ict", "professional"),
        (None, None, "other"),
        ("99", "unheard-of", "other"),
    ],
)
def test_a_contract_is_of_a_kind_by_its_cpv_division_or_industry(cpv, industry, category):
    assert RULES.category(cpv, industry).code == category


def contract(value: str = "1000000", months: int = 24, cpv: str | None = None) -> Contract:
    return Contract(Decimal(value), months, RULES.category(cpv, None))


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("1", 2),
        ("99999.99", 2),
        ("100000", 3),
        ("500000", 5),
        ("1000000", 8),
        ("5000000", 10),
        ("5000000.01", 10),
        ("20000000", 12),
    ],
)
def test_the_number_of_measures_grows_with_the_value(value, count):
    assert proportion(RULES, contract(value)).count == count


def test_above_five_million_the_law_asks_for_three():
    few = replace(RULES, measure_counts=(replace(RULES.measure_counts[0], most=1),))
    assert proportion(few, contract("5000000")).count == 1
    above = proportion(few, contract("5000000.01"))
    assert above.count == 3
    assert "section 52" in above.reasons[1]


def chosen(measures, contract, count=2, excludes=None):
    found = standings(DOMAINS, [area(1, 4)], RULES.points_by_band)
    taken, left = recommended(RULES, contract, ranked_measures(measures, found), excludes or {}, count)
    return (
        [one.ranked.measure.code for one in taken],
        {one.ranked.measure.code: (one.why, one.by) for one in left},
    )


def test_measures_are_taken_by_need_times_fit_until_there_are_enough():
    measures = [
        measure("A", "income", unit="text"),
        measure("B", "crime"),
        measure("C", "income", unit="gbp_spent"),
        measure("D", "income", unit="fte_years"),
        measure("E"),
    ]
    # Works: £ spent and posts fit whole, hours by three quarters, texts by one quarter.
    taken, left = chosen(measures, contract(cpv="45"))
    assert taken == ["C", "D"]
    assert left == {"A": ("enough", None), "B": ("enough", None), "E": ("no_need", None)}


def test_what_excludes_repeats_or_takes_too_long_is_left_out():
    measures = [
        measure("A", "income"),
        measure("B", "income"),
        measure("C", "income", outcome="outcome-A"),
        measure("D", "income", unit="fte_years"),
        measure("F", "crime"),
    ]
    taken, left = chosen(measures, contract(months=5), excludes={"A": ("B",), "B": ("A",)}, count=9)
    assert taken == ["A", "F"]
    assert left == {
        "B": ("excluded", "A"),
        "C": ("outcome_answered", "A"),
        "D": ("contract_too_short", None),
    }
    assert chosen(measures, contract(months=6), count=9)[0] == ["A", "B", "D", "F"]


def test_every_rule_has_its_source():
    assert RULES.version == 1
    for words in (
        RULES.points_source,
        RULES.measure_counts_source,
        RULES.least_for_kpis.source,
        RULES.least_months_source,
        RULES.most_per_outcome_source,
        RULES.categories_source,
    ):
        assert words.startswith(("Our rule: ", "Procurement Act 2023, section 52"))
    divisions = [division for category in RULES.categories for division in category.cpv_divisions]
    assert len(divisions) == len(set(divisions))
    assert RULES.categories[-1].code == "other"
