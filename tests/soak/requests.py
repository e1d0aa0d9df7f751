"""Requests that a service's OpenAPI document allows, nearly allows, or does not allow at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from cdp_common.kernel.identifiers import new_id
from tests.soak.api import Document, Operation, operations_of
from tests.soak.fitting import Fitting
from tests.soak.hostile import (
    BODIES,
    CONTENT_TYPES,
    FORM,
    HEADERS,
    KEYS,
    LONGEST_TEXT,
    QUERIES,
    TEXTS,
    TOKENS,
    Values,
    as_json,
    header_texts,
    misplaced,
    rude_bodies,
    scalars,
    seldom,
    short_texts,
    spoilt,
)

Headers = tuple[tuple[bytes, bytes], ...]

NOBODY = "nobody"


@dataclass(frozen=True)
class Request:
    """A request as it will be sent, less what only the moment of sending knows."""

    operation: Operation
    caller: str
    """Whose token it carries; nobody's, or one that stands among the headers already."""
    path: str
    query: str
    headers: Headers
    body: bytes | None
    etag_of: str | None
    """The path whose ETag of the moment it carries in `If-Match`, if any."""


class Requests:
    """Draws requests to one service by its document, knowing what stands in the scene."""

    def __init__(
        self, document: Document, values: Values, bodies: Mapping[str, Any], callers: Sequence[str]
    ) -> None:
        self._bodies, self._wrong = bodies, misplaced(values)
        self._callers = callers
        self._operations = operations_of(document)
        self._readable = {one.path for one in self._operations if one.method == "GET"}
        self._fitting = Fitting(document, values)

    def strategy(self) -> SearchStrategy[Request]:
        """Requests to any operation of the service."""
        return st.one_of(*[self._requests(operation) for operation in self._operations])

    def _requests(self, operation: Operation) -> SearchStrategy[Request]:
        readable = self._readable_above(operation.path)
        takes_etag = any(one["name"] == "If-Match" for one in operation.parameters("header"))

        def request(parts: Mapping[str, str], sends_etag: bool, **drawn: Any) -> Request:
            etag_of = _filled(readable, parts) if readable is not None and takes_etag and sends_etag else None
            return Request(operation, path=_filled(operation.path, parts), etag_of=etag_of, **drawn)

        return st.builds(
            request,
            parts=st.fixed_dictionaries({p["name"]: self._part(p) for p in operation.parameters("path")}),
            sends_etag=seldom(st.just(False), instead_of=st.just(True)),
            caller=st.sampled_from(self._callers),
            query=self._query(operation),
            headers=_headers(operation),
            body=self._body(operation),
        )

    def _readable_above(self, path: str) -> str | None:
        """The nearest path at or above this one that can be read."""
        steps = path.split("/")
        above = ("/".join(steps[:end]) for end in range(len(steps), 2, -1))
        return next((path for path in above if path in self._readable), None)

    def _part(self, parameter: Document) -> SearchStrategy[str]:
        fitting = self._fitting.value(parameter["schema"], parameter["name"]).map(str)
        texts = st.sampled_from([text for text in TEXTS if text]) | st.text(min_size=1, max_size=LONGEST_TEXT)
        return seldom(texts, instead_of=fitting)

    def _query(self, operation: Operation) -> SearchStrategy[str]:
        stated = operation.parameters("query")
        values = {
            one["name"]: seldom(scalars, instead_of=self._fitting.value(one["schema"], one["name"]))
            for one in stated
        }
        required = {one["name"] for one in stated if one.get("required")}
        pairs = st.fixed_dictionaries(
            {name: value for name, value in values.items() if name in required},
            optional={name: value for name, value in values.items() if name not in required},
        )
        strangers = seldom(st.dictionaries(short_texts, short_texts, max_size=2), instead_of=st.just({}))
        raw = seldom(st.sampled_from(QUERIES), instead_of=st.just(""))
        return st.builds(
            lambda pairs, strangers, raw: urlencode({**pairs, **strangers}, errors="replace") + raw,
            pairs,
            strangers,
            raw,
        )

    def _body(self, operation: Operation) -> SearchStrategy[bytes | None]:
        if operation.body is None:
            return seldom(st.sampled_from(BODIES), instead_of=st.none())
        media, schema = operation.body
        if media.startswith("text/"):
            return _files(str(self._bodies.get(operation.id, "")).encode())
        good = self._fitting.value(schema)
        if operation.id in self._bodies:
            accepted = st.just(self._bodies[operation.id])
            good = st.one_of(accepted, accepted, good)
        bad = good.flatmap(lambda document: spoilt(document, self._wrong))
        written = st.one_of(good, bad, bad).map(_as_form if media == FORM else as_json)
        return seldom(rude_bodies(), instead_of=written)


def _files(whole: bytes) -> SearchStrategy[bytes]:
    """The file itself, parts of it, and parts with something else in between."""
    ends = st.integers(0, len(whole))
    cut = st.builds(lambda end: whole[:end], ends)
    torn = st.builds(lambda at, rude, to: whole[:at] + rude + whole[to:], ends, rude_bodies(), ends)
    return st.one_of(st.just(whole), cut, torn, rude_bodies())


def _headers(operation: Operation) -> SearchStrategy[Headers]:
    usual = operation.body[0] if operation.body is not None else "application/json"
    media = seldom(st.sampled_from(CONTENT_TYPES), instead_of=st.just(usual))
    fresh_keys = st.builds(lambda: str(new_id()))
    keys = seldom(st.sampled_from(KEYS), instead_of=fresh_keys) if operation.method == "POST" else st.none()
    tokens = st.sampled_from(TOKENS).map(lambda token: [("Authorization", f"Bearer {token}")])
    strangers = st.lists(st.tuples(st.sampled_from(HEADERS), header_texts), max_size=3)
    more = seldom(tokens | strangers, instead_of=st.just([]))
    return st.builds(_written, media, keys, more)


def _written(media: str, key: str | None, more: Sequence[tuple[str, str]]) -> Headers:
    stated = [("Content-Type", media), *([] if key is None else [("Idempotency-Key", key)]), *more]
    return tuple((name.encode(), value.encode("latin-1", "replace")) for name, value in stated)


def _as_form(document: Any) -> bytes:
    fields = document if isinstance(document, dict) else {"": document}
    return urlencode({str(name): str(value) for name, value in fields.items()}, errors="replace").encode()


def _filled(path: str, parts: Mapping[str, str]) -> str:
    for name, value in parts.items():
        path = path.replace(f"{{{name}}}", quote(value, safe="", errors="replace"))
    return path
