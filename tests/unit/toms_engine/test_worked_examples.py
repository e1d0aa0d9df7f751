"""The rules of valuation, one after the other: each with its source and an example worked out by hand.

What is refused, and the bounds of the fields, stand in `test_refusals`, `test_inputs` and `test_activities`.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.toms_engine.editions import (
    FIGURES,
    catalogue,
    line,
    measure,
    multiplier,
    proxy,
    quarters,
    value_one,
)

from cdp_common.kernel.inputs import (
    Attendance,
    Employment,
    Posts,
    Ratio,
    Training,
    TrainingWeeks,
    Volunteering,
)
from toms_engine.domain.edition import Additionality, SeriesPoint
from toms_engine.domain.errors import LinesRefused
from toms_engine.domain.line import Line, Options
from toms_engine.domain.valuation import ValuedLine, value_lines

D = Decimal
JOBS: dict[str, Any] = {"unit": "fte_years", "accumulation": "stock"}

# Torbay Council's published example: 10 full-time and 5 half-time local people.
TORBAY = Employment((Posts(10, D(35)), Posts(5, D("17.5"))))

# Median annual pay in County Durham, 2025: ONS ASHE by way of an open secondary source (OGL v3).
DURHAM_PAY = proxy(central_gbp=D(29718), component="local_economic", price_year=2025)

# DESNZ, Valuation of energy use and greenhouse gas emissions, November 2023, Table 3, 2022 prices (OGL v3).
CARBON = (
    SeriesPoint(2025, D("273.06"), D("136.53"), D("409.60")),
    SeriesPoint(2026, D("277.22"), D("138.61"), D("415.83")),
)


def values(book: Any, *lines: Line, options: Options | None = None) -> list[ValuedLine]:
    return value_lines(book, lines, options or Options(), FIGURES)


def refusals(book: Any, *lines: Line) -> list[tuple[str, str]]:
    with pytest.raises(LinesRefused) as refused:
        values(book, *lines)
    return [(error.pointer, error.code) for error in refused.value.errors]


def rules(valued: ValuedLine) -> list[str]:
    return [step.rule for step in valued.steps]


# ------------------------------------------------------------------ accumulation
def test_a_flow_adds_up():
    """Accumulation: a `flow`'s quantities add up. Three months of 40 hours are 120 hours."""
    months = [line("40", period_start=date(2025, m, 1), period_end=date(2025, m, 28)) for m in (1, 2, 3)]
    assert sum(valued.counted_quantity for valued in values(catalogue(), *months)) == 120


@pytest.mark.parametrize("first_day", [date(2025, 1, 1), date(2023, 4, 1), date(2024, 1, 1)])
def test_a_stock_is_weighted_by_time(first_day):
    """Accumulation: 12.5 FTE in each of four quarterly reports is 12.5 FTE-years, not 50."""
    reports = quarters(first_day, quantity="12.5", unit="fte_years")
    assert sum(valued.counted_quantity for valued in values(catalogue(measure(**JOBS)), *reports)) == D(
        "12.5"
    )


@pytest.mark.parametrize("accumulation", ["latest", "ratio"])
def test_what_is_no_flow_and_no_stock_is_shown_and_carries_no_pounds(accumulation):
    """Accumulation: nothing is summed that is not a flow; a ratio keeps its parts, so that totals are Σ/Σ."""
    book = catalogue(measure(unit="percentage", accumulation=accumulation, valuation="none"))
    stated = line(
        None if accumulation == "ratio" else "37",
        unit="percentage",
        inputs=Ratio(D(37), D(305)) if accumulation == "ratio" else None,
    )
    [valued] = values(book, stated)
    assert (valued.counted_quantity, valued.total_pence, valued.price_year) == (D(37), 0, None)
    assert valued.line.divides_by == (305 if accumulation == "ratio" else None)


# ------------------------------------------------------------------ people in work
@pytest.mark.parametrize(
    ("hours", "share", "fte"),
    [("35", "1", "1"), ("37.5", "1", "1"), ("48", "1", "1"), ("17.5", "1", "0.5"), ("28", "0.5", "0.4")],
)
def test_a_full_time_equivalent_is_thirty_five_paid_hours_a_week_for_a_year(hours, share, fte):
    """FTE: 1.0 is at least 35 paid hours a week for 12 months; fewer is pro rata; 1.0 per person per year."""
    one = line(None, unit="fte_years", inputs=Employment((Posts(1, D(hours), D(share)),)), contract_years="1")
    assert value_one(one, catalogue(measure(**JOBS))).counted_quantity == D(fte)


def test_torbay_counts_local_jobs_for_every_contract_year():
    """Torbay Council: 10 full-time and 5 half-time on a two-year contract are 12.5 × 2 = 25 FTE-years.

    25 years of £29,718 are £742,950.
    """
    book = catalogue(measure(**JOBS, year_rule="every_contract_year"), proxies=(DURHAM_PAY,))
    valued = value_one(line(None, unit="fte_years", inputs=TORBAY, contract_years="2"), book)
    assert (valued.quantity, valued.counted_quantity) == (D("12.5"), D(25))
    assert (valued.local_economic_pence, valued.social_pence) == (742_950_00, 0)


@pytest.mark.parametrize("year_rule", ["once", "first_year_only"])
def test_others_count_the_jobs_of_a_contract_once(year_rule):
    """`year_rule` is per edition: others than Torbay count once, and the same jobs are 12.5 FTE-years."""
    book = catalogue(measure(**JOBS, year_rule=year_rule), proxies=(DURHAM_PAY,))
    valued = value_one(line(None, unit="fte_years", inputs=TORBAY, contract_years="2"), book)
    assert (valued.counted_quantity, valued.total_pence) == (D("12.5"), 371_475_00)


def test_full_time_equivalents_never_exceed_people():
    """FTE never exceeds headcount × years: 15 people can be 15 FTE, and not 15.01."""
    book = catalogue(measure(**JOBS))
    assert value_one(line("15", unit="fte_years", headcount=15), book).counted_quantity == 15
    above = line("15.01", unit="fte_years", headcount=15)
    assert refusals(book, above) == [("/lines/0/quantity", "fte_exceeds_headcount")]


def test_employment_lines_carry_their_start_so_that_the_first_year_is_computed():
    """Employment lines carry `started_on`: of a job begun on 1 October 2024, 273 days of 2025 still count."""
    book = catalogue(measure(**JOBS, year_rule="first_year_only"))
    one = line("1", unit="fte_years", started_on=date(2024, 10, 1))
    assert value_one(one, book).counted_quantity == D("0.74794521")  # 273 / 365
    assert refusals(book, line("1", unit="fte_years")) == [("/lines/0/started_on", "started_on_missing")]


def test_employment_of_a_disadvantaged_group():
    """Disadvantaged-group employment: first year only, at most 1.0 per person, one group per person.

    Three care leavers started on 1 January 2025: the reports of two years count three years of work, each at
    what a claimant in work saves the public purse: £9,800 (GMCA Unit Cost Database v1.4, 2012/13 prices).
    """
    groups = ("long-term-unemployed", "care-leavers")
    saving = proxy(central_gbp=D(9800), value_type="fiscal", price_year=2012)
    book = catalogue(measure(**JOBS, year_rule="first_year_only", target_groups=groups), proxies=(saving,))
    common = {"unit": "fte_years", "started_on": date(2025, 1, 1), "headcount": 3}
    reports = [
        line("3", target_group="care-leavers", **common),
        line(
            "3",
            target_group="care-leavers",
            **common | {"period_start": date(2026, 1, 1)} | {"period_end": date(2026, 12, 31)},
        ),
    ]
    first, second = values(book, *reports)
    assert (first.counted_quantity, first.total_pence, first.fiscal_pence) == (D(3), 29_400_00, 29_400_00)
    assert (second.counted_quantity, second.total_pence) == (D(0), 0)
    above = line("3.01", target_group="care-leavers", **common)
    assert refusals(book, above) == [("/lines/0/quantity", "fte_exceeds_headcount")]
    assert refusals(book, line("3", **common)) == [("/lines/0/target_group", "target_group_missing")]


def test_employment_of_a_group_stacks_on_the_local_job():
    """Disadvantaged-group employment may stack on the local-job measure, for the same activity."""
    book = catalogue(
        measure("JOB", **JOBS, year_rule="every_contract_year"),
        measure("GROUP-A", **JOBS, year_rule="first_year_only", excludes=("GROUP-B",)),
        measure("GROUP-B", **JOBS, year_rule="first_year_only"),
    )
    hired = {"unit": "fte_years", "contract_years": "2", "activity": "apprentice-joiner"}
    job, group = values(book, line("1", measure="JOB", **hired), line("1", measure="GROUP-A", **hired))
    assert (job.counted_quantity, group.counted_quantity) == (D(2), D(1))
    twice = [line("1", measure=code, **hired) for code in ("GROUP-A", "GROUP-B")]
    assert refusals(book, *twice) == [
        ("/lines/0/measure", "measures_exclude_each_other"),
        ("/lines/1/measure", "measures_exclude_each_other"),
    ]


# ------------------------------------------------------------------ hours and weeks
def test_attendee_hours_are_duration_times_attendees():
    """Attendee hours = duration × attendees: twelve sessions of 1.5 hours with 20 attendees are 360."""
    one = line(None, unit="attendee_hours", inputs=Attendance(12, D("1.5"), 20))
    assert value_one(one, catalogue(measure(unit="attendee_hours"))).counted_quantity == 360


def test_volunteering_is_people_times_hours_of_paid_time():
    """Volunteering = people × hours, paid time only: eight people with 7.5 paid hours each are 60 hours.

    At the median hourly pay of £17.96 (ONS ASHE 2025 provisional) that is £1,077.60.
    """
    book = catalogue(proxies=(proxy(central_gbp=D("17.96")),))
    valued = value_one(line(None, inputs=Volunteering(8, D("7.5"))), book)
    assert (valued.counted_quantity, valued.total_pence) == (D(60), 1_077_60)


@pytest.mark.parametrize(
    ("weeks", "counted"),
    [
        ([(1, 10, "5")], "10"),
        ([(1, 10, "3")], "10"),
        ([(1, 10, "2.99")], "5.98"),
        ([(1, 10, "2")], "4"),
        ([(4, 6, "3"), (2, 5, "1")], "26"),
    ],
    ids=["five-days", "three-days", "below-three", "two-days", "mixed"],
)
def test_a_training_week_has_three_days_of_a_person(weeks, counted):
    """A training week is one person-week with at least 3 training days; the days of other weeks count ÷ 5."""
    rows = tuple(TrainingWeeks(trainees, count, D(days)) for trainees, count, days in weeks)
    one = line(None, unit="weeks", inputs=Training(rows))
    assert value_one(one, catalogue(measure(unit="weeks"))).counted_quantity == D(counted)


# ------------------------------------------------------------------ whose it is, and what would be anyway
def test_a_shared_activity_is_split():
    """Attribution: claim only your share. The published example: £1,500 over three projects is £500 each."""
    book = catalogue(measure(unit="gbp_invested"), proxies=(proxy(central_gbp=D(1)),))
    third = "0.333333333333333333"
    lines = [
        line("1500", unit="gbp_invested", activity="minibus", attribution_share=share)
        for share in (third, third, "0.333333333333333334")
    ]
    assert [valued.total_pence for valued in values(book, *lines)] == [500_00, 500_00, 500_00]
    more = [*lines[:2], line("1500", unit="gbp_invested", activity="minibus", attribution_share="0.34")]
    assert refusals(book, *more) == [
        (f"/lines/{index}/attribution_share", "activity_shares_above_one") for index in range(3)
    ]


def test_additionality_takes_off_what_would_have_been_anyway():
    """HM Treasury's additionality guide: net = gross × (1 − deadweight) × (1 − displacement) × (1 − leakage)
    × (1 − substitution). The midpoints that econstack chose (HM Treasury did not) leave 0.612 of £1,000.
    """
    midpoints = Additionality(
        source="econstack's midpoints of the HMT and BIS ranges",
        deadweight=D("0.20"),
        displacement=D("0.15"),
        leakage=D("0.10"),
        substitution=D(0),
    )
    declared = value_one(line("100"), catalogue(measure(additionality=midpoints)))
    assert declared.total_pence == 612_00
    assert rules(declared)[2:6] == ["deadweight", "displacement", "leakage", "substitution"]
    assert value_one(line("100"), catalogue()).total_pence == 1_000_00  # only where the measure declares it


def test_an_outcome_that_lasts_drops_off_after_its_first_year():
    """Drop-off per year after the first: £10 that loses half a year for three years is 10 + 5 + 2.50."""
    lasting = measure(lasts_years=3, drop_off=D("0.5"))
    assert value_one(line(), catalogue(lasting)).total_pence == 17_50


def test_exclusions_hold_in_both_directions_and_for_the_same_activity_only():
    """Double counting: a measure lists what it excludes for the same activity; the relation is symmetric.

    Local spend excludes local jobs paid from it, whichever of the two says so.
    """
    for spend, jobs in ((("JOBS",), ()), ((), ("SPEND",))):
        book = catalogue(
            measure("SPEND", unit="gbp_spent", valuation="local_multiplier", excludes=spend),
            measure("JOBS", **JOBS, excludes=jobs),
            multipliers=(multiplier("construction", "1.25"),),
        )
        where = {"place": "county-durham", "industry": "construction"}
        spent = line("100", measure="SPEND", unit="gbp_spent", activity="new-roof", **where)
        assert refusals(book, spent, line("1", measure="JOBS", unit="fte_years", activity="new-roof")) == [
            ("/lines/0/measure", "measures_exclude_each_other"),
            ("/lines/1/measure", "measures_exclude_each_other"),
        ]
        assert len(values(book, spent, line("1", measure="JOBS", unit="fte_years", activity="school"))) == 2


# ------------------------------------------------------------------ pounds
@pytest.mark.parametrize(
    ("industry", "factor", "pence"),
    [
        ("construction", "1.25", 250_00),
        ("manufacturing", "1.21", 210_00),
        ("ict-professional", "1.04", 40_00),
    ],
)
def test_local_spend_is_worth_its_multiplier_less_one(industry, factor, pence):
    """Local spend: (multiplier − 1) per £; the first £ is the contract price, recorded but not counted.

    Type I output multipliers for County Durham, from ONS input–output tables 2023 by location quotients.
    """
    book = catalogue(
        measure(unit="gbp_spent", valuation="local_multiplier"), multipliers=(multiplier(industry, factor),)
    )
    valued = value_one(line("1000", unit="gbp_spent", place="county-durham", industry=industry), book)
    assert (valued.local_economic_pence, valued.social_pence) == (pence, 0)
    assert valued.initial_spend_pence == 1_000_00


def test_an_edition_that_counts_initial_spend_says_so_in_every_explanation():
    """Local spend: unless an edition sets `counts_initial_spend`, which then shows in every explanation."""
    book = catalogue(
        measure(unit="gbp_spent", valuation="local_multiplier"),
        multipliers=(multiplier("construction", "1.25"),),
        counts_initial_spend=True,
    )
    valued = value_one(line("1000", unit="gbp_spent", place="county-durham", industry="construction"), book)
    assert (valued.total_pence, valued.initial_spend_pence) == (1_250_00, None)
    assert rules(valued)[1] == "local_multiplier_with_initial_spend"


def test_carbon_is_priced_by_year_of_emission():
    """A proxy may be a series by year of delivery: DESNZ's £273.06 in 2025 and £277.22 in 2026 (2022 prices).

    41 tonnes from 1 December 2025 to 10 January 2026 are 31 at the first and 10 at the second.
    """
    book = catalogue(measure(unit="tco2e"), proxies=(proxy(series=CARBON, value_type="environmental"),))
    across = line("41", unit="tco2e", period_start=date(2025, 12, 1), period_end=date(2026, 1, 10))
    valued = value_one(across, book)
    assert (valued.low_pence, valued.total_pence, valued.high_pence) == (5_618_53, 11_237_06, 16_855_90)


def test_social_and_local_economic_value_stand_beside_their_sum():
    """SLEV = social value + local economic value: the two components and their sum, never only the sum."""
    book = catalogue(
        measure("SOCIAL"),
        measure("LOCAL", proxy="P2"),
        proxies=(
            proxy(central_gbp=D("1.25")),
            proxy("P2", central_gbp=D("2.50"), component="local_economic"),
        ),
    )
    social, local = values(book, line("2", measure="SOCIAL"), line("2", measure="LOCAL"))
    assert (social.social_pence, social.local_economic_pence, social.total_pence) == (2_50, 0, 2_50)
    assert (local.social_pence, local.local_economic_pence, local.total_pence) == (0, 5_00, 5_00)


def test_discounting_is_asked_for_and_visible():
    """HM Treasury Green Book, 3.5% a year: £10 this year and £10 next year are 10 + 10 ÷ 1.035 = £19.66."""
    book = catalogue(measure(lasts_years=2))
    assert value_one(line(), book).total_pence == 20_00
    discounted = value_one(line(), book, options=Options(discount=True))
    assert (discounted.total_pence, rules(discounted)[-2:]) == (19_66, ["discount", "rounding"])


def test_uprating_is_asked_for_visible_and_makes_one_price_year():
    """HM Treasury GDP deflators, December 2025 (2024 = 100): 2019 81.1085, 2023 96.2507.

    A WELLBY of £13,000 in 2019 prices (HM Treasury, July 2021) is £15,426.98 in 2023 prices.
    """
    book = catalogue(proxies=(proxy(central_gbp=D(13000), price_year=2019),))
    as_published = value_one(line(), book)
    assert (as_published.total_pence, as_published.price_year) == (13_000_00, 2019)
    uprated = value_one(line(), book, options=Options(uprate_to_price_year=2023))
    assert (uprated.total_pence, uprated.price_year) == (15_426_98, 2023)
    assert rules(uprated) == ["quantity", "proxy", "uprating", "rounding"]


def test_each_line_is_rounded_once_half_up_and_totals_are_sums_of_rounded_lines():
    """Exact decimals: three lines of 0.5 pence are a penny each, and their total is 3 pence, not 2."""
    book = catalogue(proxies=(proxy(central_gbp=D("0.005")),))
    assert sum(valued.total_pence for valued in values(book, line(), line(), line())) == 3
    assert value_one(line("0.9999"), book).total_pence == 0


def test_a_pound_sent_by_a_client_is_recomputed():
    """Never trust a £ sent by a client: recompute it; refuse a mismatch."""
    assert value_one(line("2", claimed_value_gbp="20.00"), catalogue()).total_pence == 20_00
    wrong = line("2", claimed_value_gbp="20.01")
    assert refusals(catalogue(), wrong) == [("/lines/0/claimed_value_gbp", "claimed_value_mismatch")]
