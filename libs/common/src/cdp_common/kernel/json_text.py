"""JSON text with exact numbers: decimals are written as they are, never through binary fractions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Written:
    """A part of a document that is JSON text already and goes in as it is, byte for byte."""

    text: str


def json_text(value: Any) -> str:
    """The value as JSON without spaces, members in their order.

    Takes mappings with text keys, lists, tuples, texts, whole numbers, decimals, truth values, None and
    `Written`. Raises TypeError for anything else (a binary fraction among it), ValueError for a decimal
    that is no number.
    """
    if isinstance(value, Written):
        return value.text
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json_text(name)}:{json_text(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(json_text(item) for item in value) + "]"
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("JSON has no such number")
        return format(value, "f")
    if value is None or isinstance(value, str | bool | int):
        return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"{type(value).__name__} is not written as JSON")


def json_value(text: str) -> Any:
    """What the text says, with every fraction as an exact decimal. Raises ValueError for what is no JSON."""
    return json.loads(text, parse_float=Decimal)
