"""Ids of the graph: opaque, reversible, and nothing else passes for one."""

from base64 import b64decode, b64encode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp_common.contracts.toms import MeasureKey
from gateway.errors import IdInvalid
from gateway.schema.nodes import (
    measure_key_text,
    node_id,
    parse_measure_key,
    parse_node_id,
    parse_uuid,
    uuid_of,
)

KEY = UUID("01890000-0000-7000-8000-000000000001")
HASH = "0123456789abcdef" * 4


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_an_id_is_the_base64_of_type_and_key() -> None:
    assert b64decode(node_id("Place", KEY)) == b"Place:01890000-0000-7000-8000-000000000001"


@given(st.uuids(), st.sampled_from(["Place", "Organisation", "Publication"]))
def test_an_id_gives_back_what_it_was_made_of(key: UUID, kind: str) -> None:
    assert parse_node_id(node_id(kind, key)) == (kind, str(key))
    assert uuid_of(node_id(kind, key), kind) == key


@pytest.mark.parametrize(
    "value",
    [
        "",
        "Place",
        "Place:1",
        encoded("Place"),
        encoded("Place:"),
        encoded(":1"),
        encoded("Pl ace:1"),
        encoded("Place:1")[:-1] + "!",
        encoded("Place:" + "x" * 400),
        "é",
        b64encode(b"\xff\xfe:1").decode(),
    ],
)
def test_what_is_not_an_id_is_refused(value: str) -> None:
    with pytest.raises(IdInvalid):
        parse_node_id(value)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_an_id(value: str) -> None:
    try:
        kind, key = parse_node_id(value)
    except IdInvalid:
        return
    assert kind
    assert key


def test_an_id_of_another_kind_is_refused() -> None:
    with pytest.raises(IdInvalid, match="names a Place; here a Tender"):
        uuid_of(node_id("Place", KEY), "Tender")


def test_the_id_of_the_rest_apis_is_taken_where_the_kind_is_known() -> None:
    assert uuid_of(str(KEY), "Tender") == KEY
    assert uuid_of(str(KEY).upper(), "Tender") == KEY


@pytest.mark.parametrize("value", ["1", f"{{{KEY}}}", KEY.hex, f"urn:uuid:{KEY}", f"{KEY} "])
def test_a_key_is_a_plain_uuid(value: str) -> None:
    with pytest.raises(IdInvalid):
        parse_uuid(value)
    with pytest.raises(IdInvalid):
        uuid_of(node_id("Place", value), "Place")


def test_a_measure_is_named_by_edition_and_code() -> None:
    key = MeasureKey(edition_hash=HASH, code="DP-01")
    assert measure_key_text(key) == f"{HASH}/DP-01"
    assert parse_measure_key(measure_key_text(key)) == key


@pytest.mark.parametrize(
    "value", ["", "M1", f"{HASH}/", f"{HASH[1:]}/M1", f"{HASH}/../M1", f"{HASH.upper()}/M1", f"{HASH}/M1\n"]
)
def test_what_does_not_name_a_measure_is_refused(value: str) -> None:
    with pytest.raises(IdInvalid):
        parse_measure_key(value)
