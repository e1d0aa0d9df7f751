"""Turns the framework's validation faults into ours: pointers, stable codes, words that echo no input."""

from collections.abc import Mapping, Sequence
from typing import Any

from cdp_common.kernel.errors import FieldError

MAX_FAULTS = 100

# Pydantic's fault type -> our code and words. `{name}` takes a limit from the schema, never an input.
_WORDS: Mapping[str, tuple[str, str]] = {
    "missing": ("required", "this is required"),
    "extra_forbidden": ("unknown_field", "there is no such field"),
    "string_type": ("wrong_type", "must be a string"),
    "int_type": ("wrong_type", "must be a whole number"),
    "int_parsing": ("wrong_type", "must be a whole number"),
    "int_from_float": ("wrong_type", "must be a whole number"),
    "int_parsing_size": ("out_of_range", "is too large"),
    "float_type": ("wrong_type", "must be a number"),
    "float_parsing": ("wrong_type", "must be a number"),
    "finite_number": ("wrong_type", "must be a finite number"),
    "bool_type": ("wrong_type", "must be true or false"),
    "bool_parsing": ("wrong_type", "must be true or false"),
    "list_type": ("wrong_type", "must be a list"),
    "tuple_type": ("wrong_type", "must be a list"),
    "set_type": ("wrong_type", "must be a list"),
    "frozen_set_type": ("wrong_type", "must be a list"),
    "dict_type": ("wrong_type", "must be an object"),
    "model_type": ("wrong_type", "must be an object"),
    "model_attributes_type": ("wrong_type", "must be an object"),
    "none_required": ("wrong_type", "must be null"),
    "decimal_type": ("wrong_type", "must be a decimal"),
    "decimal_parsing": ("wrong_type", "must be a decimal"),
    "decimal_max_digits": ("out_of_range", "has more than {max_digits} digits"),
    "decimal_max_places": ("out_of_range", "has more than {decimal_places} decimal places"),
    "decimal_whole_digits": ("out_of_range", "has more than {whole_digits} digits before the point"),
    "greater_than": ("out_of_range", "must be greater than {gt}"),
    "greater_than_equal": ("out_of_range", "must be at least {ge}"),
    "less_than": ("out_of_range", "must be less than {lt}"),
    "less_than_equal": ("out_of_range", "must be at most {le}"),
    "multiple_of": ("out_of_range", "must be a multiple of {multiple_of}"),
    "string_too_short": ("too_short", "needs at least {min_length} characters"),
    "string_too_long": ("too_long", "may have at most {max_length} characters"),
    "too_short": ("too_short", "needs at least {min_length} items"),
    "too_long": ("too_long", "may have at most {max_length} items"),
    "string_pattern_mismatch": ("wrong_format", "must match {pattern}"),
    "string_unicode": ("wrong_format", "must be valid Unicode"),
    "enum": ("not_allowed", "must be one of {expected}"),
    "literal_error": ("not_allowed", "must be one of {expected}"),
    "union_tag_invalid": ("not_allowed", "{discriminator} must be one of {expected_tags}"),
    "union_tag_not_found": ("required", "{discriminator} is required"),
    "uuid_type": ("wrong_format", "must be a UUID"),
    "uuid_parsing": ("wrong_format", "must be a UUID"),
    "uuid_version": ("wrong_format", "must be a UUID of version {expected_version}"),
    "date_type": ("wrong_format", "must be a date, YYYY-MM-DD"),
    "date_parsing": ("wrong_format", "must be a date, YYYY-MM-DD"),
    "date_from_datetime_parsing": ("wrong_format", "must be a date, YYYY-MM-DD"),
    "date_from_datetime_inexact": ("wrong_format", "must be a date without a time"),
    "datetime_type": ("wrong_format", "must be an RFC 3339 time"),
    "datetime_parsing": ("wrong_format", "must be an RFC 3339 time"),
    "datetime_from_date_parsing": ("wrong_format", "must be an RFC 3339 time"),
    "datetime_object_invalid": ("wrong_format", "must be an RFC 3339 time"),
    "timezone_aware": ("wrong_format", "must state its time zone"),
    "url_type": ("wrong_format", "must be a URL"),
    "url_parsing": ("wrong_format", "must be a URL"),
    "url_scheme": ("wrong_format", "the URL's scheme must be {expected_schemes}"),
    "url_too_long": ("too_long", "may have at most {max_length} characters"),
}


def field_errors(faults: Sequence[Mapping[str, Any]], body: Any) -> list[FieldError]:
    """The faults as field errors, at most a hundred; `body` only tells which parts of a place exist in it."""
    return [_field_error(fault, body) for fault in faults[:MAX_FAULTS]]


def _field_error(fault: Mapping[str, Any], body: Any) -> FieldError:
    code, message = _words(fault)
    return FieldError(pointer=_pointer(fault["loc"], fault["type"], body), code=code, message=message)


def _words(fault: Mapping[str, Any]) -> tuple[str, str]:
    kind, context = str(fault["type"]), fault.get("ctx") or {}
    if kind in _WORDS:
        code, template = _WORDS[kind]
        return code, template.format_map(_Limits(context))
    if kind in ("value_error", "assertion_error"):
        # Raised by a validator of ours, whose words state the rule and not the value.
        error = context.get("error", "is not valid")
        return str(getattr(error, "code", "invalid")), str(error)
    return "invalid", "is not valid"


class _Limits(dict[str, Any]):
    """The limits of a schema by name; one that a fault does not state reads as "the limit"."""

    def __missing__(self, key: str) -> str:
        return "the limit"


def _pointer(place: Sequence[str | int], kind: str, body: Any) -> str:
    where, *path = place
    if where == "query":
        return "?" + ".".join(str(part) for part in path)
    if where == "path":
        return "{" + ".".join(str(part) for part in path) + "}"
    if where in ("header", "cookie"):
        return ".".join(str(part) for part in path) + ":"
    return _json_pointer(path, kind, body)


def _json_pointer(path: Sequence[str | int], kind: str, body: Any) -> str:
    """The place in the body that a fault's path leads to.

    Pydantic puts the arm of a union into the path as well; such a step is not in the body and is left out. A
    name can be both an arm and a member, so the reading that reaches the path's end is taken.
    """
    places = _places(tuple(path), kind, body)
    if places is None:
        places = _known_beginning(path, body)
    return "".join("/" + escaped(str(step)) for step in places)


def _places(path: tuple[str | int, ...], kind: str, here: Any) -> list[str | int] | None:
    """The steps of `path` that are places, when its last one is; otherwise None."""
    if not path:
        return []
    step, rest = path[0], path[1:]
    if not rest:
        is_place = _holds(here, step) or (kind == "missing" and isinstance(here, Mapping))
        return [step] if is_place else None
    further = _places(rest, kind, here[step]) if _holds(here, step) else None
    if further is not None:
        return [step, *further]
    return _places(rest, kind, here) if isinstance(step, str) else None


def _known_beginning(path: Sequence[str | int], here: Any) -> list[str | int]:
    """As many steps as the body holds: the fault concerns what stands there as a whole."""
    places: list[str | int] = []
    for step in path:
        if not _holds(here, step):
            break
        here = here[step]
        places.append(step)
    return places


def _holds(here: Any, step: str | int) -> bool:
    if isinstance(here, Mapping):
        return step in here
    return isinstance(here, list) and isinstance(step, int) and 0 <= step < len(here)


def escaped(name: str) -> str:
    """A member's name as one step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
