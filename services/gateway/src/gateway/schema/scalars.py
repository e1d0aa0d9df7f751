"""The graph's scalars: what stands for one value, and how exactly it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NewType
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

BigInt = NewType("BigInt", int)
"""A whole number that may not fit the 32 bits of `Int`."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})")


def decimal_text(value: Decimal) -> str:
    """An exact decimal without an exponent."""
    return format(value, "f")


def parse_decimal(value: Any) -> Decimal:
    """A decimal from a string of digits; numbers are refused, for they may have been floats."""
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,18}(\.\d{1,18})?", value, re.ASCII):
        raise GraphQLError('A Decimal is a string of digits, for example "12.5".')
    return Decimal(value)


def parse_date(value: Any) -> date:
    """A calendar day as YYYY-MM-DD."""
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError as fault:
            raise GraphQLError("A Date is a day of the calendar.") from fault
    raise GraphQLError("A Date reads YYYY-MM-DD.")


def date_time_text(value: datetime) -> str:
    """A moment in RFC 3339, in UTC."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_date_time(value: Any) -> datetime:
    """A moment from RFC 3339; without an offset it would not say which moment is meant."""
    if isinstance(value, str) and _DATE_TIME.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError) as fault:
            raise GraphQLError("A DateTime is a moment of the calendar.") from fault
    raise GraphQLError("A DateTime reads as in RFC 3339, with an offset or Z.")


def parse_uuid(value: Any) -> UUID:
    """An id of the REST APIs."""
    if isinstance(value, str):
        try:
            return UUID(value)
        except ValueError as fault:
            raise GraphQLError("A UUID reads as in RFC 9562.") from fault
    raise GraphQLError("A UUID reads as in RFC 9562.")


def parse_big_int(value: Any) -> int:
    """A whole number from a string of digits."""
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,19}", value, re.ASCII):
        raise GraphQLError("A BigInt is a string of digits.")
    return int(value)


SCALARS: Mapping[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description="An exact decimal number, written as a string of digits such as `1234.50`.",
        serialize=decimal_text,
        parse_value=parse_decimal,
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar day, written YYYY-MM-DD.",
        serialize=date.isoformat,
        parse_value=parse_date,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in RFC 3339, written in UTC.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=date_time_text,
        parse_value=parse_date_time,
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description="An id of the REST APIs.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc9562",
        serialize=str,
        parse_value=parse_uuid,
    ),
    BigInt: strawberry.scalar(
        name="BigInt",
        description="A whole number of up to 64 bits, written as a string of digits.",
        serialize=str,
        parse_value=parse_big_int,
    ),
}
