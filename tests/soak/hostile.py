"""What nobody should send: values at the borders of types, formats and encodings, bodies that are none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Values = Mapping[str, list[str]]
"""Values that exist in the scene, by the name under which requests send them."""

FORM = "application/x-www-form-urlencoded"
LONGEST_TEXT = 40

DATES = ["0001-01-01", "1899-12-31", "1900-01-01", "2000-02-29", "2200-12-31", "2201-01-01", "9999-12-31"]
TIMES = [
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "1970-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-14:00",
]
DECIMALS = ["0", "-0", "1", "0.005", "-0.000000000000000001", "1.999999999999999999", "999999999999999999"]
TEXTS = ["", " ", "\x00", "\ud800", "a\u202eb", "%00", "' OR 1=1 --", "../../etc", "A" * 5000, "\U0001f4a9"]
SCALARS: list[Any] = [
    *(*TEXTS, *DATES, *TIMES, *DECIMALS),
    *(None, True, False, 0, -1, 2**31, 2**63, 10**400, 1e308, 1e-320, 0.1, float("nan"), float("inf")),
    *([], {}, [[]], [None], {"": ""}),
]
BODIES = [
    *(b"", b"{", b"null", b"[]", b'"', b"\xff\xfe", b"\xef\xbb\xbf{}", b"1e999", b"NaN", b"\x00"),
    *(b"[" * 20_000, b'{"a":' * 5_000, b"9" * 5_000, b'{"a":1,"a":2}', b'"\\ud800"'),
]
CONTENT_TYPES = [
    *("", "a/b/c", "text/plain", "application/xml", "application/json;", "application/json; charset=utf-7"),
    *(FORM, "multipart/form-data", "multipart/form-data; boundary=x"),
]
TOKENS = ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "\xff", "A" * 5000]
KEYS = ["", "x", "A" * 22, '"', "A" * 129, "\xe9" * 22, f'"{"B" * 30}"']
HEADERS = [
    *("If-Match", "If-None-Match", "X-Request-Id", "traceparent", "tracestate", "baggage", "Accept"),
    *("Content-Length", "Content-Encoding", "Transfer-Encoding", "Expect", "Host", "Cookie", "Forwarded"),
    "Authorization",
]
HEADER_TEXTS = [
    *("", "*", '"x"', 'W/"x"', "-1", "gzip", "chunked", "00-x-y-z", "a" * 9000, "Bearer", "Basic eA=="),
]
QUERIES = ["%", "%ff", "&&=", "a[]=1", "%00=%00", "?", "limit=1&limit=2", "limit=9" + "9" * 400]

scalars = st.sampled_from(SCALARS)
short_texts = st.text(max_size=8)
anything = st.recursive(
    scalars | st.text(max_size=LONGEST_TEXT) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(short_texts, inner, max_size=4),
    max_leaves=8,
)
header_texts = st.sampled_from(HEADER_TEXTS) | st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30
)
_once_or_twice, _one_of_six = st.integers(1, 2), st.integers(0, 5)
_changes = st.sampled_from(["deeper", "deeper", "deeper", "gone", "twice", "stranger"])


def seldom(other: SearchStrategy[Any], *, instead_of: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Once in ten times the other."""
    return st.integers(0, 9).flatmap(lambda drawn: other if drawn == 9 else instead_of)


def rude_bodies() -> SearchStrategy[bytes]:
    """Bodies that are not what the operation takes, if they are anything."""
    return st.sampled_from(BODIES) | st.binary(max_size=60) | anything.map(as_json)


def as_json(document: Any) -> bytes:
    """A document as it is sent; what JSON has no word for goes out as Python writes it."""
    return json.dumps(document).encode()


def misplaced(values: Values) -> SearchStrategy[Any]:
    """What may stand where it should not: anything at all, or what would be right elsewhere."""
    return st.one_of(scalars, anything, st.sampled_from(sorted(set(chain.from_iterable(values.values())))))


@st.composite
def spoilt(draw: st.DrawFn, document: Any, wrong: SearchStrategy[Any]) -> Any:
    """A document in which one or two things are not as they should be."""
    spoiled = json.loads(json.dumps(document))
    for _ in range(draw(_once_or_twice)):
        spoiled = _spoil(draw, spoiled, wrong)
    return spoiled


def _spoil(draw: st.DrawFn, document: Any, wrong: SearchStrategy[Any]) -> Any:
    """The document with one place changed, found by going down at random."""
    if not isinstance(document, dict | list) or not document or draw(_one_of_six) == 0:
        return draw(wrong)
    places = sorted(document) if isinstance(document, dict) else list(range(len(document)))
    place = draw(st.sampled_from(places))
    what = draw(_changes)
    if what == "gone":
        del document[place]
    elif what == "twice" and isinstance(document, list):
        document.append(document[place])
    elif what == "stranger" and isinstance(document, dict):
        document[draw(short_texts)] = draw(scalars)
    else:
        document[place] = _spoil(draw, document[place], wrong)
    return document
