"""The canonical JSON of an edition and the hash that names it for ever."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from toms_engine.domain.edition import EditionContent

Plain = str | int | bool | None | list["Plain"] | dict[str, "Plain"]


def edition_hash(content: EditionContent) -> str:
    """The SHA-256 of the edition's canonical JSON, in lower-case hexadecimal."""
    return sha256(canonical_json(plain(content))).hexdigest()


def canonical_json(value: Plain) -> bytes:
    """JSON with sorted keys and no white space, as UTF-8: the same bytes for the same content."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def plain(value: Any) -> Plain:
    """The JSON form of a domain value; members that hold their default are left out.

    Leaving defaults out keeps the hash of an old pack when a later pack format gains an optional member.
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if is_dataclass(value):
        return _plain_fields(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def decimal_text(value: Decimal) -> str:
    """The digits of a decimal without an exponent; zero has no sign."""
    return format(value if value else abs(value), "f")


def _plain_fields(value: Any) -> dict[str, Plain]:
    members = ((field, getattr(value, field.name)) for field in fields(value))
    return {field.name: plain(item) for field, item in members if not _is_default(field, item)}


def _is_default(field: Field[Any], item: object) -> bool:
    return field.default is not MISSING and bool(field.default == item)
