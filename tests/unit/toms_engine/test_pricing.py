"""What a counted quantity is worth."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from tests.unit.toms_engine.editions import (
    FIGURES,
    catalogue,
    content,
    line,
    measure,
    multiplier,
    proxy,
    series,
    value_one,
)

from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.edition import Additionality, SeriesPoint
from toms_engine.domain.line import Options

SPEND = {"unit": "gbp_spent", "valuation": "local_multiplier"}

# DESNZ, Valuation of energy use and greenhouse gas emissions, November 2023, Table 3, 2022 prices (OGL v3).
CARBON = (
    SeriesPoint(2025, Decimal("273.06"), Decimal("136.53"), Decimal("409.60")),
    SeriesPoint(2026, Decimal("277.22"), Decimal("138.61"), Decimal("415.83")),
)


def carbon_book():
    return catalogue(
        measure(unit="tco2e"), proxies=(proxy(series=CARBON, value_type="environmental", price_year=2022),)
    )


def spend_book(**changes):
    rows = (multiplier("construction", "1.25"), multiplier("ict-professional", "1.04"))
    return catalogue(measure(**SPEND), multipliers=rows, **changes)


def spend_line(quantity, industry="construction", **changes):
    return line(quantity, unit="gbp_spent", place="county-durham", industry=industry, **changes)


def test_a_unit_is_worth_its_proxy():
    """Median hourly pay of UK employees excluding overtime, ONS ASHE 2025 provisional: £17.96."""
    book = catalogue(proxies=(proxy(central_gbp=Decimal("17.96")),))
    valued = value_one(line("12.5"), book)
    assert (valued.social_pence, valued.local_economic_pence, valued.total_pence) == (224_50, 0, 224_50)


def test_the_component_of_the_proxy_takes_the_value():
    book = catalogue(proxies=(proxy(component="local_economic"),))
    valued = value_one(line("2"), book)
    assert (valued.social_pence, valued.local_economic_pence) == (0, 20_00)


@pytest.mark.parametrize(("value_type", "fiscal"), [("fiscal", 10_00), ("wellbeing", 0)])
def test_the_fiscal_part_shows_apart(value_type, fiscal):
    book = catalogue(proxies=(proxy(value_type=value_type),))
    assert value_one(line(), book).fiscal_pence == fiscal


@pytest.mark.parametrize(
    ("unit_value", "pence"), [("0.005", 1), ("0.004999", 0), ("1.005", 101), ("1.004999", 100)]
)
def test_half_a_penny_rounds_up(unit_value, pence):
    book = catalogue(proxies=(proxy(central_gbp=Decimal(unit_value)),))
    assert value_one(line("1"), book).total_pence == pence


def test_a_correction_takes_back_exactly_what_it_corrects():
    book = catalogue(measure(negative_allowed=True), proxies=(proxy(central_gbp=Decimal("0.335")),))
    assert value_one(line("1"), book).total_pence == 34
    assert value_one(line("-1"), book).total_pence == -34


def test_the_range_of_a_proxy_gives_low_and_high():
    """WELLBY, HM Treasury wellbeing guidance, July 2021: £10,000-13,000-16,000 (2019 prices)."""
    wellby = proxy(
        central_gbp=Decimal(13000), low_gbp=Decimal(10000), high_gbp=Decimal(16000), value_type="wellbeing"
    )
    valued = value_one(line("0.5"), catalogue(proxies=(wellby,)))
    assert (valued.low_pence, valued.total_pence, valued.high_pence) == (5_000_00, 6_500_00, 8_000_00)


def test_a_proxy_without_a_range_has_no_low_and_high():
    valued = value_one(line(), catalogue())
    assert (valued.low_pence, valued.high_pence) == (None, None)


def test_carbon_is_priced_by_its_year_of_delivery():
    in_2025 = value_one(line("10", unit="tco2e"), carbon_book())
    assert (in_2025.low_pence, in_2025.total_pence, in_2025.high_pence) == (1_365_30, 2_730_60, 4_096_00)
    in_2026 = line("10", unit="tco2e", period_start=date(2026, 1, 1), period_end=date(2026, 3, 31))
    assert value_one(in_2026, carbon_book()).total_pence == 2_772_20


def test_a_period_across_two_years_takes_the_mean_by_days():
    across = line("1", unit="tco2e", period_start=date(2025, 12, 1), period_end=date(2026, 1, 10))
    valued = value_one(across, carbon_book())
    assert valued.total_pence == 274_07  # (31 × 273.06 + 10 × 277.22) / 41 = 274.0746...
    [step] = [step for step in valued.explanation.steps if step.rule == "proxy"]
    assert (step.factor, step.divisor) == (Decimal("11237.06"), Decimal(41))


def test_only_the_share_of_local_spend_shows_as_initial_spend():
    valued = value_one(spend_line("1000", attribution_share="0.4"), spend_book())
    assert (valued.initial_spend_pence, valued.total_pence) == (400_00, 100_00)


def test_factors_that_are_not_declared_are_not_applied():
    declared = Additionality(source="A study", leakage=Decimal("0.25"))
    valued = value_one(line("100"), catalogue(measure(additionality=declared)))
    assert valued.total_pence == 750_00
    assert {step.rule for step in valued.steps}.isdisjoint({"deadweight", "displacement", "substitution"})


def test_an_outcome_that_lasts_without_drop_off_keeps_its_value():
    assert value_one(line("1"), catalogue(measure(lasts_years=3))).total_pence == 30_00


def test_an_outcome_that_is_lost_after_its_first_year_counts_once():
    lost = measure(lasts_years=3, drop_off=Decimal(1))
    assert value_one(line("1"), catalogue(lost)).total_pence == 10_00


def test_uprating_to_the_same_year_changes_nothing():
    valued = value_one(line(), catalogue(), options=Options(uprate_to_price_year=2022))
    assert valued.total_pence == 10_00
    assert "uprating" not in [step.rule for step in valued.steps]


def test_pounds_spent_are_uprated_from_the_year_of_delivery():
    book = spend_book()
    delivered = spend_line("1000", period_start=date(2023, 1, 1), period_end=date(2023, 12, 31))
    valued = value_one(delivered, book, options=Options(uprate_to_price_year=2024))
    assert valued.total_pence == 259_74  # 250 × 100 / 96.2507 = 259.738...


@pytest.mark.parametrize(
    ("year", "factor"),
    [
        (0, "1"),
        (1, "0.966183574879"),
        (10, "0.708918813710"),
        (30, "0.356278410602"),
        (31, "0.345901369517"),
        (75, "0.094213772577"),
        (76, "0.091915875685"),
    ],
)
def test_discount_factors_are_those_of_the_green_book(year, factor):
    """HM Treasury, The Green Book: 3.5% in years 0 to 30, 3.0% to year 75, 2.5% after."""
    assert round(FIGURES.discounting["standard"].factors[year], 12) == Decimal(factor)


def test_health_and_life_values_are_discounted_at_a_lower_rate():
    """HM Treasury, The Green Book 2022, annex 6: 1.5% in years 0 to 30, 1.29% to year 75, 1.07% after."""
    factors = FIGURES.discounting["health"].factors
    assert {year: str(round(factors[year], 12)) for year in (0, 1, 30, 31, 75, 76)} == {
        0: "1.000000000000",
        1: "0.985221674877",
        30: "0.639762429906",
        31: "0.631614601547",
        75: "0.359354453552",
        76: "0.355550067826",
    }


def test_a_proxy_of_health_names_its_rate_and_is_explained_by_it():
    """£10 this year and £10 next year are 10 + 10 ÷ 1.015 = £19.85 at the rate for health."""
    lasting, health = measure(lasts_years=2), proxy(discount_rate="health")
    valued = value_one(line(), catalogue(lasting, proxies=(health,)), options=Options(discount=True))
    assert valued.total_pence == 19_85
    [step] = [step for step in valued.explanation.steps if step.rule == "discount"]
    assert "the rate for health and life values; year 0 is 2025" in step.text
    assert value_one(line(), catalogue(lasting, proxies=(health,))).total_pence == 20_00


def test_discounting_is_off_unless_asked_for():
    lasting = catalogue(measure(lasts_years=2))
    assert value_one(line(), lasting).total_pence == 20_00
    assert value_one(line(), lasting, options=Options(discount=True)).total_pence == 19_66  # 10 + 10 / 1.035


def test_discounting_to_a_base_year_counts_from_it():
    options = Options(discount=True, discount_base_year=2023)
    assert value_one(line(), catalogue(), options=options).total_pence == 9_34  # 10 / 1.035²


def test_discounting_spreads_a_long_period_by_days():
    two_years = line("2", period_start=date(2025, 1, 1), period_end=date(2026, 12, 31))
    valued = value_one(two_years, catalogue(), options=Options(discount=True))
    assert valued.total_pence == 19_66


def test_low_and_high_are_discounted_by_their_own_years():
    ranged = (
        SeriesPoint(2025, Decimal(10), Decimal(0), Decimal(10)),
        SeriesPoint(2026, Decimal(10), Decimal(10), Decimal(10)),
    )
    book = catalogue(proxies=(proxy(series=ranged),))
    two_years = line("2", period_start=date(2025, 1, 1), period_end=date(2026, 12, 31))
    valued = value_one(two_years, book, options=Options(discount=True))
    assert valued.low_pence == 9_66  # all of it falls in 2026


def test_a_series_of_zeros_can_be_discounted():
    book = catalogue(proxies=(proxy(series=series((2025, "0"))),))
    assert value_one(line(), book, options=Options(discount=True)).total_pence == 0


@pytest.mark.parametrize(
    ("unit", "accumulation"), [("count", "flow"), ("percentage", "latest"), ("text", "latest")]
)
def test_what_is_only_recorded_carries_no_pounds(unit, accumulation):
    book = catalogue(measure(unit=unit, accumulation=accumulation, valuation="none"))
    valued = value_one(line("40", unit=unit), book)
    assert (valued.social_pence, valued.local_economic_pence, valued.fiscal_pence) == (0, 0, 0)
    assert (valued.low_pence, valued.high_pence, valued.initial_spend_pence) == (None, None, None)
    assert valued.counted_quantity == 40


def test_exclusions_hold_in_both_directions():
    book = Catalogue.of(
        catalogue().edition_id,
        "b" * 64,
        content(measure("A", excludes=("B",)), measure("B"), replace(measure("C"), excludes=("B", "A"))),
    )
    assert dict(book.excludes) == {"A": ("B", "C"), "B": ("A", "C"), "C": ("A", "B")}
