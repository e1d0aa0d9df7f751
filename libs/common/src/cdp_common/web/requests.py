"""What every route asks of a request before its own rules: known parameters, a JSON body, storable text."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice
from types import UnionType
from typing import Annotated, Any, NoReturn, Union, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Form, Query
from pydantic import TypeAdapter, ValidationError
from starlette.types import Scope

from cdp_common.contracts.base import AS_SENT, TextUnseen
from cdp_common.kernel.errors import BadRequest, FieldError, InvalidInput, UnsupportedMedia
from cdp_common.kernel.json_text import MemberRepeated, members_once
from cdp_common.web.pointers import MAX_FAULTS, escaped, field_errors
from cdp_common.web.problems import BodyMalformed

READ_AT_ONCE_BYTES = 256 * 1024
"""A longer body is read once more beside the event loop: 8 MiB take it four tenths of a second."""

# An escaped NUL, an escaped surrogate; unescaped, a surrogate begins with \xed in UTF-8.
_ESCAPED_UNUSABLE_TEXT = (b"\\u0000", b"\\ud", b"\\uD")
# What `unseen_in` looks at, as JSON escapes it and as UTF-8 has it: never too little, now and then too much.
_ESCAPED_UNSEEN = re.compile(
    rb"\\(?:[bf]|u(?:00(?:[01]|7f|[89]|ad)|034f|061c|115f|1160|17b|180|20[06]|202[89a-e]|3164|f[ef]|d8[23]|db))",
    re.IGNORECASE,
)
_UNSEEN = re.compile(
    rb"\xc2[\x80-\x9f\xad]|\xcd\x8f|\xd8\x9c|\xe1[\x85\x9e\xa0]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]"
    rb"|\xe3\x85|\xef[\xb8\xbb\xbe\xbf]|\xf0[\x9b\x9d]|\xf3\xa0"
)
_ASCII = bytes(range(0x80))


class UnknownQueryParameter(BadRequest):
    """The operation has no such query parameter."""

    code = "unknown_query_parameter"
    title = "The operation has no such query parameter"


class RepeatedQueryParameter(BadRequest):
    """A query parameter that takes one value was given several."""

    code = "repeated_query_parameter"
    title = "A query parameter is given more than once"


class MediaTypeUnsupported(UnsupportedMedia):
    """The body is not in the format that the operation reads."""

    code = "unsupported_media_type"
    title = "The body's format is not supported"


class TextUnusable(InvalidInput):
    """A text holds a character that cannot be stored: NUL or half of a surrogate pair."""

    code = "text_unusable"
    title = "A text holds a character that cannot be stored"


class BodyRepeatsMembers(BadRequest):
    """An object in the body names a member twice, and two readers may take another of the two."""

    code = MemberRepeated.code
    title = "An object names a member more than once"


class NameUnseen(InvalidInput):
    """A name holds a character that nobody sees, or that turns round what stands beside it."""

    code = TextUnseen.code
    title = "A name holds a character that cannot be seen"


def route_of(scope: Scope) -> Any | None:
    """The route that answers this request, as the application includes it; None before routing."""
    included = scope.get("fastapi", {}).get("effective_route_context")
    return included if included is not None else scope.get("route")


def operation_of(request: Request) -> str:
    """The id of the operation that answers this request, as the OpenAPI document names it."""
    return str(getattr(route_of(request.scope), "unique_id", ""))


def exact_json(body: bytes | str) -> Any:
    """JSON with its numbers kept exact (`Decimal`); refuses what is none, and members that are repeated."""
    try:
        return json.loads(
            body, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=members_once
        )
    except MemberRepeated as fault:
        errors = tuple(islice(_repeated_members(body), MAX_FAULTS))
        words = "An object names a member more than once: which one holds is not for us to say."
        raise BodyRepeatsMembers(words, errors=errors) from fault
    except (ValueError, RecursionError) as fault:
        raise BodyMalformed("The body is not valid JSON.") from fault


@dataclass(frozen=True)
class _Expected:
    """What one route reads of a request."""

    single: frozenset[str]
    repeatable: frozenset[str]
    media_type: str | None
    body: Any
    """The type into which a JSON body is read."""

    @cached_property
    def as_sent(self) -> TypeAdapter[Any]:
        """Reads the body as the route does; made when a body gives reason to look closer."""
        return TypeAdapter(self.body)


class StrictRequest:
    """The dependency that `create_service` puts before every route."""

    def __init__(self) -> None:
        # Routes live as long as the application; holding one keeps its id from being reused.
        self._expected: dict[int, tuple[Any, _Expected]] = {}

    async def __call__(self, request: Request) -> None:
        """Refuse what the route would otherwise ignore or store badly."""
        expected = self._expected_by(route_of(request.scope))
        _check_query(request, expected)
        _check_text(request.path_params.values(), "{path}")
        if expected.media_type is not None and _has_body(request):
            _check_media_type(request.headers.get("content-type", ""), expected.media_type)
            if _is_json(expected.media_type):
                await _check_json(request, expected)

    def _expected_by(self, route: Any) -> _Expected:
        known = self._expected.get(id(route))
        if known is None:
            known = self._expected[id(route)] = (route, _expected_by(route))
        return known[1]


def _expected_by(route: Any) -> _Expected:
    fields = [field for field in get_flat_params(route.dependant) if isinstance(field.field_info, Query)]
    repeatable = {field.alias for field in fields if _is_sequence(field.field_info.annotation)}
    single = {field.alias for field in fields} - repeatable
    media_type = body = None
    if route.body_field is not None and not isinstance(route.body_field.field_info, Form):
        media_type, body = str(route.body_field.field_info.media_type), route.body_field.field_info.annotation
    return _Expected(frozenset(single), frozenset(repeatable), media_type, body)


def _is_sequence(annotation: object) -> bool:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _is_sequence(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return any(_is_sequence(arm) for arm in get_args(annotation))
    kind = origin or annotation
    return isinstance(kind, type) and issubclass(kind, (Sequence, Set)) and not issubclass(kind, (str, bytes))


def _check_query(request: Request, expected: _Expected) -> None:
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        if name not in expected.single and name not in expected.repeatable:
            known = ", ".join(sorted(expected.single | expected.repeatable)) or "none"
            raise UnknownQueryParameter(f"This operation's query parameters are: {known}.")
        if name in seen and name in expected.single:
            fault = FieldError(f"?{name}", "repeated", "may be given once")
            raise RepeatedQueryParameter("A query parameter is given more than once.", errors=[fault])
        seen.add(name)
        _check_text((value,), f"?{name}")


def _check_text(values: Any, pointer: str) -> None:
    if any(isinstance(value, str) and not _is_storable(value) for value in values):
        fault = FieldError(pointer, "text_unusable", "holds a character that cannot be stored")
        raise TextUnusable("A text holds a character that cannot be stored.", errors=[fault])


def _is_storable(text: str) -> bool:
    # PostgreSQL's text takes neither NUL nor half of a surrogate pair.
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _is_json(media_type: str) -> bool:
    kind, _, subtype = media_type.partition("/")
    return kind == "application" and (subtype == "json" or subtype.endswith("+json"))


def _check_media_type(header: str, expected: str) -> None:
    stated, *parameters = (part.strip().lower() for part in header.split(";"))
    fits = _is_json(stated) if _is_json(expected) else stated == expected
    charsets = [part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")]
    if not fits or any(charset != "utf-8" for charset in charsets):
        raise MediaTypeUnsupported(f"This operation reads {expected} in UTF-8.")


def is_plain_json(request: Request, body: bytes) -> bool:
    """Whether the request is of the usual form: no query, JSON by its name, text that can be stored.

    A route that takes such requests at once leaves the others to the checks that come before every route.
    """
    return (
        not request.scope["query_string"]
        and request.headers.get("content-type") == "application/json"
        and b"\x00" not in body
        and not _may_hold_unusable_text(body)
        and not may_hold_unseen(body)
    )


def _may_hold_unusable_text(body: bytes) -> bool:
    """Whether the bytes hold a sign of text that cannot be stored; a search for one byte costs least."""
    return b"\xed" in body or (b"\\" in body and any(sign in body for sign in _ESCAPED_UNUSABLE_TEXT))


def may_hold_unseen(body: bytes) -> bool:
    """Whether the bytes of JSON hold a sign of what a name must not hold; nearly all cost three searches."""
    if b"\x7f" in body or (b"\\" in body and _ESCAPED_UNSEEN.search(body) is not None):
        return True
    return not body.isascii() and _UNSEEN.search(body.translate(None, _ASCII)) is not None


async def _check_json(request: Request, expected: _Expected) -> None:
    """Read it strictly; look closer at its texts only where the bytes give a reason to."""
    body = await request.body()
    if not body:
        return
    if b"\x00" in body:
        raise BodyMalformed("The body is not JSON in UTF-8.")
    if len(body) <= READ_AT_ONCE_BYTES:
        exact_json(body)
    else:
        await asyncio.to_thread(exact_json, body)
    if _may_hold_unusable_text(body):
        _require_storable(await request.json())
    if may_hold_unseen(body):
        _require_seen(await request.json(), expected.as_sent)


def _require_storable(stated: Any) -> None:
    faults = [
        FieldError(pointer, "text_unusable", "holds a character that cannot be stored")
        for pointer, text in _texts(stated)
        if not _is_storable(text)
    ]
    if faults:
        raise TextUnusable("A text holds a character that cannot be stored.", errors=faults[:MAX_FAULTS])


def _require_seen(stated: Any, as_sent: TypeAdapter[Any]) -> None:
    """Refuse names that hold what cannot be seen; all other faults the route itself will find."""
    try:
        as_sent.validate_python(stated, context=AS_SENT)
    except ValidationError as found:
        faults = [
            {**fault, "loc": ("body", *fault["loc"])}
            for fault in found.errors()
            if isinstance(fault.get("ctx", {}).get("error"), TextUnseen)
        ]
        if faults:
            words = "A name holds a character that cannot be seen."
            raise NameUnseen(words, errors=field_errors(faults, stated)) from found


def _texts(value: Any) -> Iterator[tuple[str, str]]:
    """Every text in a JSON value with its pointer, members' names included; a loop, as bodies nest deeply."""
    waiting = [("", value)]
    while waiting:
        pointer, here = waiting.pop()
        if isinstance(here, str):
            yield pointer, here
        elif isinstance(here, Mapping):
            yield from ((pointer, name) for name in here)
            waiting.extend((f"{pointer}/{escaped(name)}", member) for name, member in here.items())
        elif isinstance(here, list):
            waiting.extend((f"{pointer}/{index}", item) for index, item in enumerate(here))


class _Pairs(list[tuple[str, Any]]):
    """The members of an object as they were written."""


def _repeated_members(body: bytes | str) -> Iterator[FieldError]:
    """Where members are repeated, as far as an address can be said."""
    waiting = [("", json.loads(body, object_pairs_hook=_Pairs))]
    while waiting:
        pointer, here = waiting.pop()
        members = here if isinstance(here, _Pairs) else ()
        names: set[str] = set()
        for name, member in members:
            at = f"{pointer}/{escaped(name)}"
            if name in names:
                sayable = at.encode(errors="replace").decode()
                yield FieldError(sayable, MemberRepeated.code, "may be named once")
            names.add(name)
            waiting.append((at, member))
        if isinstance(here, list) and not members:
            waiting.extend((f"{pointer}/{index}", item) for index, item in enumerate(here))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
