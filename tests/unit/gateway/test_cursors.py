"""Places in a list, as cursors."""

import json
from base64 import urlsafe_b64encode
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.contracts.base import Page
from gateway.errors import AfterInvalid
from gateway.pages import Position


@given(st.none() | st.text(max_size=200), st.integers(0, 100))
def test_a_cursor_gives_back_the_place_it_was_made_of(cursor: str | None, passed: int) -> None:
    position = Position(cursor, passed)
    assert Position.parse(position.text) == position


def test_without_a_cursor_a_list_starts_at_its_beginning() -> None:
    assert Position.parse(None) == Position(None, 0)


@pytest.mark.parametrize(
    "content", [[], [None], [None, 0, 0], [1, 0], [None, -1], [None, 101], [None, True], {}]
)
def test_what_does_not_name_a_place_is_refused(content: object) -> None:
    text = urlsafe_b64encode(json.dumps(content).encode()).decode()
    with pytest.raises(AfterInvalid):
        Position.parse(text)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_a_cursor(text: str) -> None:
    with suppress(AfterInvalid):
        assert Position.parse(text).passed <= 100


def test_a_cursor_longer_than_any_of_ours_is_refused() -> None:
    with pytest.raises(AfterInvalid):
        Position.parse("A" * 5000)


@pytest.mark.parametrize(
    ("link", "cursor"),
    [
        (None, None),
        ("/v1/places?limit=2&cursor=abc%3D", "abc="),
        ("/v1/places?limit=2", None),
    ],
)
def test_the_services_cursor_is_in_the_link_to_the_next_page(link: str | None, cursor: str | None) -> None:
    assert Page[str](items=[], next=link).next_cursor == cursor
