"""What a stated quantity counts: flows, stocks, contract years, first years, shares."""

from datetime import date
from decimal import Decimal

import pytest
from tests.unit.toms_engine.editions import catalogue, line, measure, quarters, value_one

FTE = {"unit": "fte_years", "accumulation": "stock"}


def counted(one, **about_measure):
    book = catalogue(measure(**about_measure))
    return value_one(one, book).counted_quantity


@pytest.mark.parametrize(
    "first_day",
    [date(2025, 1, 1), date(2025, 4, 1), date(2024, 1, 1), date(2023, 4, 1), date(2024, 4, 1)],
    ids=["calendar", "financial", "leap-calendar", "financial-with-leap-day", "financial-after-leap-day"],
)
def test_the_same_level_in_four_quarters_is_one_years_worth(first_day):
    """12.5 FTE in each of four quarterly reports is 12.5 FTE-years, not 50."""
    book = catalogue(measure(**FTE))
    total = sum(
        value_one(one, book).counted_quantity
        for one in quarters(first_day, quantity="12.5", unit="fte_years")
    )
    assert total == Decimal("12.5")


def test_a_stock_counts_its_days_of_the_years_days():
    one = line("12.5", unit="fte_years", period_start=date(2025, 1, 1), period_end=date(2025, 3, 31))
    assert counted(one, **FTE) == Decimal("3.08219178")  # 12.5 × 90 / 365


def test_a_leap_day_adds_no_weight():
    one = line("1", unit="fte_years", period_start=date(2024, 2, 29), period_end=date(2024, 2, 29))
    assert counted(one, **FTE) == 0


def test_counting_once_takes_no_more_than_a_short_contract_has():
    one = line("10", unit="fte_years", contract_years="0.5")
    assert counted(one, **FTE, year_rule="once") == 5


def test_a_flow_counts_as_it_is_stated():
    assert counted(line("40")) == 40


def test_a_yearly_flow_counts_for_every_contract_year():
    assert counted(line("40", contract_years="2.5"), year_rule="every_contract_year") == 100


def test_contract_years_change_nothing_in_a_flow_that_counts_once():
    assert counted(line("40", contract_years="3"), year_rule="once") == 40


def test_first_year_only_counts_a_stock_up_to_its_first_anniversary():
    quarter = {"period_start": date(2025, 10, 1), "period_end": date(2025, 12, 31)}
    one = line("1", unit="fte_years", started_on=date(2024, 11, 1), **quarter)
    assert counted(one, **FTE, year_rule="first_year_only") == Decimal("0.08493151")  # 31 days of October


def test_first_year_only_counts_nothing_after_the_first_year():
    one = line("1", unit="fte_years", started_on=date(2023, 11, 1))
    assert counted(one, **FTE, year_rule="first_year_only") == 0


def test_four_quarters_from_a_start_in_the_middle_make_one_year():
    """The twelve months from 15 February 2024 lie in five quarterly reports."""
    book = catalogue(measure(**FTE, year_rule="first_year_only"))
    reports = [
        *quarters(date(2024, 1, 1), quantity="1", unit="fte_years", started_on=date(2024, 2, 15)),
        *quarters(date(2025, 1, 1), quantity="1", unit="fte_years", started_on=date(2024, 2, 15)),
    ]
    total = sum(value_one(one, book).counted_quantity for one in reports)
    assert round(total, 6) == 1  # each report shows eight places


def test_a_job_counts_from_the_day_it_started_where_every_year_counts():
    one = line("1", unit="fte_years", started_on=date(2025, 12, 1))
    assert counted(one, **FTE, year_rule="every_contract_year") == Decimal("0.08493151")


def test_a_first_year_flow_counts_the_share_of_its_days():
    one = line("73", started_on=date(2024, 2, 1))
    # The first year ends on 31 January 2025: 31 of 365 days.
    assert counted(one, year_rule="first_year_only") == Decimal("6.2")


def test_latest_and_ratio_count_as_stated():
    record = {"valuation": "none"}
    assert counted(line("7", unit="count"), unit="count", accumulation="latest", **record) == 7
    ratio = line("3", unit="percentage", denominator="4")
    assert counted(ratio, unit="percentage", accumulation="ratio", **record) == 3


def test_counted_quantities_keep_to_eighteen_digits():
    one = line("123456789012345", unit="fte_years", period_end=date(2025, 1, 1))
    valued = value_one(one, catalogue(measure(**FTE, valuation="none")))
    assert valued.counted_quantity == Decimal("338237778116.013699")
