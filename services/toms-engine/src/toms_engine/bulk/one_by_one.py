"""Single rows valued by the domain itself: those that the columns cannot hold, and those with a fault."""

import json
from collections.abc import Iterator

from pydantic import ValidationError

from cdp_common.contracts.toms import ValuationLine
from cdp_common.kernel.errors import FieldError

# The one place that turns a contract's faults into codes; it knows nothing of the web.
from cdp_common.web.pointers import field_errors
from toms_engine.bulk.activities import Activities
from toms_engine.bulk.line_content import line_of as content_line
from toms_engine.domain.line import Line
from toms_engine.domain.line_checks import Terms
from toms_engine.domain.valuation import ValuedLine, value_line

_FIRST_LINE = "/lines/0"
_UNUSABLE = "holds a character that cannot be stored"


def value_document(
    document: bytes, terms: Terms, activities: Activities
) -> tuple[ValuedLine | None, tuple[FieldError, ...]]:
    """The line that a row's JSON states, valued, or none and its faults."""
    line, faults = line_of(document)
    if line is None:
        return None, faults
    valued, found = value_line(0, line, terms)
    if valued is None:
        return None, tuple(_of_the_row(fault) for fault in found)
    contradictions = activities.faults_of(line)
    return (None, tuple(contradictions)) if contradictions else (valued, ())


def line_of(document: bytes) -> tuple[Line | None, tuple[FieldError, ...]]:
    """The line that a row's JSON states, or none and where it departs from its contract."""
    try:
        stated = ValuationLine.model_validate_json(document)
    except ValidationError as fault:
        found = [{**one, "loc": ("row", *one["loc"])} for one in fault.errors(include_url=False)]
        return None, tuple(field_errors(found, json.loads(document)))
    unusable = tuple(_unusable_texts(stated))
    return (None, unusable) if unusable else (content_line(stated), ())


def _unusable_texts(line: ValuationLine) -> Iterator[FieldError]:
    for name, value in line:
        if isinstance(value, str) and "\x00" in value:
            yield FieldError(f"/{name}", "text_unusable", _UNUSABLE)


def _of_the_row(fault: FieldError) -> FieldError:
    return FieldError(fault.pointer.removeprefix(_FIRST_LINE), fault.code, fault.message)


def ref_of(document: bytes) -> str | None:
    """The caller's own name of a row, where it is short text."""
    ref = json.loads(document).get("ref")
    return ref.strip()[:300] if isinstance(ref, str) else None
