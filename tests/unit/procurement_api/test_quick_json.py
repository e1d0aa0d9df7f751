"""The quick way of reading and writing bids gives the bytes of the usual one."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp_common.kernel.proofs import canonical_json
from procurement_api.use_cases.quick_json import quick_canonical, quick_document

# What a document holds that was validated as a bid: counts stay below ten million and may be written 3.0.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
COUNTS = st.integers(-10_000_000, 10_000_000)
LEAVES = st.none() | st.booleans() | COUNTS | COUNTS.map(float) | TEXTS
DOCUMENTS = st.dictionaries(
    TEXTS,
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(DOCUMENTS)
def test_a_document_is_written_and_read_as_by_the_standard_library(document: dict[str, Any]):
    written = canonical_json(document)
    assert quick_canonical(document) == written
    assert quick_document(written) == json.loads(written)
    assert quick_document(json.dumps(document).encode()) == document


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1,]", b'{"a": NaN}', b"\xff", b"\xef\xbb\xbf{}", b"[" * 100_000]
)
def test_what_is_no_plain_json_is_left_to_the_usual_way(body: bytes):
    with pytest.raises((ValueError, RecursionError)):
        quick_document(body)
