"""Amounts and days as ledgers write them: read exactly, or refused with a code."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.sheet_cells import CellFault
from reporting_api.domain.spend_cells import (
    FIRST_DAY,
    DateEvidence,
    amount_of,
    currency_of,
    paid_on_of,
    postcode_of,
)

LATEST = date(2027, 11, 22)
PENCE = st.integers(min_value=0, max_value=10**11)


@given(PENCE)
def test_an_amount_is_read_whatever_its_dress(pence):
    value = Decimal(pence) / 100
    plain, grouped = f"{value:.2f}", f"{value:,.2f}"
    for text in (plain, grouped, f"£{grouped}", f" £ {grouped} ", f"GBP {plain}", f"{plain} DR"):
        assert amount_of(text).value == value
    for text in (
        f"-{plain}",
        f"{plain}-",
        f"({grouped})",
        f"(£{grouped})",
        f"£({grouped})",
        f"-£{plain}",
        f"£-{plain}",
        f"{plain}CR",
        f"{grouped} cr",
        f"-{plain} CR",
        f"\u2212{plain}",
    ):
        assert amount_of(text).value == -value


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("\u20ac1,000", "1000", "EUR"),
        ("12.50 EUR", "12.50", "EUR"),
        ("USD (7.00)", "-7.00", "USD"),
        ("\u00c2\u00a31,234.50", "1234.50", "GBP"),
        ("-\u0153 5.00", "-5.00", "GBP"),
        ("-", "0", None),
        ("£ -", "0", "GBP"),
        ("5", "5", None),
    ],
)
def test_a_currency_beside_an_amount_is_kept(text, value, currency):
    found = amount_of(text)
    assert (found.value, found.currency) == (Decimal(value), currency)


@pytest.mark.parametrize("text", ["", "five", "1.2.3", "(5", "5)", "1e9", "-(5)", "5%", "12,34.5", "NaN"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(CellFault):
        amount_of(text)


def test_a_decimal_comma_counts_where_semicolons_separate():
    assert amount_of("1.234,50", decimal_comma=True).value == Decimal("1234.50")
    with pytest.raises(CellFault) as refused:
        amount_of("1,234", decimal_comma=True)
    assert refused.value.code == "number_ambiguous"


DAYS = st.dates(min_value=FIRST_DAY, max_value=LATEST)


@given(DAYS)
def test_a_day_is_read_in_every_customary_form(day):
    serial = (day - date(1899, 12, 30)).days
    cells = [
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{day:%d-%m-%Y}",
        f"{day:%d.%m.%Y}",
        f"{day.day} {day:%B %Y}",
        f"{day:%B} {day.day}, {day.year}",
        f"{day:%d-%b-%Y}",
        f"{day:%Y%m%d}",
        f"{day:%Y/%m/%d}",
        f"{day:%d/%m/%Y} 00:00",
        f"{day.isoformat()}T13:45:10.000Z",
        str(serial),
        Decimal(serial) + Decimal("0.75"),
        datetime.combine(day, datetime.min.time()) + timedelta(hours=3),
        day,
    ]
    assert {paid_on_of(cell, "day_first", LATEST).day for cell in cells} == {day}
    assert paid_on_of(f"{day:%m/%d/%Y}", "month_first", LATEST).day == day


def test_two_digits_of_a_year_are_of_this_century_and_a_month_alone_is_its_last_day():
    assert paid_on_of("26-May-11", "day_first", LATEST).day == date(2011, 5, 26)
    for text in ("Feb-24", "February 2024", "2024-02", "02/2024"):
        found = paid_on_of(text, "day_first", LATEST)
        assert (found.day, found.by_month) == (date(2024, 2, 29), True)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1989-12-31", "date_implausible"),
        ("2027-11-23", "date_implausible"),
        ("31/02/2018", "date_malformed"),
        ("01/13/2018", "date_malformed"),
        ("soon", "date_malformed"),
        ("123456", "date_malformed"),
        (Decimal(0), "date_malformed"),
    ],
)
def test_a_day_that_cannot_be_is_refused(cell, code):
    with pytest.raises(CellFault) as refused:
        paid_on_of(cell, "day_first", LATEST)
    assert refused.value.code == code


def test_the_first_and_the_last_plausible_days_are_taken():
    assert paid_on_of("1990-01-01", "day_first", LATEST).day == FIRST_DAY
    assert paid_on_of("2027-11-22", "day_first", LATEST).day == LATEST


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/04/2018", "13/04/2018"], ("day_first", "decided_by_rows")),
        (["03/04/2018", "04/13/2018"], ("month_first", "decided_by_rows")),
        (["12/12/2018", "03/04/2018"], ("day_first", "assumed")),
        (["2018-04-13", "13 April 2018"], ("day_first", "not_needed")),
        (["13/04/2018", "04/13/2018"], ("day_first", "decided_by_rows")),
        (["13/04/2018", "04/13/2018", "04/14/2018"], ("month_first", "decided_by_rows")),
    ],
)
def test_the_whole_file_decides_whether_the_day_comes_first(texts, order):
    evidence = DateEvidence()
    for text in texts:
        evidence.take(text)
    assert evidence.order == order


def test_currencies_and_postcodes_are_brought_into_one_form():
    assert [currency_of(cell) for cell in (None, " ", "£", "Sterling", "eur")] == ["GBP"] * 4 + ["EUR"]
    with pytest.raises(CellFault):
        currency_of("pounds sterling")
    assert [postcode_of(cell) for cell in ("dh1 1aa", "DH11AA ", "Durham", None)] == [
        "DH11AA",
        "DH11AA",
        None,
        None,
    ]
