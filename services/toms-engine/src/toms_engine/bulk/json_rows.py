"""Rows of JSON Lines: one object a line, with the fields of a line of `POST /v1/valuations`."""

import json
from typing import Any

import polars as pl

from cdp_common.kernel.errors import FieldError
from cdp_common.kernel.json_text import MemberRepeated, members_once
from toms_engine.bulk.reading import MOST_ROW_BYTES, RowReader, refusal
from toms_engine.bulk.rows import FIELDS, Refusal, Rows

_KNOWN = frozenset(FIELDS)
_WHOLE_NUMBERS = "headcount"
_SCHEMA = {"row": pl.Int64, "is_plain": pl.Boolean, **dict.fromkeys(FIELDS, pl.String)}
_NOTHING = (None,) * len(FIELDS)


class JsonLinesReader(RowReader):
    """Reads JSON Lines; a row with a value that is not text is given to its contract as it stands.

    Blank lines are left out, though they count.
    """

    def _split(self, data: bytes, *, is_last: bool) -> tuple[Rows, bytes]:
        end = data.rfind(b"\n") + 1
        documents: list[bytes] = []
        read: list[tuple[Any, ...]] = []
        refused: list[Refusal] = []
        for line in data[:end].split(b"\n")[:-1]:
            row = self._numbered()
            if not line.strip():
                continue
            stated, fault = _object(line)
            if fault is not None:
                refused.append(Refusal(row, None, (fault,)) if fault.pointer else refusal(row, fault.code))
                continue
            beside = [stated.pop(name, None) for name in self._extra]
            texts = _texts(stated)
            named = (one if isinstance(one, str) else None for one in beside)
            read.append((row, texts is not None, *(texts or _NOTHING), *named))
            documents.append(json.dumps(stated).encode() if self._extra else line)
        schema = {**_SCHEMA, **dict.fromkeys(self._extra, pl.String)}
        frame = pl.DataFrame(read, schema=schema, orient="row")
        return Rows(frame, documents.__getitem__, refused), data[end:]


def _object(line: bytes) -> tuple[dict[str, Any], FieldError | None]:
    """The object that a line states, or the fault for which it is refused."""
    if len(line) > MOST_ROW_BYTES:
        return {}, FieldError("", "row_too_long", "")
    try:
        stated = json.loads(line.decode(), object_pairs_hook=members_once)
    except UnicodeDecodeError:
        return {}, FieldError("", "text_not_utf8", "")
    except MemberRepeated as fault:
        return {}, FieldError("", fault.code, "")
    except (ValueError, RecursionError):
        return {}, FieldError("", "malformed_json", "")
    if not isinstance(stated, dict):
        return {}, FieldError("", "wrong_type", "")
    if b"\\u" in line:
        for name, value in stated.items():
            if isinstance(value, str) and any(_is_unusable(letter) for letter in value):
                words = "holds a character that cannot be stored"
                return {}, FieldError(f"/{name}" if name in _KNOWN else "/", "text_unusable", words)
    return stated, None


def _is_unusable(letter: str) -> bool:
    return letter == "\x00" or "\ud800" <= letter <= "\udfff"


def _texts(stated: dict[str, Any]) -> tuple[str | None, ...] | None:
    """The fields as text, in their order; None where one is unknown or not text."""
    number = stated.get(_WHOLE_NUMBERS)
    if type(number) is int:
        stated = {**stated, _WHOLE_NUMBERS: str(number)}
    if not _KNOWN.issuperset(stated):
        return None
    texts = tuple(map(stated.get, FIELDS))
    return texts if all(text is None or type(text) is str for text in texts) else None
