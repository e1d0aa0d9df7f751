"""How single values are written and read."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from gateway.schema.scalars import (
    SCALARS,
    BigInt,
    date_time_text,
    decimal_text,
    parse_big_int,
    parse_date,
    parse_date_time,
    parse_decimal,
    parse_uuid,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1234.50"), "1234.50"),
        (Decimal("0.00000000"), "0.00000000"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.10"), "-0.10"),
        (Decimal("123456789012345678.12"), "123456789012345678.12"),
    ],
)
def test_a_decimal_is_written_without_an_exponent(value: Decimal, text: str) -> None:
    assert decimal_text(value) == text


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=2))
def test_a_decimal_is_read_back_exactly(value: Decimal) -> None:
    assert parse_decimal(decimal_text(value)) == value


@pytest.mark.parametrize(
    "value", [1, 1.5, True, None, "", "1e3", "NaN", "1.", ".5", "+1", "1,5", "١", "1" * 19]
)
def test_what_is_not_a_decimal_string_is_refused(value: Any) -> None:
    with pytest.raises(GraphQLError):
        parse_decimal(value)


def test_a_date_is_year_month_day() -> None:
    assert parse_date("2026-04-01") == date(2026, 4, 1)
    assert SCALARS[date].serialize(date(2026, 4, 1)) == "2026-04-01"  # type: ignore[misc]  # the library's field may be None


@pytest.mark.parametrize("value", ["20260401", "2026-W14-3", "2026-02-30", "2026-4-1", "", 20260401, None])
def test_what_is_not_a_day_is_refused(value: Any) -> None:
    with pytest.raises(GraphQLError):
        parse_date(value)


def test_a_moment_is_written_in_utc() -> None:
    london = timezone(timedelta(hours=1))
    assert date_time_text(datetime(2026, 7, 20, 10, 30, tzinfo=london)) == "2026-07-20T09:30:00Z"


@pytest.mark.parametrize(
    "text", ["2026-07-20T09:30:00Z", "2026-07-20T10:30:00+01:00", "2026-07-20t09:30:00.000z"]
)
def test_a_moment_is_read_with_its_offset(text: str) -> None:
    assert parse_date_time(text) == datetime(2026, 7, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    ["2026-07-20T09:30:00", "2026-07-20", "2026-07-20 09:30:00Z", "2026-13-01T00:00:00Z", "", 0, None],
)
def test_a_moment_without_an_offset_or_outside_the_calendar_is_refused(value: Any) -> None:
    with pytest.raises(GraphQLError):
        parse_date_time(value)


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_utc_cannot_express_is_refused(value: str) -> None:
    with pytest.raises(GraphQLError):
        parse_date_time(value)


def test_a_big_int_is_a_string_of_digits() -> None:
    assert SCALARS[BigInt].serialize(5_000_000_000) == "5000000000"  # type: ignore[misc]  # as above
    assert parse_big_int("5000000000") == 5_000_000_000
    for value in (5, "5.0", "", "x", None):
        with pytest.raises(GraphQLError):
            parse_big_int(value)


def test_a_uuid_is_one_or_is_refused() -> None:
    text = "01890000-0000-7000-8000-000000000001"
    assert parse_uuid(text) == UUID(text)
    for value in ("x", "", 7, None):
        with pytest.raises(GraphQLError):
            parse_uuid(value)
