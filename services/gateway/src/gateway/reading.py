"""What the services answered, read without checking again what they checked when they wrote it.

A contract is made for what comes from outside: patterns, lengths, exact decimals, in rules written in Python.
What one of our own services answers fits it already. Here each contract has a twin, made of its fields, that
is filled straight from the JSON: types are still right, so that garbage is noticed, and everything else is
taken on trust. The twins have the fields and properties of their contracts and none of their methods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property, partial
from types import UnionType
from typing import Annotated, Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin
from uuid import UUID

import msgspec
from pydantic import AwareDatetime, BaseModel, JsonValue
from pydantic.fields import FieldInfo

_AS_PLAIN: Mapping[Any, Any] = {AwareDatetime: datetime, JsonValue: Any}
_PLAIN = frozenset({Any, type(None), str, bool, int, Decimal, date, datetime, UUID})
_UNCHANGING = frozenset({type(None), str, bool, int, Decimal})
"""Types of defaults that need no copy."""

# What is read out of JSON cannot hold itself: the collector need not look through it.
_AS_READ: Final[Any] = {"frozen": True, "kw_only": True, "gc": False}

Body = TypeVar("Body", bound=BaseModel)


def trusted(answer: type[Body], body: bytes) -> Body:
    """The answer of one of our own services; raises `ValueError` where a type does not fit."""
    return cast("Body", _decoder(answer).decode(body))


@cache
def _decoder(answer: type[BaseModel]) -> msgspec.json.Decoder[Any]:
    # Numbers of documents without a contract of ours stay exact: amounts are no floats.
    return msgspec.json.Decoder(twin_of(answer), float_hook=Decimal)


@cache
def twin_of(contract: type[BaseModel], tag: str | None = None) -> type[msgspec.Struct]:
    """A struct with the fields of a contract, and with its properties.

    `tag` names the field by whose one value the contract is told from the others of a union.
    """
    fields = [_field(name, field) for name, field in contract.model_fields.items() if name != tag]
    namespace = _properties(contract)
    if tag is None:
        return msgspec.defstruct(contract.__name__, fields, namespace=namespace, **_AS_READ)
    value = get_args(contract.model_fields[tag].annotation)[0]
    return msgspec.defstruct(
        contract.__name__,
        fields,
        namespace={**namespace, tag: value},
        **_AS_READ,
        tag_field=tag,
        tag=value,
    )


def _field(name: str, field: FieldInfo) -> tuple[str, Any, Any]:
    kind = _twin(field.annotation)
    if field.is_required():
        return name, kind, msgspec.field(name=field.alias)
    if field.default_factory is None and type(field.default) in _UNCHANGING:
        return name, kind, msgspec.field(default=field.default, name=field.alias)
    is_empty_list = field.default_factory is None and field.default == []
    made = list if is_empty_list else field.default_factory or partial(copy, field.default)
    return name, kind, msgspec.field(default_factory=cast("Any", made), name=field.alias)


def _twin(annotation: Any) -> Any:
    """The type with contracts replaced by their twins and constraints left out."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return twin_of(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _twin(arguments[0])
    if origin in (Union, UnionType):
        return _union(arguments)
    if origin in (list, dict, tuple, set, frozenset, Mapping):
        kind = dict if origin is Mapping else origin
        return kind[tuple(one if one is ... else _twin(one) for one in arguments)]
    if annotation in _AS_PLAIN:
        return _AS_PLAIN[annotation]
    if origin is not Literal and annotation not in _PLAIN:
        raise TypeError(f"{annotation} is not read on trust")
    return annotation


def _union(members: tuple[Any, ...]) -> Any:
    contracts = [one for one in members if isinstance(one, type) and issubclass(one, BaseModel)]
    tag = _tag(contracts) if len(contracts) > 1 else None
    twins = [twin_of(one, tag) if one in contracts else _twin(one) for one in members]
    return Union[tuple(twins)]  # noqa: UP007 - what it is a union of is known only here


def _tag(contracts: Sequence[type[BaseModel]]) -> str:
    """The field that is one literal in each of the contracts."""
    first = contracts[0].model_fields
    literal = (name for name, field in first.items() if get_origin(field.annotation) is Literal)
    return next(name for name in literal if all(name in one.model_fields for one in contracts))


def _properties(contract: type[BaseModel]) -> dict[str, Any]:
    own = [one for one in contract.__mro__ if issubclass(one, BaseModel) and one is not BaseModel]
    return {
        name: value
        for one in reversed(own)
        for name, value in vars(one).items()
        if isinstance(value, (property, cached_property)) and not name.startswith("_")
    }
