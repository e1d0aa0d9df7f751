"""Texts of a query that become part of a call, and JSON as answers are written."""

from __future__ import annotations

import re
from typing import Any

import msgspec

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# A measure as a grouping's cell names it: the code, and where editions share it what tells them apart.
_CELL_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}(~[A-Za-z0-9._-]{1,64})?")
_JSON = msgspec.json.Encoder(decimal_format="number")


def json_bytes(value: Any) -> bytes:
    """The value as JSON; decimals of documents are written as the numbers that they were, exactly."""
    return _JSON.encode(value)


def as_code(text: str) -> str | None:
    """The text if it may be a code, else None."""
    return text if _CODE.fullmatch(text) else None


def as_cell_key(text: str) -> str | None:
    """The text if it may be the key of a cell, else None."""
    return text if _CELL_KEY.fullmatch(text) else None
