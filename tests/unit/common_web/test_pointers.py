"""Whatever is sent, each fault points at a place that is there, or at the one that should be."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from tests.unit.common_web.conftest import Bid, Offer

from cdp_common.web.pointers import escaped, field_errors

NAMES = st.sampled_from(
    ["lines", "measure", "quantity", "note", "part", "kind", "hours", "amount", "a/b", "~"]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=12), NAMES
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)
OFFERS = st.fixed_dictionaries(
    {
        "part": st.fixed_dictionaries(
            {}, optional={"kind": st.sampled_from(["cash", "hours", "x"]), "hours": JSON, "amount": JSON}
        )
    }
)


def faults(model: type, body: Any) -> list[dict[str, Any]]:
    """The faults as the framework hands them on: each place begins with where it was."""
    try:
        TypeAdapter(model).validate_python(body)
    except ValidationError as error:
        return [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
    return []


def resolve(pointer: str, body: Any) -> Any:
    """What a JSON pointer leads to (RFC 6901); raises when there is nothing."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        body = body[int(name)] if isinstance(body, list) else body[name]
    return body


def check(model: type, body: Any) -> None:
    found = faults(model, body)
    for fault, error in zip(found, field_errors(found, body), strict=True):
        if fault["type"] == "missing":
            parent, _, name = error.pointer.rpartition("/")
            assert name not in resolve(parent, body)
        else:
            resolve(error.pointer, body)
        assert error.code
        assert "{" not in error.message.replace("{1,18}", "")


@given(JSON)
def test_faults_of_any_json_point_at_a_place(body):
    check(Bid, body)
    check(Offer, body)


@given(OFFERS)
def test_faults_within_a_union_point_at_a_place(body):
    check(Offer, body)


@given(JSON)
def test_no_text_that_was_sent_comes_back(body):
    marked = json.loads(json.dumps(body).replace(': "', ': "ZZMARK'))
    for model in (Bid, Offer):
        for error in field_errors(faults(model, marked), marked):
            assert "ZZMARK" not in error.message


@given(st.text())
def test_a_name_is_one_step_of_a_pointer(name):
    step = escaped(name)
    assert "/" not in step
    assert step.replace("~1", "/").replace("~0", "~") == name


def test_an_unknown_kind_of_fault_still_has_a_code_and_words():
    (error,) = field_errors([{"type": "new_in_pydantic", "loc": ("body", "a"), "ctx": {}}], {"a": 1})
    assert (error.pointer, error.code, error.message) == ("/a", "invalid", "is not valid")


def test_a_fault_of_a_header_or_cookie_names_it():
    places = [("header", "if-match"), ("cookie", "session"), ("query", "limit"), ("path", "tender_id")]
    found = field_errors([{"type": "string_too_long", "loc": place} for place in places], None)
    assert [error.pointer for error in found] == ["if-match:", "session:", "?limit", "{tender_id}"]
    assert found[0].message == "may have at most the limit characters"
