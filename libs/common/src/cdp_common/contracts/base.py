"""The shapes that every API shares: exact decimals as text, money, pages, events."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, Generic, Literal, TypeVar
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import CoreSchema, PydanticKnownError, core_schema

from cdp_common.kernel.visible_text import unseen_in

Item = TypeVar("Item")


def uncoerced(schema: Any, owner: type | None = None) -> Any:
    """The same validation without guesses: 0 is no truth value, "12" no number, and 0 no day of 1970.

    Left to itself the library takes all of these, which the JSON Schema of the same model refuses. A contract
    within the `owner`'s validation is narrow already.
    """
    if isinstance(schema, list | tuple):
        return type(schema)([uncoerced(item, owner) for item in schema])
    if not isinstance(schema, dict):
        return schema
    kind = schema.get("type")
    if (
        kind == "model"
        and owner is not None
        and schema["cls"] is not owner
        and issubclass(schema["cls"], Contract)
    ):
        return schema
    narrowed = {
        # nearly all is a word or a number, for which nothing needs to be called
        key: uncoerced(value, owner)
        if isinstance(value, dict | list | tuple) and key not in _NO_SCHEMAS
        else value
        for key, value in schema.items()
    }
    if kind == "bool":
        narrowed["strict"] = True
    elif kind == "int":
        return core_schema.no_info_before_validator_function(_number, narrowed)
    elif kind == "date":
        return core_schema.no_info_before_validator_function(_written_day, narrowed)
    elif kind == "datetime":
        return core_schema.no_info_before_validator_function(partial(_written, "datetime_type"), narrowed)
    return narrowed


_NO_SCHEMAS = frozenset({"metadata", "serialization", "default", "config", "expected"})
"""Members of a validation's description that hold values, not validations."""


def _number(value: object) -> object:
    if isinstance(value, str | bool):
        raise PydanticKnownError("int_type")
    return value


def _written(fault: Literal["date_type", "datetime_type"], value: object) -> object:
    """The value if it is a day or a time, or written as one; a number of seconds is neither."""
    if isinstance(value, date) or (isinstance(value, str) and "-" in value[1:]):
        return value
    raise PydanticKnownError(fault)


class DayNotHeld(ValueError):
    """A day that PostgreSQL, as it is sent there, takes for no day but for minus or plus infinity."""

    code = "period_out_of_range"


_INFINITE_DAYS = frozenset({"0001-01-01", "9999-12-31"})


def _written_day(value: object) -> object:
    """The value if it is a day or written as one; some programs write the ends of the calendar for none."""
    if isinstance(value, str) and value[:10] in _INFINITE_DAYS:
        raise DayNotHeld("must lie between the first and the last day of the calendar; leave it out for none")
    return _written("date_type", value)


# A day in a query, taken only as it is written in a contract.
Day = Annotated[date, BeforeValidator(partial(_written, "date_type"))]
# A moment in a query, likewise, with its offset from UTC.
Moment = Annotated[AwareDatetime, BeforeValidator(partial(_written, "datetime_type"))]


class Contract(BaseModel):
    """A message on the wire: unknown fields are refused, values do not change after parsing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The model's own rules, made as narrow as the JSON Schema that describes them."""
        narrowed: CoreSchema = uncoerced(handler(source), cls)
        return narrowed


class TooManyDigits(ValueError):
    """A decimal has more digits than are kept exactly; refusals answer with this code."""

    code = "too_many_digits"


_PLAIN = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")


def decimal_from_text(value: object) -> Decimal:
    """The number that `DecimalText` states; raises `ValueError` for another spelling or too many digits."""
    if type(value) is str and _PLAIN.fullmatch(value):
        return Decimal(value)  # the usual case costs one search
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("a decimal is written as a string of digits, for example '12.5'")
    body = value[1:] if value.startswith("-") else value
    whole, _, fraction = body.partition(".")
    digits = whole + fraction
    plain = bool(whole) and digits.isascii() and digits.isdigit() and not value.endswith(".")
    if not plain:
        raise ValueError("a decimal is written as a string of digits, for example '12.5'")
    if len(digits.strip("0")) > 18:
        raise TooManyDigits("a decimal has at most 18 significant digits")
    return Decimal(value)


def _text_from_decimal(value: Decimal) -> str:
    return format(value, "f")


_DECIMAL_PATTERN = r"^-?[0-9]{1,18}(\.[0-9]{1,18})?$"


def _exact(pattern: str, example: str) -> tuple[BeforeValidator, PlainSerializer, WithJsonSchema]:
    return (
        BeforeValidator(decimal_from_text),
        PlainSerializer(_text_from_decimal, return_type=str, when_used="json"),
        WithJsonSchema({"type": "string", "pattern": pattern, "examples": [example]}),
    )


# A decimal string on the wire, an exact Decimal in code. JSON numbers are refused: they may have been floats.
DecimalText = Annotated[Decimal, *_exact(_DECIMAL_PATTERN, "12.5")]
# Pounds sterling as a decimal string, at most two places where the server writes it.
GbpText = Annotated[Decimal, *_exact(_DECIMAL_PATTERN, "1234.50")]
# Pounds of which there are never fewer than none, and of which there are always some.
GbpNotNegative = Annotated[Decimal, *_exact(_DECIMAL_PATTERN.replace("-?", ""), "1234.50"), Field(ge=0)]
GbpPositive = Annotated[
    Decimal, *_exact(_DECIMAL_PATTERN.replace("-?", "(?=.*[1-9])"), "1234.50"), Field(gt=0)
]
# A share or rate between 0 and 1 as a decimal string.
ShareText = Annotated[Decimal, *_exact(r"^(0(\.[0-9]{1,18})?|1(\.0{1,18})?)$", "0.25"), Field(ge=0, le=1)]

CODE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
AS_SENT: Mapping[str, Any] = {"as_sent": True}
"""The context in which what somebody sends is validated: it is held to more than what was kept before."""


class TextUnseen(ValueError):
    """A name holds a character that nobody sees, or that turns round what stands beside it."""

    code = "text_unseen"


def require_seen(text: str) -> str:
    """The name that somebody sends; raises `TextUnseen` where it holds such a character."""
    if (unseen := unseen_in(text)) is not None:
        raise TextUnseen(f"holds the character U+{ord(unseen):04X}, which cannot be seen there")
    return text


def _seen_where_sent(text: str, info: ValidationInfo) -> str:
    return require_seen(text) if info.context is AS_SENT else text


# Names, titles, labels, reasons. White space around it does not count, so there is something else in it.
ShortText = Annotated[
    str,
    StringConstraints(min_length=1, max_length=300, strip_whitespace=True),
    AfterValidator(_seen_where_sent),
    Field(json_schema_extra={"pattern": r"[^\s\u0085]"}),
]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]{1,2000}$")]  # RFC 3986: ASCII
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
DataStatus = Literal["actual", "synthetic_sample"]


class Money(Contract):
    """An amount of money: a decimal string beside its ISO 4217 currency."""

    amount: GbpText
    currency: Literal["GBP"] = "GBP"


class Page(Contract, Generic[Item]):
    """One page of a list; `next` is the link to the following page, null on the last."""

    items: list[Item]
    next: str | None = None

    @property
    def next_cursor(self) -> str | None:
        """The cursor in the link to the following page; None on the last."""
        cursors = parse_qs(urlsplit(self.next or "").query).get("cursor", [])
        return cursors[0] if cursors else None


class ActedBy(Contract):
    """Who did it, for whomever it was done: a client, its own organisation, and a person if one signed in."""

    organisation_id: UUID  # the client's own; another one where it acted by a delegation
    client_id: str | None  # null in what was recorded before it was kept
    person_id: UUID | None


class IdBatch(Contract):
    """A batch read: the ids whose records are wanted, at most 200 in one call."""

    ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]


class Batch(Contract, Generic[Item]):
    """The records found for a batch read, and the ids for which there is none that the caller may see."""

    items: list[Item]
    missing: list[UUID]


class EventActor(ActedBy):
    """Who did what an event tells of, and for whom."""

    acted_for: UUID  # the organisation that the token named: the client's own, or one that lets it act
    is_person_asserted: bool = False  # whether the client alone says who the person was


class EventEnvelope(Contract):
    """One committed event of a service's feed, at its gapless position."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: UUID
    position: int
    type: str
    occurred_at: datetime
    effective_on: date | None = None
    aggregate_type: str
    aggregate_id: UUID
    aggregate_version: int
    place_id: UUID | None = None
    data: Mapping[str, Any]
    traceparent: str | None = None
    # For the two organisations, programme managers of the place and the platform's services; null for others,
    # and where nobody signed in.
    actor: EventActor | None = None


class EventPage(Contract):
    """Events after a position, in order; `next_after` is the position to ask for next."""

    items: list[EventEnvelope]
    next_after: int
