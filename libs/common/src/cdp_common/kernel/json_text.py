"""JSON text with exact numbers: decimals are written as they are, never through binary fractions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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


class MemberRepeated(ValueError):
    """An object names a member twice: which of the two holds, every reader decides for itself."""

    code = "member_repeated"


def members_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The members of an object, as the `object_pairs_hook` of whoever reads what others send.

    Raises `MemberRepeated` (RFC 8259, section 4; I-JSON, RFC 7493, section 2.3, forbids it).
    """
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MemberRepeated("an object names a member more than once")
    return members


def surely_repeats_none(body: bytes, content: bytes) -> bool:
    """Whether it is certain without reading JSON once more that it repeats no member; False says nothing.

    `content` is what was read of it, with the last of what is repeated, written without spaces and with no
    escapes but needed ones. What a colon stands for in it, one stands for in the body: every member that it
    has, and every colon in its texts, unless the body spells that as an escape. One more is in the body for
    each member that is repeated.
    """
    spells_colons = b"\\" in body and b"\\u003" in body
    return not spells_colons and body.count(b":") == content.count(b":")


def json_value(text: str) -> Any:
    """What the text says, with every fraction as an exact decimal. Raises ValueError for what is no JSON."""
    return json.loads(text, parse_float=Decimal)
