"""Every value can be explained, and the explanation alone leads to the same pence."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.recomputing import recompute
from tests.unit.toms_engine.editions import FIGURES, catalogue, line, measure, multiplier, proxy, value_one

from cdp_common.kernel.exact import significant_digits
from cdp_common.kernel.inputs import (
    Attendance,
    Employment,
    Inputs,
    NetPounds,
    Posts,
    Training,
    TrainingWeeks,
    Volunteering,
)
from toms_engine.domain.edition import Additionality, SeriesPoint
from toms_engine.domain.line import Options
from toms_engine.domain.valuation import value_lines

YEARS = tuple(SeriesPoint(year, Decimal(100 + year % 7) / 8) for year in range(2020, 2040))


def test_the_steps_stand_in_the_order_in_which_they_are_applied():
    factors = Additionality(source="A study", deadweight=Decimal("0.2"), leakage=Decimal("0.1"))
    book = catalogue(
        measure(
            unit="fte_years",
            accumulation="stock",
            additionality=factors,
            lasts_years=2,
            drop_off=Decimal("0.5"),
        ),
        proxies=(proxy(central_gbp=Decimal(1000)),),
    )
    one = line(
        "4", unit="fte_years", period_end=date(2025, 3, 14), attribution_share="0.5"
    )  # 73 days: a fifth of the year
    options = Options(discount=True, discount_base_year=2025, uprate_to_price_year=2024)
    explained = value_one(one, book, options=options).explanation
    assert [(step.rule, step.result) for step in explained.steps] == [
        ("quantity", Decimal("4")),
        ("stock_time_weight", Decimal("0.8")),
        ("attribution", Decimal("0.4")),
        ("proxy", Decimal("400")),
        ("uprating", Decimal("441.98650836")),
        ("deadweight", Decimal("353.58920669")),
        ("leakage", Decimal("318.23028602")),
        ("drop_off", Decimal("477.34542903")),
        ("discount", Decimal("471.96472371")),
        ("rounding", Decimal("471.96")),
    ]
    assert explained.proxy is not None
    assert explained.steps[3].source == explained.proxy.sources[0]


def test_what_carries_no_pounds_is_explained_up_to_its_quantity():
    book = catalogue(measure(unit="count", valuation="none"))
    explained = value_one(line("4", unit="count"), book).explanation
    assert [step.rule for step in explained.steps] == ["quantity"]
    assert recompute(explained.steps) == 0


def test_a_wrong_result_in_an_explanation_does_not_hide():
    explained = value_one(line("4"), catalogue()).explanation
    assert recompute(explained.steps) == 40_00


decimals = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**6), max_value=10**6)
shares = st.none() | st.decimals(0, 1, places=4)
dates = st.dates(date(2020, 1, 1), date(2029, 12, 31))


counts = st.integers(1, 10_000)
INPUTS_OF_UNIT: dict[str, st.SearchStrategy[Inputs]] = {
    "hours": st.builds(Volunteering, counts, st.decimals("0.01", 8784, places=2)),
    "attendee_hours": st.builds(Attendance, counts, st.decimals("0.01", 168, places=2), counts),
    "weeks": st.builds(TrainingWeeks, counts, counts, st.decimals("0.01", 7, places=2)).map(
        lambda row: Training((row,))
    ),
    "gbp_spent": st.builds(NetPounds, st.decimals("0.01", 10**6, places=2)),
    "fte_years": st.builds(
        Posts, counts, st.decimals("0.01", 168, places=2), st.decimals("0.0001", "0.001", places=4)
    ).map(lambda posts: Employment((posts,))),
}


@st.composite
def priced_lines(draw):
    """A catalogue with one measure, and a line of it that has no fault."""
    valuation = draw(st.sampled_from(["proxy", "local_multiplier", "none"]))
    accumulation = draw(st.sampled_from(["flow", "stock"]))
    unit = "gbp_spent" if valuation == "local_multiplier" else draw(st.sampled_from(sorted(INPUTS_OF_UNIT)))
    has_value = valuation != "none"
    inputs = draw(st.none() | INPUTS_OF_UNIT[unit])
    factors = Additionality(
        source="A study",
        deadweight=draw(shares),
        displacement=draw(shares),
        leakage=draw(shares),
        substitution=draw(shares),
    )
    lasts = draw(st.integers(1, 10))
    made = measure(
        unit=unit,
        accumulation=accumulation,
        valuation=valuation,
        year_rule=draw(st.sampled_from(["every_contract_year", "once", "first_year_only"])),
        negative_allowed=True,
        additionality=factors if has_value and draw(st.booleans()) else None,
        lasts_years=lasts,
        drop_off=draw(shares) if lasts > 1 else None,
    )
    unit_value = draw(st.decimals(0, 10**4, places=6))
    priced = proxy(series=YEARS) if draw(st.booleans()) else proxy(central_gbp=unit_value)
    start = draw(dates)
    end = start + timedelta(days=draw(st.integers(0, 2000)))
    contract_years = draw(st.none() | st.decimals("0.01", 10, places=2))
    one = line(
        None if inputs is not None else draw(decimals),
        inputs=inputs,
        unit=unit,
        period_start=start,
        period_end=end,
        place="county-durham",
        industry="construction",
        attribution_share=draw(shares),
        contract_years=contract_years,
        started_on=start - timedelta(days=draw(st.integers(0, 500))),
    )
    book = catalogue(
        made,
        proxies=(priced,),
        multipliers=(multiplier("construction", "1.25"),),
        counts_initial_spend=draw(st.booleans()),
    )
    return book, one


@settings(deadline=None)
@given(priced_lines(), st.booleans())
def test_recomputing_any_explanation_gives_the_same_pence(priced, discount):
    book, one = priced
    valued = value_one(one, book, options=Options(discount=discount))
    assert recompute(valued.explanation.steps) == valued.total_pence
    assert valued.total_pence == valued.social_pence + valued.local_economic_pence


@settings(deadline=None)
@given(priced_lines())
def test_every_factor_of_an_explanation_fits_the_wire(priced):
    book, one = priced
    for step in value_one(one, book, options=Options(discount=True)).explanation.steps:
        for number in (step.factor, step.divisor, step.result):
            assert number is None or significant_digits(number) <= 18


@settings(deadline=None)
@given(priced_lines())
def test_the_opposite_quantity_has_the_opposite_value(priced):
    book, one = priced
    assume(one.inputs is None)
    opposite = replace(one, quantity=-one.quantity)
    there, back = value_lines(book, [one, opposite], Options(), FIGURES)
    assert there.total_pence + back.total_pence == 0
    assert there.counted_quantity + back.counted_quantity == 0
