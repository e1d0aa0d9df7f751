"""What of a notice does not come over as it stands is remarked on, and nothing else is."""

from typing import Any

import pytest

from procurement_api.domain.notice_remarks import MAX_REMARKS, remarks_of
from procurement_api.domain.ocds import read_package
from procurement_api.domain.ocds_parts import (
    MAX_DESCRIPTION_CHARS,
    MAX_LOT_TITLE_CHARS,
    MAX_TITLE_CHARS,
    lots_of,
    text_of,
)


def told(**tender: Any) -> list[tuple[str, str]]:
    return [(remark.pointer, remark.code) for remark in remarks_of({"tender": tender})]


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"currency": "GBP"},
        {"amount": None, "currency": None},
        {"amount": 0, "currency": "GBP"},
        {"amount": "1000000.50", "currency": "EUR"},
        {"amountGross": 12, "currency": "GBP"},
    ],
)
def test_a_value_that_is_read_or_states_nothing_needs_no_remark(value):
    assert told(value=value) == []


@pytest.mark.parametrize(
    "value, remarks",
    [
        ({"amount": "1,000,000", "currency": "GBP"}, ["/tender/value/amount"]),
        ({"amount": -1, "currency": "GBP"}, ["/tender/value/amount"]),
        (
            {"amount": True, "amountGross": "?", "currency": "GBP"},
            ["/tender/value/amount", "/tender/value/amountGross"],
        ),
        ({"amount": 5}, ["/tender/value/currency"]),
        ({"amount": 5, "currency": "gbp"}, ["/tender/value/currency"]),
        (5, ["/tender/value"]),
    ],
)
def test_an_amount_that_cannot_be_read_is_remarked_on_where_it_stands(value, remarks):
    assert told(value=value) == [(pointer, "value_unread") for pointer in remarks]


def test_lots_that_are_left_out_or_named_otherwise_are_remarked_on():
    lots = [
        {"id": 1},
        {"id": "1"},
        "lot",
        {"id": "a lot"},
        {"id": "L4", "value": {"amount": "?", "currency": "GBP"}},
        {"id": "L5", "status": "cancelled", "value": {"amount": "?"}},
        {"id": "1", "status": ["withdrawn"]},
    ]
    assert told(lots=lots) == [
        ("/tender/lots/1/id", "lot_renamed"),
        ("/tender/lots/2", "lot_unread"),
        ("/tender/lots/3/id", "lot_renamed"),
        ("/tender/lots/4/value/amount", "value_unread"),
        ("/tender/lots/5", "lot_called_off"),
        ("/tender/lots/6/id", "lot_renamed"),
    ]


def test_what_nobody_sees_is_left_out_of_texts_and_remarked_on():
    lots = [{"id": "1", "title": "Lot\u202e one"}, {"id": "2", "title": "می\u200cخواهم"}]
    assert told(title="De\u200bpot", description="Two\nlines\xad", lots=lots) == [
        ("/tender/title", "text_cleaned"),
        ("/tender/description", "text_cleaned"),
        ("/tender/lots/0/title", "text_cleaned"),
    ]
    assert [lot.title for lot in lots_of(lots)] == ["Lot one", "می\u200cخواهم"]
    assert text_of(" De\u200bpot\ufeff ") == "Depot"
    assert text_of("\u200b") is None


@pytest.mark.parametrize("name, most", [("title", MAX_TITLE_CHARS), ("description", MAX_DESCRIPTION_CHARS)])
def test_a_text_is_remarked_on_when_it_is_cut(name, most):
    assert told(**{name: "x" * most}) == []
    assert told(**{name: "x" * (most + 1)}) == [(f"/tender/{name}", "text_cut")]
    assert told(lots=[{"id": "1", "title": "x" * (MAX_LOT_TITLE_CHARS + 1)}]) == [
        ("/tender/lots/0/title", "text_cut")
    ]


def test_values_of_awards_are_looked_at_too_and_a_hundred_remarks_are_enough():
    unread = {"value": {"amount": "?", "currency": "GBP"}}
    assert [remark.pointer for remark in remarks_of({"awards": [unread]})] == ["/awards/0/value/amount"]
    assert len(remarks_of({"awards": [unread] * (MAX_REMARKS + 1)})) == MAX_REMARKS


def test_a_bare_release_is_read_as_a_package_of_one():
    release = {
        "ocid": "o-1",
        "id": "r-1",
        "tag": ["tender"],
        "tender": {"title": "A tender", "value": {"amount": 1}},
    }
    [facts], faults = read_package(release)
    assert (facts.ocid, faults, [remark.pointer for remark in facts.remarks]) == (
        "o-1",
        [],
        ["/tender/value/currency"],
    )
