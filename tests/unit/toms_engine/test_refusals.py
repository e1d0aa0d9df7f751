"""What is not valued: each fault with its code and place, all at once, and nothing beside them."""

from datetime import date
from decimal import Decimal

import pytest
from tests.unit.toms_engine.editions import FIGURES, catalogue, line, measure, multiplier, proxy, series

from toms_engine.domain.errors import LinesRefused, ProxyNotRedistributable
from toms_engine.domain.line import Options
from toms_engine.domain.valuation import value_lines


def faults(book, *lines, options=None, holds_licence=False):
    with pytest.raises((LinesRefused, ProxyNotRedistributable)) as refused:
        value_lines(book, lines, options or Options(), FIGURES, holds_licence=holds_licence)
    return [(error.pointer, error.code) for error in refused.value.errors]


def values(book, *lines, options=None, holds_licence=False):
    return value_lines(book, lines, options or Options(), FIGURES, holds_licence=holds_licence)


def test_every_fault_of_every_line_is_reported_at_once():
    book = catalogue(measure(decimals=1))
    found = faults(
        book,
        line("1"),
        line("-1.25", unit="weeks", period_start=date(2026, 1, 1)),
        line("1", measure="M9"),
    )
    assert found == [
        ("/lines/1/period_end", "period_reversed"),
        ("/lines/1/unit", "unit_mismatch"),
        ("/lines/1/quantity", "quantity_negative"),
        ("/lines/1/quantity", "too_many_decimals"),
        ("/lines/2/measure", "measure_unknown"),
    ]


def test_an_unknown_measure():
    assert faults(catalogue(), line(measure="M2")) == [("/lines/0/measure", "measure_unknown")]


def test_a_unit_other_than_the_measures():
    assert faults(catalogue(), line(unit="weeks")) == [("/lines/0/unit", "unit_mismatch")]


def test_a_negative_quantity_only_where_the_measure_allows_it():
    assert faults(catalogue(), line("-1")) == [("/lines/0/quantity", "quantity_negative")]
    [valued] = values(catalogue(measure(negative_allowed=True)), line("-1"))
    assert valued.total_pence == -10_00


def test_more_decimals_than_the_measure_takes():
    book = catalogue(measure(decimals=2))
    assert faults(book, line("1.001")) == [("/lines/0/quantity", "too_many_decimals")]
    assert len(values(book, line("1.01"), line("1.010"), line("100"))) == 3


def test_more_than_eighteen_significant_digits():
    book = catalogue(measure(decimals=6))
    assert faults(book, line("1234567890123.456789")) == [("/lines/0/quantity", "too_many_digits")]
    assert len(values(book, line("123456789012.456789"))) == 1


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_a_quantity_that_is_no_number(text):
    assert faults(catalogue(), line(text)) == [("/lines/0/quantity", "too_many_digits")]


@pytest.mark.parametrize("text", ["1E+999999999", "1E-999999999", "-1E-41", "1E+41", "sNaN"])
@pytest.mark.parametrize(
    "field", ["quantity", "denominator", "contract_years", "attribution_share", "claimed_value_gbp"]
)
def test_a_number_whose_digits_would_fill_the_memory_is_refused_unwritten(field, text):
    wild = line(**{field: Decimal(text)})
    assert faults(catalogue(), wild) == [(f"/lines/0/{field}", "too_many_digits")]


@pytest.mark.parametrize("share", ["-0.01", "1.01"])
def test_a_share_beyond_the_whole_or_below_nothing(share):
    refused = [("/lines/0/attribution_share", "attribution_share_out_of_range")]
    assert faults(catalogue(), line(attribution_share=share)) == refused
    assert len(values(catalogue(), line(attribution_share="0"), line(attribution_share="1"))) == 2


def test_a_quantity_beyond_what_can_be_held():
    book = catalogue(measure(unit="count", valuation="none"))
    assert faults(book, line("1" + "0" * 15, unit="count")) == [("/lines/0/quantity", "quantity_too_large")]
    assert len(values(book, line("9" * 15, unit="count"))) == 1


def test_a_quantity_above_the_lines_maximum():
    book = catalogue(measure(maximum_per_line=Decimal(100)))
    assert faults(book, line("100.01")) == [("/lines/0/quantity", "quantity_above_maximum")]
    assert len(values(book, line("100"))) == 1


def test_a_value_beyond_what_can_be_held():
    book = catalogue(proxies=(proxy(central_gbp=Decimal("9999999.999999")),))
    assert faults(book, line("1000001")) == [("/lines/0/quantity", "value_too_large")]
    assert len(values(book, line("1000000"))) == 1


def test_a_claimed_value_that_is_not_the_computed_one():
    assert faults(catalogue(), line("2", claimed_value_gbp="20.01")) == [
        ("/lines/0/claimed_value_gbp", "claimed_value_mismatch")
    ]
    assert len(values(catalogue(), line("2", claimed_value_gbp="20"))) == 1


def test_a_claimed_value_for_what_carries_no_pounds():
    book = catalogue(measure(unit="count", valuation="none"))
    assert faults(book, line("2", unit="count", claimed_value_gbp="0.01")) == [
        ("/lines/0/claimed_value_gbp", "claimed_value_mismatch")
    ]
    assert len(values(book, line("2", unit="count", claimed_value_gbp="0"))) == 1


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"period_start": date(2026, 1, 1)}, ("/lines/0/period_end", "period_reversed")),
        ({"period_start": date(1899, 12, 31)}, ("/lines/0/period_start", "period_out_of_range")),
        ({"period_end": date(2201, 1, 1)}, ("/lines/0/period_start", "period_out_of_range")),
        ({"period_end": date(2125, 1, 1)}, ("/lines/0/period_end", "period_too_long")),
        ({"contract_years": "0"}, ("/lines/0/contract_years", "contract_years_out_of_range")),
        ({"contract_years": "100.5"}, ("/lines/0/contract_years", "contract_years_out_of_range")),
        ({"denominator": "2"}, ("/lines/0/denominator", "denominator_not_expected")),
        ({"started_on": date(2026, 1, 1)}, ("/lines/0/started_on", "started_after_period")),
        ({"headcount": 1}, ("/lines/0/headcount", "headcount_not_expected")),
    ],
)
def test_a_field_that_cannot_be(changes, fault):
    assert faults(catalogue(), line(**changes)) == [fault]


def test_a_ratio_needs_a_denominator_above_zero():
    book = catalogue(measure(unit="percentage", accumulation="ratio", valuation="none"))
    assert faults(book, line(unit="percentage")) == [("/lines/0/denominator", "denominator_missing")]
    for text in ("0", "-1"):
        found = faults(book, line(unit="percentage", denominator=text))
        assert found == [("/lines/0/denominator", "denominator_not_positive")]


def test_a_first_year_measure_asks_when_a_delivery_began():
    book = catalogue(measure(unit="fte_years", accumulation="stock", year_rule="first_year_only"))
    assert faults(book, line(unit="fte_years")) == [("/lines/0/started_on", "started_on_missing")]
    assert len(values(book, line(unit="fte_years", contract_years="2"))) == 1


def test_full_time_equivalents_never_exceed_people():
    stock = catalogue(measure(unit="fte_years", accumulation="stock"))
    assert faults(stock, line("2.5", unit="fte_years", headcount=2)) == [
        ("/lines/0/quantity", "fte_exceeds_headcount")
    ]
    assert len(values(stock, line("2", unit="fte_years", headcount=2))) == 1


def test_full_time_equivalent_years_never_exceed_people_times_years():
    flow = catalogue(measure(unit="fte_years"))
    half_year = {"unit": "fte_years", "headcount": 2, "period_end": date(2025, 6, 30)}
    assert faults(flow, line("1", **half_year)) == [("/lines/0/quantity", "fte_exceeds_headcount")]
    assert len(values(flow, line("0.99", **half_year))) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"effective_from": date(2025, 1, 2)}, "edition_not_effective"),
        ({"measures": (measure(valid_from=date(2025, 1, 2)),)}, "measure_not_valid"),
        ({"proxies": (proxy(valid_from=date(2025, 1, 2)),)}, "proxy_not_valid"),
    ],
)
def test_a_period_that_starts_before_a_validity(changes, code):
    assert faults(catalogue(**changes), line()) == [("/lines/0/period_start", code)]
    assert len(values(catalogue(**changes), line(period_start=date(2025, 1, 2)))) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"effective_to": date(2025, 12, 30)}, "edition_not_effective"),
        ({"measures": (measure(valid_to=date(2025, 12, 30)),)}, "measure_not_valid"),
        ({"proxies": (proxy(valid_to=date(2025, 12, 30)),)}, "proxy_not_valid"),
    ],
)
def test_a_period_that_ends_after_a_validity(changes, code):
    assert faults(catalogue(**changes), line()) == [("/lines/0/period_end", code)]
    assert len(values(catalogue(**changes), line(period_end=date(2025, 12, 30)))) == 1


def test_delivery_is_valued_by_the_edition_that_its_promise_pinned():
    book = catalogue(effective_to=date(2023, 12, 31))
    [valued] = values(book, line("2", committed_on=date(2023, 12, 31)))
    assert valued.total_pence == 20_00
    assert faults(book, line("2", committed_on=date(2024, 1, 1))) == [
        ("/lines/0/committed_on", "edition_not_effective")
    ]


def test_local_spend_without_place_industry_or_multiplier():
    book = catalogue(
        measure(unit="gbp_spent", valuation="local_multiplier"),
        multipliers=(multiplier("construction", "1.25"),),
    )
    assert faults(book, line(unit="gbp_spent")) == [
        ("/lines/0/place", "place_missing"),
        ("/lines/0/industry", "industry_missing"),
    ]
    elsewhere = line(unit="gbp_spent", place="london", industry="construction")
    assert faults(book, elsewhere) == [("/lines/0/industry", "multiplier_unknown")]


def test_a_year_for_which_a_series_has_no_value():
    book = catalogue(proxies=(proxy(series=series((2025, "1"))),))
    assert faults(book, line(period_start=date(2024, 12, 31))) == [
        ("/lines/0/period_start", "proxy_year_missing")
    ]
    assert faults(book, line(period_end=date(2026, 1, 1))) == [("/lines/0/period_end", "proxy_year_missing")]


def test_a_price_year_for_which_there_is_no_deflator():
    unknown_target = Options(uprate_to_price_year=2031)
    assert faults(catalogue(), line(), line(unit="weeks"), options=unknown_target) == [
        ("/uprate_to_price_year", "price_year_unknown"),
        ("/lines/1/unit", "unit_mismatch"),
    ]
    book = catalogue(proxies=(proxy(price_year=2013),))
    assert faults(book, line(), options=Options(uprate_to_price_year=2024)) == [
        ("/lines/0/measure", "price_year_unknown")
    ]


def test_pounds_of_a_year_for_which_there_is_no_deflator():
    book = catalogue(measure(unit="gbp_invested"))
    assert faults(book, line(unit="gbp_invested"), options=Options(uprate_to_price_year=2024)) == [
        ("/lines/0/period_end", "price_year_unknown")
    ]


def test_a_base_year_that_discounting_cannot_count_from():
    late = Options(discount=True, discount_base_year=2026)
    assert faults(catalogue(), line(), options=late) == [("/lines/0/period_start", "before_discount_base")]
    unasked = Options(discount_base_year=2025)
    assert faults(catalogue(), line(), options=unasked) == [("/discount_base_year", "discount_not_asked")]


def test_a_licensed_figure_is_valued_for_its_licence_holder_alone():
    book = catalogue(proxies=(proxy(redistributable=False),))
    [valued] = values(book, line("2"), holds_licence=True)
    assert valued.total_pence == 20_00
    with pytest.raises(ProxyNotRedistributable) as refused:
        values(book, line("2", claimed_value_gbp="1"))
    # A wrong claim is not answered with the right value.
    assert [error.code for error in refused.value.errors] == ["proxy_not_redistributable"]
    assert "20" not in refused.value.detail + refused.value.errors[0].message
