"""Cells of sheets: what is read as real files have it, and what is refused because it could be two things."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.sheet_cells import (
    CellFault,
    day_of,
    decimal_of,
    is_blank,
    plain_cell,
    safe_cell,
    share_of,
    text_of,
    yes_or_no,
)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1234.5", "1234.5"),
        (" 1,234.50 ", "1234.50"),
        ("1,234,567", "1234567"),
        ("\u00a31,234.50", "1234.50"),
        ("1\u00a0234", "1234"),
        ("1'234.5", "1234.5"),
        ("(5)", "-5"),
        ("5-", "-5"),
        ("\u22125.5", "-5.5"),
        ("-\u00a35", "-5"),
        ("'-5", "-5"),
        (".5", "0.5"),
        ("0", "0"),
        (Decimal("12.50"), "12.50"),
        ("1" + "0" * 17, "1E+17"),
        ("0" * 40 + "1", "1"),
        ("0." + "0" * 40, "0"),
        (Decimal("1E-300"), "1E-300"),
    ],
)
def test_numbers_are_read_as_people_write_them(cell: str | Decimal, number: str):
    assert decimal_of(cell) == Decimal(number)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("12,5", "number_malformed"),
        ("1,23,456", "number_malformed"),
        ("1.234.567", "number_malformed"),
        ("1.2E+05", "number_malformed"),
        ("12 hours", "number_malformed"),
        ("10%", "number_malformed"),
        ("(-5)", "number_malformed"),
        ("", "number_malformed"),
        ("1234567890123456789", "too_many_digits"),
        ("1" + "0" * 18, "too_many_digits"),
        (Decimal("1E+300"), "too_many_digits"),
        (Decimal("NaN"), "number_malformed"),
        (True, "number_malformed"),
        (date(2026, 4, 1), "number_malformed"),
    ],
)
def test_what_is_no_number_is_refused(cell: str, code: str):
    with pytest.raises(CellFault) as refused:
        decimal_of(cell)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("cell", "number"),
    [("12,5", "12.5"), ("0,125", "0.125"), ("1.234,5", "1234.5"), ("1.234.567", "1234567"), ("7", "7")],
)
def test_where_semicolons_separate_cells_a_comma_may_be_the_decimal_one(cell: str, number: str):
    assert decimal_of(cell, decimal_comma=True) == Decimal(number)
    with pytest.raises(CellFault) as refused:
        decimal_of("1,234", decimal_comma=True)
    assert refused.value.code == "number_ambiguous"


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12))
def test_a_number_comes_back_however_its_thousands_are_grouped(number: Decimal):
    assert decimal_of(f"{number:,f}") == decimal_of(f"{number:f}") == decimal_of(text_of(number)) == number


def test_shares_are_parts_of_one_or_percentages():
    assert (share_of("0.25"), share_of(" 25% "), share_of("12.5%")) == (
        Decimal("0.25"),
        Decimal("0.25"),
        Decimal("0.125"),
    )


@pytest.mark.parametrize(
    "cell",
    [
        *("2026-04-01", "01/04/2026", "1/4/26", "1.4.2026", "1 April 2026", "1st Apr 26", "01-Apr-2026"),
        *("2026-04-01 00:00:00", "2026-04-01T00:00:00Z", "01/04/2026 00:00"),
        date(2026, 4, 1),
        datetime(2026, 4, 1),  # noqa: DTZ001 - workbooks hold days without a time zone
    ],
)
def test_days_are_read_with_the_day_before_the_month(cell: str | date):
    assert day_of(cell) == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("04/31/2026", "date_malformed"),
        ("2026-02-30", "date_malformed"),
        ("1 Avril 2026", "date_malformed"),
        ("46113", "date_malformed"),
        ("", "date_malformed"),
        (datetime(2026, 4, 1, 9), "date_with_time"),  # noqa: DTZ001 - as above
        (Decimal(46113), "date_malformed"),
    ],
)
def test_what_is_no_day_is_refused(cell: str, code: str):
    with pytest.raises(CellFault) as refused:
        day_of(cell)
    assert refused.value.code == code


def test_yes_and_no():
    assert [yes_or_no(cell) for cell in ("Yes", "x", "1", True, Decimal(1))] == [True] * 5
    assert [yes_or_no(cell) for cell in ("no", "FALSE", "0", False)] == [False] * 4
    with pytest.raises(CellFault) as refused:
        yes_or_no("perhaps")
    assert refused.value.code == "yes_or_no_expected"


@given(st.text())
def test_a_text_runs_nothing_and_comes_back(text: str):
    assert not safe_cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    if not text.startswith("'"):
        assert plain_cell(safe_cell(text)) == text


def test_what_nobody_sees_is_blank():
    assert [is_blank(cell) for cell in (None, "", " \u00a0\t", "\ufeff")] == [True] * 4
    assert [is_blank(cell) for cell in ("0", Decimal(0), False)] == [False] * 3
