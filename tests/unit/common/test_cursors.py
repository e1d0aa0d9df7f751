"""Cursors give back what they were made of, and a forged one is refused without reaching the database."""

import base64
import contextlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, Text, select

from cdp_common.db.paging import CursorInvalid, SortValue, cut_page, decode_cursor, encode_cursor, keyset

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
VALUES: st.SearchStrategy[SortValue] = st.one_of(
    TEXTS,
    st.integers(-(2**63), 2**63 - 1),
    st.booleans(),
    st.decimals(min_value=-(10**20), max_value=10**20, places=8),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.uuids(),
)
THINGS = Table("things", MetaData(), Column("name", Text), Column("rank", Integer))


def forged(document: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


@given(st.lists(VALUES, min_size=1, max_size=4))
def test_a_cursor_gives_back_its_values_in_kind(values: list[SortValue]) -> None:
    decoded = decode_cursor(encode_cursor(values))
    assert decoded == values
    assert [type(value) for value in decoded] == [type(value) for value in values]


def test_a_cursor_needs_no_escaping_in_a_url() -> None:
    cursor = encode_cursor(["ÿþ?>~", 1, date(2026, 4, 1), datetime(2026, 4, 1, tzinfo=UTC), Decimal("1.5")])
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "a",
        "ééé",
        "A" * 1001,
        forged("text"),
        forged({"a": 1}),
        forged([["q", 1]]),
        forged([[["s"], 1]]),
        forged([["i", 2**63]]),
        forged([["i", True]]),
        forged([["i", 1.5]]),
        forged([["b", 1]]),
        forged([["s", "a\x00b"]]),
        forged([["s", "\ud800"]]),
        forged([["s", 5]]),
        forged([["u", 5]]),
        forged([["u", "no"]]),
        forged([["d", "NaN"]]),
        forged([["d", "1E+999999"]]),
        forged([["d", "x"]]),
        forged([["t", "2026-04-01T00:00:00"]]),
        forged([["t", 5]]),
        forged([["y", "2026-02-30"]]),
        forged([["i", 1, 2]]),
    ],
)
def test_a_forged_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(CursorInvalid) as refusal:
        decode_cursor(cursor)
    assert refusal.value.code == "cursor_invalid"


@given(st.text(max_size=60))
def test_any_text_is_a_cursor_or_is_refused(text: str) -> None:
    with contextlib.suppress(CursorInvalid):
        assert isinstance(decode_cursor(text), list)


@pytest.mark.parametrize("values", [["a"], [1, "a"], ["a", "b"], ["a", 1, 2], ["a", True]])
def test_a_cursor_of_another_list_is_refused(values: list[SortValue]) -> None:
    with pytest.raises(CursorInvalid):
        keyset(select(THINGS), [THINGS.c.name, THINGS.c.rank], encode_cursor(values), 10)


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_limit_out_of_bounds_is_a_fault_of_the_caller(limit: int) -> None:
    with pytest.raises(ValueError):
        keyset(select(THINGS), [THINGS.c.rank], None, limit)


def test_a_page_is_cut_only_when_a_row_is_to_spare() -> None:
    assert cut_page([1, 2, 3], 3, lambda row: [row]) == ([1, 2, 3], None)
    assert cut_page([1, 2, 3, 4], 3, lambda row: [row]) == ([1, 2, 3], encode_cursor([3]))
    assert cut_page([], 3, lambda row: [row]) == ([], None)
