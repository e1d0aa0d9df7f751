"""Quantities made of inputs: what each kind gives, what is refused, and how it is explained."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.toms_engine.editions import FIGURES, catalogue, line, measure, proxy, value_one

from cdp_common.kernel.inputs import (
    Attendance,
    Employment,
    Inputs,
    NetPounds,
    Posts,
    Ratio,
    Training,
    TrainingWeeks,
    Volunteering,
    derived_quantity,
)
from toms_engine.domain.catalogue import Catalogue
from toms_engine.domain.errors import LinesRefused
from toms_engine.domain.line import Line, Options
from toms_engine.domain.valuation import value_lines

D = Decimal
FTE = {"unit": "fte_years", "accumulation": "stock"}
JOBS = catalogue(measure(**FTE, decimals=2))


def made_of(inputs: Inputs, quantity: str | None = None, **changes: Any) -> Line:
    """A line of the inputs' kind of unit."""
    units = {
        "employment": "fte_years",
        "attendance": "attendee_hours",
        "volunteering": "hours",
        "training": "weeks",
        "ratio": "percentage",
        "net_pounds": "gbp_invested",
    }
    return line(quantity, inputs=inputs, **{"unit": units[inputs.kind], **changes})


def faults(book: Catalogue, *lines: Line) -> list[tuple[str, str]]:
    with pytest.raises(LinesRefused) as refused:
        value_lines(book, lines, Options(), FIGURES)
    return [(error.pointer, error.code) for error in refused.value.errors]


def employment(headcount: int = 1, hours: str = "35", share: str = "1") -> Employment:
    return Employment((Posts(headcount, D(hours), D(share)),))


def test_a_part_of_a_full_time_post_is_not_rounded_before_its_pounds():
    """12 of 35 hours are 12/35: at £29,718 that is £10,189.03, and not the £10,104.12 of a rounded 0.34."""
    book = catalogue(measure(**FTE, decimals=2), proxies=(proxy(central_gbp=D(29718)),))
    valued = value_one(made_of(employment(hours="12")), book)
    assert (valued.quantity, valued.counted_quantity) == (D("0.34285714"), D("0.34285714"))
    assert valued.total_pence == 10_189_03
    assert value_one(line("0.34", unit="fte_years"), book).total_pence == 10_104_12


def test_the_explanation_begins_with_what_the_inputs_give():
    posts = Employment((Posts(10, D(40)), Posts(5, D("17.5"), D("0.5"))))
    explained = value_one(made_of(posts), JOBS).explanation
    assert [(step.rule, step.factor, step.divisor, step.result) for step in explained.steps[:2]] == [
        ("full_time_equivalents", D("393.75"), D(35), D("11.25")),
        ("quantity", None, None, D("11.25")),
    ]
    assert explained.steps[0].text == (
        "10 people × 40 hours a week (as 35) + 5 people × 17.5 hours a week × 0.5 of the time, "
        "÷ 35 hours of a full-time week."
    )


@pytest.mark.parametrize("stated", ["0.34", "0.342857", "0.34285714"])
def test_a_quantity_beside_its_inputs_is_the_one_they_give(stated):
    valued = value_one(made_of(employment(hours="12"), stated), JOBS)
    assert valued.quantity == D(stated)
    assert valued.counted_quantity == D("0.34285714")


@pytest.mark.parametrize("stated", ["0.33", "0.35", "0.3", "0.342858", "0"])
def test_another_quantity_than_the_inputs_give_is_refused(stated):
    assert faults(JOBS, made_of(employment(hours="12"), stated)) == [
        ("/lines/0/quantity", "quantity_mismatch")
    ]


def test_a_line_without_quantity_and_inputs_is_refused():
    assert faults(catalogue(), line(None)) == [("/lines/0/quantity", "quantity_missing")]


@pytest.mark.parametrize(
    ("inputs", "unit"),
    [
        (employment(), "hours"),
        (Attendance(1, D(1), 1), "hours"),
        (Volunteering(1, D(1)), "attendee_hours"),
        (Training((TrainingWeeks(1, 1, D(3)),)), "hours"),
        (NetPounds(D(1)), "count"),
        (Ratio(D(1), D(2)), "hours"),
    ],
)
def test_inputs_of_another_kind_than_the_measures_unit_are_refused(inputs, unit):
    book = catalogue(measure(unit=unit))
    assert faults(book, made_of(inputs, unit=unit)) == [("/lines/0/inputs/kind", "inputs_not_expected")]


@pytest.mark.parametrize("unit", ["gbp_invested", "gbp_spent"])
def test_net_pounds_are_invested_or_spent(unit):
    book = catalogue(measure(unit=unit), proxies=(proxy(central_gbp=D(1)),))
    net = NetPounds(D("1200"), recoverable_vat_gbp=D("200"), paid_by_others_gbp=D("400.5"))
    assert value_one(made_of(net, unit=unit), book).total_pence == 599_50


@pytest.mark.parametrize(
    ("inputs", "field", "code"),
    [
        (employment(hours="0"), "posts/0/hours_per_week", "input_out_of_range"),
        (employment(hours="168.01"), "posts/0/hours_per_week", "input_out_of_range"),
        (employment(hours="17.505"), "posts/0/hours_per_week", "input_out_of_range"),
        (employment(hours="NaN"), "posts/0/hours_per_week", "input_out_of_range"),
        (employment(hours="1E-999999999"), "posts/0/hours_per_week", "input_out_of_range"),
        (employment(share="0"), "posts/0/time_share", "input_out_of_range"),
        (employment(share="1.0001"), "posts/0/time_share", "input_out_of_range"),
        (employment(share="0.33333"), "posts/0/time_share", "input_out_of_range"),
        (employment(headcount=0), "posts/0/headcount", "input_out_of_range"),
        (employment(headcount=10_000_001), "posts/0/headcount", "input_out_of_range"),
        (Attendance(0, D(1), 1), "sessions", "input_out_of_range"),
        (Attendance(1_000_001, D(1), 1), "sessions", "input_out_of_range"),
        (Attendance(1, D("168.5"), 1), "hours_per_session", "input_out_of_range"),
        (Attendance(1, D(1), 0), "attendees", "input_out_of_range"),
        (Volunteering(0, D(1)), "volunteers", "input_out_of_range"),
        (Volunteering(1, D(8785)), "paid_hours_each", "input_out_of_range"),
        (Training((TrainingWeeks(1, 1, D("7.5")),)), "training_weeks/0/days_per_week", "input_out_of_range"),
        (Training((TrainingWeeks(1, 0, D(3)),)), "training_weeks/0/weeks", "input_out_of_range"),
        (Training((TrainingWeeks(0, 1, D(3)),)), "training_weeks/0/trainees", "input_out_of_range"),
        (NetPounds(D(-1)), "gross_gbp", "input_out_of_range"),
        (NetPounds(D("0.001")), "gross_gbp", "input_out_of_range"),
        (NetPounds(D(10) ** 15), "gross_gbp", "input_out_of_range"),
        (NetPounds(D(1), D("Infinity")), "recoverable_vat_gbp", "input_out_of_range"),
        (NetPounds(D(10), D(6), D("4.01")), "gross_gbp", "deductions_exceed_gross"),
        (Ratio(D("NaN"), D(1)), "numerator", "too_many_digits"),
        (Ratio(D(1), D("sNaN")), "denominator", "too_many_digits"),
    ],
)
def test_an_input_that_cannot_be_is_refused_with_its_place(inputs, field, code):
    one = made_of(inputs)
    ratio = {"accumulation": "ratio", "valuation": "none"} if inputs.kind == "ratio" else {}
    assert faults(catalogue(measure(unit=one.unit, **ratio)), one) == [(f"/lines/0/inputs/{field}", code)]


@pytest.mark.parametrize(
    "inputs",
    [
        employment(headcount=10_000_000, hours="168", share="0.0001"),
        employment(hours="0.01"),
        Attendance(1_000, D(168), 1),
        Volunteering(1, D(8784)),
        Training((TrainingWeeks(1, 1_000_000, D(7)),)),
        NetPounds(D(10), D(6), D(4)),
    ],
)
def test_inputs_at_their_bounds_are_taken(inputs):
    one = made_of(inputs)
    accumulation = "stock" if inputs.kind == "employment" else "flow"
    book = catalogue(measure(unit=one.unit, accumulation=accumulation))
    assert value_one(one, book).quantity == derived_quantity(inputs).shown()


def test_what_inputs_give_holds_to_the_measures_own_bounds():
    small = catalogue(measure(unit="attendee_hours", maximum_per_line=D(100)))
    assert faults(small, made_of(Attendance(1, D("10.01"), 10))) == [
        ("/lines/0/quantity", "quantity_above_maximum")
    ]
    assert value_one(made_of(Attendance(1, D(10), 10)), small).quantity == 100
    large = catalogue(measure(unit="attendee_hours", valuation="none"))
    most = Attendance(1_000_000, D(100), 10_000_000)
    assert faults(large, made_of(most)) == [("/lines/0/quantity", "quantity_too_large")]
    ratios = catalogue(measure(unit="percentage", accumulation="ratio", valuation="none"))
    assert faults(ratios, made_of(Ratio(D(-1), D(2)))) == [("/lines/0/quantity", "quantity_negative")]
    assert faults(ratios, made_of(Ratio(D(1), D(0)))) == [
        ("/lines/0/denominator", "denominator_not_positive")
    ]


def test_what_stands_beside_inputs_does_not_contradict_them():
    ratios = catalogue(measure(unit="percentage", accumulation="ratio", valuation="none"))
    assert faults(ratios, made_of(Ratio(D(1), D(2)), denominator="3")) == [
        ("/lines/0/denominator", "denominator_mismatch")
    ]
    assert faults(JOBS, made_of(employment(3), headcount=4)) == [("/lines/0/headcount", "headcount_mismatch")]
    assert value_one(made_of(employment(3), headcount=3), JOBS).quantity == 3
    assert value_one(made_of(Ratio(D(1), D(2)), denominator="2"), ratios).quantity == 1


def test_a_full_year_of_work_does_not_fit_into_a_quarter():
    """FTE never exceeds headcount × years: three months hold at most a quarter of a year of one person."""
    years = catalogue(measure(unit="fte_years"))
    quarter: dict[str, Any] = {"period_end": date(2025, 3, 31)}
    assert faults(years, made_of(employment(), **quarter)) == [("/lines/0/quantity", "fte_exceeds_headcount")]
    assert value_one(made_of(employment(share="0.24"), **quarter), years).quantity == D("0.24")


posts = st.builds(
    Posts,
    st.integers(1, 10_000_000),
    st.decimals("0.01", 168, places=2),
    st.decimals("0.0001", 1, places=4),
)


@given(st.lists(posts, min_size=1, max_size=50))
def test_nobody_counts_for_more_than_one(several):
    inputs = Employment(tuple(several))
    assert 0 < derived_quantity(inputs).working() <= inputs.headcount


@given(st.integers(1, 1000), st.integers(1, 60), st.decimals("0.01", 7, places=2))
def test_a_persons_week_counts_for_at_most_one_training_week(trainees, weeks, days):
    made = derived_quantity(Training((TrainingWeeks(trainees, weeks, days),))).working()
    assert made == trainees * weeks * (1 if days >= 3 else days / 5)


def on_days(starts_on: str, ends_on: str, headcount: int = 1) -> Employment:
    """Full-time posts that are filled from a day to another."""
    days = date.fromisoformat(starts_on), date.fromisoformat(ends_on)
    return Employment((Posts(headcount, D(35), D(1), *days),))


EVERY = catalogue(measure(**FTE, decimals=2, year_rule="every_contract_year"))
FLOW = catalogue(measure(unit="fte_years", accumulation="flow", decimals=2))
TWO_YEARS = {
    "period_start": date(2025, 1, 1),
    "period_end": date(2026, 12, 31),
    "contract_years": "2.00000000",
}
HALF = {"period_start": date(2025, 1, 1), "period_end": date(2025, 7, 2), "contract_years": "0.50000000"}
QUARTER = {"period_start": date(2025, 1, 1), "period_end": date(2025, 3, 31)}


@pytest.mark.parametrize(
    ("book", "of", "days", "quantity", "counted"),
    [
        # 181 of 365 days of one post are 0.49589041 of a year, whatever they are counted by …
        (JOBS, TWO_YEARS, ("2025-01-01", "2025-06-30"), "0.49589041", "0.49589041"),
        (EVERY, TWO_YEARS, ("2025-01-01", "2025-06-30"), "0.24794521", "0.49589041"),
        (FLOW, TWO_YEARS, ("2025-01-01", "2025-06-30"), "0.49589041", "0.49589041"),
        (JOBS, HALF, ("2025-01-01", "2025-06-30"), "0.99178082", "0.49589041"),
        (EVERY, HALF, ("2025-01-01", "2025-06-30"), "0.99178082", "0.49589041"),
        # … a post of two years counts once or for each of them, …
        (JOBS, TWO_YEARS, ("2025-01-01", "2026-12-31"), "1", "1"),
        (EVERY, TWO_YEARS, ("2025-01-01", "2026-12-31"), "1", "2"),
        # … and of a delivery's 90 days it is weighted by those on which it was filled.
        (JOBS, QUARTER, ("2025-02-15", "2025-03-31"), "0.5", "0.12328767"),
    ],
)
def test_posts_with_days_count_for_what_is_worked_on_them(
    book: Catalogue, of: dict[str, Any], days: tuple[str, str], quantity: str, counted: str
):
    valued = value_one(made_of(on_days(*days), **of), book)
    assert (valued.quantity, valued.counted_quantity) == (D(quantity), D(counted))


def test_the_explanation_of_posts_with_days_names_the_days():
    mixed = Employment((*on_days("2025-01-01", "2025-03-31", 4).posts, Posts(1, D("17.5"), D("0.5"))))
    first = value_one(made_of(mixed), FLOW).explanation.steps[0]
    assert (first.factor, first.divisor) == (D(4 * 35 * 90) + D("17.5") * D("182.5"), D(35 * 365))
    assert first.text == (
        "4 people × 35 hours a week × 90 of 365 days + 1 people × 17.5 hours a week × 0.5 of the time, "
        "÷ 35 hours of a full-time week."
    )


def test_leap_days_are_no_days_of_a_post():
    assert on_days("2024-01-01", "2024-12-31").posts[0].filled_days == 365
    assert on_days("2024-02-29", "2024-03-01").posts[0].filled_days == 1
    assert Posts(1, D(35)).filled_days is None


@pytest.mark.parametrize(
    ("days", "share", "found"),
    [
        (("2025-01-01", None), "1", ("/ends_on", "post_days_half_stated")),
        ((None, "2025-01-01"), "1", ("/ends_on", "post_days_half_stated")),
        (("2025-01-02", "2025-01-01"), "1", ("/ends_on", "period_reversed")),
        (("2025-01-01", "2025-01-01"), "0.5", ("/time_share", "time_share_not_expected")),
        (("2024-12-31", "2025-01-01"), "1", ("/starts_on", "outside_line")),
        (("2025-12-31", "2026-01-01"), "1", ("/starts_on", "outside_line")),
    ],
)
def test_days_that_cannot_be_are_refused(
    days: tuple[str | None, str | None], share: str, found: tuple[str, str]
):
    starts_on, ends_on = (None if day is None else date.fromisoformat(day) for day in days)
    posts = Employment((Posts(1, D(35), D(share), starts_on, ends_on),))
    assert faults(JOBS, made_of(posts)) == [(f"/lines/0/inputs/posts/0{found[0]}", found[1])]
