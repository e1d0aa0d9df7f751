"""How long sealed content is, and in which order a tender's log holds its submissions."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from cdp_common.kernel.proofs import canonical_json
from procurement_api.domain.receipt import PADDING_BYTES, log_order, padded


@pytest.mark.parametrize(
    "length, expected",
    [
        (1, PADDING_BYTES),
        (PADDING_BYTES, PADDING_BYTES),
        (PADDING_BYTES + 1, 2 * PADDING_BYTES),
        (2 * PADDING_BYTES + 1, 4 * PADDING_BYTES),
        (5 * PADDING_BYTES, 8 * PADDING_BYTES),
    ],
)
def test_padding_fills_up_to_the_next_doubling(length: int, expected: int):
    assert len(padded(b"x" * length)) == expected


def test_padded_json_reads_as_before():
    assert json.loads(padded(canonical_json({"a": "1"}))) == {"a": "1"}


def test_the_log_is_ordered_by_received_at_then_bid_then_version():
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    in_order = [
        (early, UUID(int=2), 2),
        (late, UUID(int=1), 2),
        (late, UUID(int=3), 1),
        (late, UUID(int=3), 2),
    ]
    upside_down = in_order[::-1]
    assert sorted(upside_down, key=lambda each: log_order(*each)) == in_order
