"""Keyset paging: a page starts after the last row of the one before, however many rows come or go between."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, UnaryExpression, and_, literal, or_, tuple_
from sqlalchemy.sql.operators import desc_op
from sqlalchemy.types import TypeDecorator

from cdp_common.kernel.errors import BadRequest

MAX_CURSOR_CHARS = 2_048  # a name of 300 letters, whatever their script, fits
MAX_LIMIT = 1_000
MAX_DECIMAL_EXPONENT = 40

SortValue = str | int | bool | Decimal | datetime | date | UUID
"""What rows may be sorted by; never null."""

RowT = TypeVar("RowT")
Rows = TypeVar("Rows", bound=Select[Any])


class CursorInvalid(BadRequest):
    """The cursor is not one that this list gave out."""

    code = "cursor_invalid"
    title = "The cursor is not valid"


def encode_cursor(values: Sequence[SortValue]) -> str:
    """The place after a row with these sort values, as opaque text for a URL."""
    document = json.dumps([_tagged(value) for value in values], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(document.encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> list[SortValue]:
    """The sort values of a cursor made by `encode_cursor`."""
    if len(cursor) > MAX_CURSOR_CHARS:
        raise CursorInvalid("the cursor is too long")
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        document = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return [_READERS[kind](value) for kind, value in document]
    except (binascii.Error, ValueError, TypeError, KeyError, InvalidOperation, RecursionError) as problem:
        raise CursorInvalid("the cursor is not one that this list gave out") from problem


def keyset(query: Rows, columns: Sequence[ColumnElement[Any]], cursor: str | None, limit: int) -> Rows:
    """The query for one page: sorted by the columns, starting after the cursor, with one row to spare.

    The columns are not nullable, unique together, and may be `.desc()`. Cut the result with `cut_page`.
    """
    if not 1 <= limit <= MAX_LIMIT:
        raise ValueError(f"a page has 1 to {MAX_LIMIT} rows")
    if cursor is not None:
        values = decode_cursor(cursor)
        if [type(value) for value in values] != [_python_type(column) for column in columns]:
            raise CursorInvalid("the cursor belongs to another list")
        query = query.where(_after(columns, values))
    return query.order_by(*columns).limit(limit + 1)


def cut_page(
    rows: Sequence[RowT], limit: int, sort_values: Callable[[RowT], Sequence[SortValue]]
) -> tuple[list[RowT], str | None]:
    """The page's rows and the cursor of the next page, none when this is the last."""
    if len(rows) <= limit:
        return list(rows), None
    return list(rows[:limit]), encode_cursor(sort_values(rows[limit - 1]))


def _after(columns: Sequence[ColumnElement[Any]], values: Sequence[SortValue]) -> ColumnElement[bool]:
    """Rows that sort after the values."""
    descending = [_descends(column) for column in columns]
    plain = [_plain(column) for column in columns]
    if len(set(descending)) == 1:
        # A comparison of rows is one range of an index; the alternatives below are not.
        bound = tuple_(*(literal(value, column.type) for column, value in zip(plain, values, strict=True)))
        return tuple_(*plain) < bound if descending[0] else tuple_(*plain) > bound
    alternatives = []
    for depth, (column, value) in enumerate(zip(plain, values, strict=True)):
        equal = [earlier == values[index] for index, earlier in enumerate(plain[:depth])]
        alternatives.append(and_(*equal, column < value if descending[depth] else column > value))
    return or_(*alternatives)


def _descends(column: ColumnElement[Any]) -> bool:
    return isinstance(column, UnaryExpression) and column.modifier is desc_op


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column without its direction."""
    return column.element if isinstance(column, UnaryExpression) and column.modifier else column


def _python_type(column: ColumnElement[Any]) -> type:
    kind = _plain(column).type
    return kind.impl_instance.python_type if isinstance(kind, TypeDecorator) else kind.python_type


def _tagged(value: SortValue) -> tuple[str, str | int | bool]:
    match value:
        case bool():
            return "b", value
        case int():
            return "i", value
        case str():
            return "s", value
        case UUID():
            return "u", str(value)
        case Decimal():
            return "d", str(value)
        case datetime():
            return "t", value.astimezone(UTC).isoformat()
        case date():
            return "y", value.isoformat()


def _read_bool(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("not a boolean")
    return value


def _read_int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise ValueError("not a 64-bit integer")
    return value


def _read_str(value: object) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not a text that PostgreSQL holds")
    value.encode()  # refuses half of a surrogate pair, which cannot be sent
    return value


def _read_uuid(value: object) -> UUID:
    if not isinstance(value, str):
        raise ValueError("not an id")
    return UUID(value)


def _read_decimal(value: str) -> Decimal:
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > MAX_DECIMAL_EXPONENT:
        raise ValueError("not a number of a size that is stored")
    return number


def _read_datetime(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("not an aware time")
    return moment


_READERS: dict[str, Callable[[Any], SortValue]] = {
    "b": _read_bool,
    "i": _read_int,
    "s": _read_str,
    "u": _read_uuid,
    "d": _read_decimal,
    "t": _read_datetime,
    "y": date.fromisoformat,
}
