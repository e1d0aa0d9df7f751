"""Objects that name a member twice are told from others, also by counting."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.kernel.json_text import MemberRepeated, members_once, surely_repeats_none


class Members(list[Any]):
    """An object that may name a member twice."""


def members(of: st.SearchStrategy[Any]) -> st.SearchStrategy[Members]:
    return st.lists(st.tuples(TEXTS, of), max_size=3).map(Members)


def written(value: Any, dump: Callable[[Any], str]) -> str:
    if isinstance(value, Members):
        return "{" + ",".join(f"{dump(name)}: {written(of, dump)}" for name, of in value) + "}"
    if isinstance(value, list):
        return "[" + " ,".join(written(of, dump) for of in value) + "]"
    return dump(value)


TEXTS = st.text(st.sampled_from('a:"\\ é'), max_size=4)
SCALARS = TEXTS | st.booleans() | st.integers()
VALUES = st.recursive(SCALARS, lambda of: st.lists(of, max_size=3) | members(of), max_leaves=8)


@given(members(VALUES), st.booleans())
def test_what_is_said_to_repeat_nothing_repeats_nothing(value: Members, is_ascii: bool):
    body = written(value, lambda text: json.dumps(text, ensure_ascii=is_ascii))
    read = json.loads(body)
    content = json.dumps(read, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    try:
        assert json.loads(body, object_pairs_hook=members_once) == read
    except MemberRepeated:
        assert not surely_repeats_none(body.encode(), content)
    else:
        assert surely_repeats_none(body.encode(), content)


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (b'{"a":1,"a":1}', b'{"a":1}'),
        (b'{"a":"\\u003a","b":1,"b":2}', b'{"a":":","b":2}'),
        (b'{"a":"\\u003A"}', b'{"a":":"}'),
    ],
)
def test_a_colon_that_is_spelt_otherwise_hides_nothing(body: bytes, content: bytes):
    assert json.loads(content) == json.loads(body)
    assert not surely_repeats_none(body, content)
