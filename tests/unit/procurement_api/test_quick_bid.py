"""The quick way of reading a bid finds what the contract finds, and takes what it takes."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cdp_common.contracts.bids import MAX_ANSWER_CHARS, MAX_LINES, BidDraft
from cdp_common.kernel.proofs import canonical_json
from procurement_api.use_cases.bid_rules import bid_content
from procurement_api.use_cases.quick_bid import quick_bid

LINE = {"measure": "M-JOB", "unit": "fte_years", "quantity": "12.5", "lot": "1", "answer": "We shall."}
ID = "0190f7e2-1111-7abc-8def-0123456789ab"
ODD: dict[str, list[Any]] = {
    "measure": ["a b", "a\n", "", "é", "a" * 64, "a" * 65, 1, None],
    "unit": ["hours", "Hours", "", 1, None],
    "quantity": ["0", "-1", "007.50", "1.", ".5", "1e3", " 1", "١", "1" * 19, "1" * 41, 12, 12.5, None],
    "lot": ["x.y", "x\n", "-", 1, None],
    "answer": ["", "ü" * 3, 5, None],
    "activity": ["A1", "", None],
    "once_if_any_won": [True, False, 0],
    "schedule": [[], None],
    "inputs": [None, {}],
    "starts_on": ["2026-01-01", None],
    "unknown": [1],
}
ODD_LINES = st.sampled_from(sorted(ODD)).flatmap(
    lambda name: st.sampled_from(ODD[name]).map(lambda value: {**LINE, name: value})
)
SHORT_LINES = st.sampled_from(sorted(LINE)).map(
    lambda left_out: {name: value for name, value in LINE.items() if name != left_out}
)
LINES = st.lists(st.just(LINE) | ODD_LINES | SHORT_LINES, max_size=3)
HEADS = st.sampled_from(
    [
        {},
        {"tenderer": {"organisation_id": ID}},
        {"tenderer": {"organisation_id": "x"}},
        {"tenderer": None, "lots": ["1"]},
        {"tenderers": [{"lead": True, "organisation_id": ID}], "lots": None},
        {"attestation": {"authorised_by": " Director ", "authorised_at": "2026-01-01T00:00:00Z"}},
        {"attestation": {"authorised_by": "Director", "authorised_at": "2026-01-01T00:00:00"}},
        {"unknown": 1},
    ]
)


@settings(max_examples=400, deadline=None)
@given(HEADS, LINES)
@example({}, [LINE])
def test_a_bid_is_read_as_by_the_contract_or_refused_as_by_it(head: dict[str, Any], lines: list[Any]):
    same_as_by_the_contract({**head, "lines": lines})


@pytest.mark.parametrize(
    "document",
    [
        *([], "lines", {}, {"lines": None}, {"lines": [[]]}, {"lines": {"0": LINE}}),
        *({"lines": [LINE] * MAX_LINES}, {"lines": [LINE] * (MAX_LINES + 1)}),
        {"lines": [{**LINE, "answer": "ü" * MAX_ANSWER_CHARS}]},
        {"lines": [{**LINE, "answer": "ü" * (MAX_ANSWER_CHARS + 1)}]},
    ],
    ids=lambda document: f"{str(document)[:30]} {len(str(document))}",
)
def test_odd_forms_and_the_bounds_are_those_of_the_contract(document: Any):
    same_as_by_the_contract(document)


def same_as_by_the_contract(document: Any) -> None:
    body = json.dumps(document).encode()
    try:
        draft = BidDraft.model_validate(document)
    except ValidationError:
        with pytest.raises(ValueError):
            quick_bid(body)
        return
    quick = quick_bid(body)
    assert quick.offered == bid_content(draft)
    head = draft.model_dump(exclude={"lines"}, exclude_unset=True)
    assert quick.head.model_dump(exclude={"lines"}, exclude_unset=True) == head
    assert quick.content == canonical_json(document)
