"""Carrying quantities over to one edition: which measures are the same, who may see, how it is rounded."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cdp_common.kernel.exact import Exact
from cdp_common.kernel.periods import Period
from reporting_api.domain.constant_edition import (
    MeasureKind,
    NotRevalued,
    PriceKey,
    RecordedSum,
    Terms,
    UnitPrice,
    measures_at_edition,
    prices_needed,
    whole_of,
)
from reporting_api.domain.figures import FigureSum

OLD, NEW = "a" * 64, "b" * 64
QUARTER = Period(date(2026, 7, 1), date(2026, 9, 30))
NEXT = Period(date(2026, 10, 1), date(2026, 12, 31))


def kind(edition_hash: str, **changes: Any) -> MeasureKind:
    stated: dict[str, Any] = {
        "edition_hash": edition_hash,
        "code": "M1",
        "title": "Hours",
        "framework": "open",
        "tailored_from": None,
        "unit": "hours",
        "accumulation": "flow",
        "year_rule": "once",
        "valuation": "proxy",
        "component": "social",
        "is_fiscal": False,
        "licence": None,
        "is_yearly": False,
        "valid_on": date(2026, 1, 1),
        "target_group": None,
        **changes,
    }
    return MeasureKind(**stated)


def recorded(quantity: str, pence: int, **changes: Any) -> RecordedSum:
    found = RecordedSum(
        "delivered", OLD, "M1", None, QUARTER, Decimal(quantity), FigureSum(social_pence=pence), False
    )
    return replace(found, **changes)


def terms(old: MeasureKind, new: MeasureKind | None, *licences: str) -> Terms:
    kinds = {(each.edition_hash, each.code): each for each in (old, new) if each is not None}
    return Terms(NEW, kinds, licences)


PRICE = PriceKey("M1", None, None)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {}, PRICE),
        ({}, {"is_yearly": True}, PriceKey("M1", None, QUARTER)),
        ({}, {"framework": "other"}, NotRevalued("not_in_edition")),
        ({}, {"framework": "other", "tailored_from": "open"}, PRICE),
        ({"framework": "other", "tailored_from": "open"}, {}, PRICE),
        ({"framework": "one", "tailored_from": "open"}, {"framework": "two", "tailored_from": "open"}, PRICE),
        ({}, {"unit": "weeks"}, NotRevalued("counted_differently")),
        ({}, {"accumulation": "stock"}, NotRevalued("counted_differently")),
        ({}, {"year_rule": "every_contract_year"}, NotRevalued("counted_differently")),
        ({}, {"valuation": "local_multiplier"}, NotRevalued("industry_unknown")),
        ({"licence": "open"}, {}, NotRevalued("licensed")),
        ({}, {"licence": "open"}, NotRevalued("licensed")),
    ],
)
def test_a_quantity_passes_where_both_editions_count_the_measure_alike(
    old: dict[str, Any], new: dict[str, Any], expected: object
):
    rules = terms(kind(OLD, **old), kind(NEW, **new))
    assert rules.standing_of(recorded("1", 100)) == expected


def test_a_licence_shows_what_it_is_for_and_an_edition_without_the_measure_has_no_price():
    rules = terms(kind(OLD, licence="open"), kind(NEW, licence="other"), "open")
    assert rules.standing_of(recorded("1", 100)) == NotRevalued("licensed")
    assert terms(kind(OLD, licence="open"), kind(NEW), "open").standing_of(recorded("1", 100)) == PRICE
    assert terms(kind(OLD), None).standing_of(recorded("1", 100)) == NotRevalued("not_in_edition")
    spend = terms(kind(OLD), kind(NEW, valuation="local_multiplier"))
    key = spend.standing_of(recorded("1", 100, industry="retail"))
    assert key == PriceKey("M1", "retail", None)


def test_sums_of_one_price_are_rounded_once_and_halves_go_away_from_zero():
    rules = terms(kind(OLD), kind(NEW))
    prices = {PRICE: UnitPrice(Exact().times(Decimal("0.01")))}
    for quantities, pence in ((["0.25", "0.25"], 1), (["0.25", "0.24"], 0), (["-0.5"], -1), (["-0.49"], 0)):
        sums = [recorded(quantity, 7) for quantity in quantities]
        [found] = measures_at_edition(sums, rules, prices)
        assert found.at_edition is not None
        assert (found.at_edition.total_pence, found.recorded and found.recorded.total_pence) == (
            pence,
            7 * len(quantities),
        )
    # Of a series each period has its own price, and is rounded by itself.
    yearly = terms(kind(OLD), kind(NEW, is_yearly=True))
    sums = [recorded("0.5", 1), recorded("0.5", 1, period=NEXT)]
    keys = prices_needed(sums, yearly)
    assert keys == [PriceKey("M1", None, QUARTER), PriceKey("M1", None, NEXT)]
    [found] = measures_at_edition(sums, yearly, dict.fromkeys(keys, prices[PRICE]))
    assert found.at_edition is not None
    assert (found.at_edition.total_pence, found.counted_quantity) == (2, Decimal("1.0"))


def test_what_is_revalued_in_part_stands_apart_and_pounds_keep_component_and_fiscal_part():
    rules = terms(kind(OLD), kind(NEW, is_yearly=True, is_fiscal=True, component="local_economic"))
    sums = [recorded("2", 300), recorded("3", 400, period=NEXT)]
    keys = prices_needed(sums, rules)
    prices: dict[PriceKey, UnitPrice | NotRevalued] = {
        keys[0]: UnitPrice(Exact(5)),
        keys[1]: NotRevalued("not_valued", "proxy_year_missing"),
    }
    found = measures_at_edition(sums, rules, prices)
    assert [(one.counted_quantity, one.not_revalued) for one in found] == [
        (Decimal(2), None),
        (Decimal(3), NotRevalued("not_valued", "proxy_year_missing")),
    ]
    whole, revalued, at_edition = whole_of(found)
    assert (whole.total_pence, revalued.total_pence) == (700, 300)
    assert (at_edition.social_pence, at_edition.local_pence, at_edition.fiscal_pence) == (0, 1000, 1000)


def test_what_carries_no_pounds_in_either_edition_is_left_out_and_what_gains_some_counts():
    none = {"valuation": "none", "component": None}
    assert measures_at_edition([recorded("2", 0)], terms(kind(OLD, **none), kind(NEW, **none)), {}) == []
    assert measures_at_edition([recorded("2", 0)], terms(kind(OLD, **none), None), {}) == []
    prices = {PRICE: UnitPrice(Exact(5))}
    [gains] = measures_at_edition([recorded("2", 0)], terms(kind(OLD, **none), kind(NEW)), prices)
    assert gains.at_edition == FigureSum(social_pence=1000, lines_without_range=1)
    [loses] = measures_at_edition(
        [recorded("2", 90)], terms(kind(OLD), kind(NEW, **none)), {PRICE: UnitPrice(Exact(0))}
    )
    assert loses.at_edition == FigureSum(lines_without_range=1)
