"""The open catalogue: complete, consistent, and every value worked out again from the published figures."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import get_args

import pytest

from cdp_common.contracts.toms import FrameworkPack, PackProxy, Unit

# The published figures, typed in once more and independently of the pack.
LIVING_WAGE_2025 = Decimal("12.21")
MEDIAN_HOURLY_PAY_2025 = Decimal("17.96")
FULL_TIME_WEEK_HOURS = 35
CAR_KG_PER_MILE = Decimal("0.26916")
CARBON_2022_PRICES = {  # year: low, central, high
    2024: ("134.48", "268.97", "403.45"),
    2025: ("136.53", "273.06", "409.60"),
    2026: ("138.61", "277.22", "415.83"),
    2030: ("147.25", "294.50", "441.75"),
}
PUBLISHED = {  # code: value, price year, component, value type
    "local-fte-year": ("29718", 2025, "local_economic", "economic"),
    "claimant-jsa-year": ("9800", 2012, "social", "fiscal"),
    "claimant-esa-year": ("8632", 2012, "social", "fiscal"),
    "claimant-income-support-year": ("7570", 2012, "social", "fiscal"),
    "neet-18-24-year": ("4257", 2010, "social", "fiscal"),
    "paid-hour": ("17.96", 2025, "social", "resource_cost"),
    "pound-given": ("1", 2026, "social", "resource_cost"),
    "wellby": ("13000", 2019, "social", "wellbeing"),
    "rough-sleeper-year": ("7900", 2010, "social", "fiscal"),
    "youth-first-time-entrant": ("3152", 2008, "social", "fiscal"),
}
DERIVED = {"paid-training-week", "carbon-tonne", "car-mile"}
PENNY = Decimal("0.01")


def proxy_of(pack: FrameworkPack, code: str) -> PackProxy:
    return next(proxy for proxy in pack.proxies if proxy.code == code)


def half_up(value: Decimal, step: Decimal) -> Decimal:
    return value.quantize(step, rounding=ROUND_HALF_UP)


def carbon_value(year: int, column: int) -> Decimal:
    if year in CARBON_2022_PRICES:
        return Decimal(CARBON_2022_PRICES[year][column])
    first = Decimal(CARBON_2022_PRICES[2026][column])
    last = Decimal(CARBON_2022_PRICES[2030][column])
    with localcontext(prec=50):
        yearly_growth = (last / first).sqrt().sqrt()
        return half_up(first * yearly_growth ** (year - 2026), PENNY)


def test_the_pack_is_the_open_measures_of_2026(pack: FrameworkPack) -> None:
    assert (pack.framework, pack.edition, pack.data_status) == ("open-measures", "2026", "actual")
    assert len(pack.themes) == 5
    assert len(pack.measures) == 42
    assert pack.counts_initial_spend is False


def test_every_unit_is_used_and_some_measures_carry_no_pounds(pack: FrameworkPack) -> None:
    assert {measure.unit for measure in pack.measures} == set(get_args(Unit))
    assert {measure.valuation for measure in pack.measures} == {"proxy", "local_multiplier", "none"}
    for measure in pack.measures:
        if measure.unit in {"percentage", "text"}:
            assert measure.valuation == "none", measure.code


def test_every_theme_outcome_and_proxy_is_used(pack: FrameworkPack) -> None:
    assert {outcome.theme for outcome in pack.outcomes} == {theme.code for theme in pack.themes}
    assert {measure.outcome for measure in pack.measures} == {outcome.code for outcome in pack.outcomes}
    assert {measure.proxy for measure in pack.measures if measure.proxy} == {p.code for p in pack.proxies}


def test_every_measure_is_explained_to_people(pack: FrameworkPack) -> None:
    for measure in pack.measures:
        assert len(measure.guidance) > 80, measure.code
        assert measure.evidence, measure.code
        assert measure.objectives, measure.code


@pytest.mark.parametrize("code", sorted(PUBLISHED))
def test_a_published_figure_is_taken_over_unchanged(pack: FrameworkPack, code: str) -> None:
    value, price_year, component, value_type = PUBLISHED[code]
    proxy = proxy_of(pack, code)
    assert proxy.central_gbp == Decimal(value)
    assert (proxy.price_year, proxy.component, proxy.value_type) == (price_year, component, value_type)
    assert proxy.series == []


def test_every_proxy_is_checked_here(pack: FrameworkPack) -> None:
    assert {proxy.code for proxy in pack.proxies} == set(PUBLISHED) | DERIVED


def test_the_range_of_a_wellby_is_the_recommended_one(pack: FrameworkPack) -> None:
    proxy = proxy_of(pack, "wellby")
    assert (proxy.low_gbp, proxy.high_gbp) == (Decimal("10000"), Decimal("16000"))


def test_a_paid_training_week_is_worked_out_from_pay(pack: FrameworkPack) -> None:
    proxy = proxy_of(pack, "paid-training-week")
    full_week = LIVING_WAGE_2025 * FULL_TIME_WEEK_HOURS
    assert proxy.low_gbp == half_up(full_week * 3 / 5, PENNY)
    assert proxy.central_gbp == half_up(full_week, PENNY)
    assert proxy.high_gbp == half_up(MEDIAN_HOURLY_PAY_2025 * FULL_TIME_WEEK_HOURS, PENNY)
    assert proxy.price_year == 2025


def test_carbon_is_priced_by_year_and_interpolated_to_the_penny(pack: FrameworkPack) -> None:
    proxy = proxy_of(pack, "carbon-tonne")
    assert proxy.central_gbp is None
    assert [point.year for point in proxy.series] == list(range(2024, 2031))
    for point in proxy.series:
        expected = [carbon_value(point.year, column) for column in range(3)]
        assert [point.low_gbp, point.central_gbp, point.high_gbp] == expected, point.year


def test_a_car_mile_follows_the_carbon_value_of_its_year(pack: FrameworkPack) -> None:
    proxy = proxy_of(pack, "car-mile")
    assert [point.year for point in proxy.series] == list(range(2024, 2031))
    for point in proxy.series:
        expected = [
            half_up(CAR_KG_PER_MILE * carbon_value(point.year, column) / 1000, Decimal("0.000001"))
            for column in range(3)
        ]
        assert [point.low_gbp, point.central_gbp, point.high_gbp] == expected, point.year


def test_every_derivation_says_how_to_redo_it(pack: FrameworkPack) -> None:
    for proxy in pack.proxies:
        for part in ("Formula:", "Inputs:", "Rounding:", "Price year:"):
            assert part in proxy.derivation, (proxy.code, part)
        assert str(proxy.price_year) in proxy.derivation, proxy.code
        assert proxy.redistributable
        assert "Licence" in proxy.licence, proxy.code


@pytest.mark.parametrize(
    ("code", "inputs"),
    [
        ("paid-training-week", ["12.21", "17.96", "35"]),
        ("car-mile", ["0.26916"]),
        ("carbon-tonne", [value for row in CARBON_2022_PRICES.values() for value in row]),
    ],
)
def test_a_derivation_names_the_inputs_it_was_made_from(
    pack: FrameworkPack, code: str, inputs: list[str]
) -> None:
    derivation = proxy_of(pack, code).derivation
    assert [value for value in inputs if value not in derivation] == []


def test_only_local_jobs_and_local_spend_are_local_economic_value(pack: FrameworkPack) -> None:
    components = {proxy.code: proxy.component for proxy in pack.proxies}
    local = {
        measure.code
        for measure in pack.measures
        if measure.valuation == "local_multiplier"
        or (measure.proxy and components[measure.proxy] == "local_economic")
    }
    assert local == {"OM-J01", "OM-L01"}
    assert {multiplier.component for multiplier in pack.multipliers} == {"local_economic"}


def test_local_multipliers_are_those_of_the_county(pack: FrameworkPack) -> None:
    found = {(row.place, row.industry): row.multiplier for row in pack.multipliers}
    assert found == {
        ("county-durham", "construction"): Decimal("1.25"),
        ("county-durham", "manufacturing"): Decimal("1.21"),
        ("county-durham", "public-administration"): Decimal("1.17"),
        ("county-durham", "retail"): Decimal("1.10"),
        ("county-durham", "ict"): Decimal("1.04"),
        ("county-durham", "professional"): Decimal("1.04"),
    }


def test_additionality_says_who_chose_the_factors(pack: FrameworkPack) -> None:
    with_factors = [measure for measure in pack.measures if measure.additionality]
    assert {measure.code for measure in with_factors} == {
        "OM-J01", "OM-J02", "OM-J03", "OM-J04", "OM-J05", "OM-S01", "OM-S02", "OM-S03",
    }  # fmt: skip
    for measure in with_factors:
        factors = measure.additionality
        assert factors is not None
        kept = Decimal(1)
        for share in (factors.deadweight, factors.displacement, factors.leakage, factors.substitution):
            assert share is not None
            kept *= 1 - share
        assert kept == Decimal("0.612")
        assert "chosen by a secondary source (econstack)" in factors.source
        assert "not published by HM Treasury" in factors.source


def test_exclusions_are_written_on_both_sides(pack: FrameworkPack) -> None:
    excludes = {measure.code: set(measure.excludes) for measure in pack.measures}
    one_sided = [(a, b) for a, others in excludes.items() for b in others if a not in excludes[b]]
    assert one_sided == []
    assert "OM-J01" in excludes["OM-L01"]


def test_one_person_belongs_to_one_group_and_may_also_be_a_local_job(pack: FrameworkPack) -> None:
    excludes = {measure.code: set(measure.excludes) for measure in pack.measures}
    groups = {"OM-J02", "OM-J03", "OM-J04", "OM-J05", "OM-J06"}
    for code in groups:
        assert excludes[code] == groups - {code}
        assert code not in excludes["OM-J01"]


def test_crosswalk_shares_of_a_measure_add_up_to_one(pack: FrameworkPack) -> None:
    for crosswalk in pack.crosswalks:
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for row in crosswalk.rows:
            totals[row.measure] += row.share
        assert set(totals.values()) == {Decimal(1)}, crosswalk.scheme


def test_every_measure_serves_the_objectives_that_it_names(pack: FrameworkPack) -> None:
    objectives = next(found for found in pack.crosswalks if found.scheme == "cdp-objectives")
    mapped = defaultdict(set)
    for row in objectives.rows:
        mapped[row.measure].add(row.category)
    assert mapped == {measure.code: set(measure.objectives) for measure in pack.measures}
    assert set(objectives.categories) == {"O1", "O2", "O3", "O4", "O5", "O6"}
    assert set().union(*mapped.values()) == set(objectives.categories)


def test_crosswalks_cover_the_systems_of_the_documents(pack: FrameworkPack) -> None:
    sizes = {crosswalk.scheme: len(crosswalk.categories) for crosswalk in pack.crosswalks}
    assert sizes == {
        "cdp-objectives": 6,
        "cles-pillars": 5,
        "un-sdgs": 17,
        "purpose-goals": 15,
        "ppn-002-missions": 5,
    }


def test_no_measure_is_mapped_to_a_purpose_goal_without_a_confirmed_title(pack: FrameworkPack) -> None:
    goals = next(found for found in pack.crosswalks if found.scheme == "purpose-goals")
    titled = {code for code, title in goals.categories.items() if ":" in title}
    assert titled == {"G1", "G2", "G4", "G9", "G15"}
    assert {row.category for row in goals.rows} <= titled
