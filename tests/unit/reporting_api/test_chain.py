"""The hashes of the ledger: known, order-sensitive, and moved by every field."""

import hashlib
from dataclasses import fields, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from tests.unit.reporting_api.builders import NOW, PLACE, amounts, entry

from cdp_common.kernel.periods import Period
from reporting_api.domain.chain import GENESIS, canonical_json, entry_hash, merkle_root, seal
from reporting_api.domain.entries import Entry, MeasureRef

OTHER: dict[str, Any] = {
    "id": UUID(int=99),
    "place_id": UUID(int=99),
    "figure": "validated",
    "deliverer_id": UUID(int=99),
    "commissioner_id": UUID(int=99),
    "route": "grant",
    "activity_id": UUID(int=99),
    "commitment_line_id": UUID(int=99),
    "measure": MeasureRef("e" * 64, "HOURS", "community", "volunteering", "1.1"),
    "effective_on": date(2026, 9, 29),
    "period": Period(date(2026, 7, 2), date(2026, 9, 30)),
    "area_code": "E01000001",
    "area_index": "imd",
    "counted_quantity": Decimal("1.50000001"),
    "amounts": amounts(1235),
    "data_status": "synthetic_sample",
    "source_kind": "review",
    "source_id": UUID(int=99),
    "source_line_id": UUID(int=99),
    "reverses": UUID(int=99),
    "recorded_at": NOW + timedelta(microseconds=1),
}


@pytest.mark.parametrize("name", [field.name for field in fields(Entry)])
def test_every_field_of_an_entry_moves_its_hash(name):
    assert entry_hash(replace(entry(), **{name: OTHER[name]}), 1) != entry_hash(entry(), 1)


def test_the_position_moves_the_hash():
    assert entry_hash(entry(), 1) != entry_hash(entry(), 2)


def test_how_a_number_or_time_is_written_does_not_move_the_hash():
    summer = timezone(timedelta(hours=1))
    same = replace(
        entry(),
        counted_quantity=Decimal("1.50000000"),
        recorded_at=datetime(2026, 11, 22, 11, 0, tzinfo=summer),
    )
    assert entry_hash(same, 1) == entry_hash(entry(), 1)
    assert entry_hash(entry(counted_quantity=Decimal("-0")), 1) == entry_hash(
        entry(counted_quantity=Decimal(0)), 1
    )


def test_the_root_is_made_as_documented():
    leaves = [hashlib.sha256(bytes([number])).hexdigest() for number in range(3)]

    def node(left: bytes, right: bytes) -> bytes:
        return hashlib.sha256(b"\x01" + left + right).digest()

    first, second, third = (bytes.fromhex(leaf) for leaf in leaves)
    assert merkle_root(leaves) == node(node(first, second), third).hex()
    assert merkle_root(leaves[:1]) == leaves[0]
    assert merkle_root(leaves) != merkle_root(leaves[::-1])
    with pytest.raises(ValueError, match="at least one entry"):
        merkle_root([])


def test_a_block_follows_the_one_before():
    leaf = entry_hash(entry(), 1)
    first = seal(PLACE, None, [leaf, leaf], NOW)
    assert (first.number, first.first_position, first.last_position) == (1, 1, 2)
    assert first.previous_hash == GENESIS
    second = seal(PLACE, first, [leaf], NOW - timedelta(hours=1))
    assert (second.number, second.first_position, second.last_position) == (2, 3, 3)
    assert second.previous_hash == first.block_hash
    assert second.sealed_at == NOW  # never before the block before


def test_canonical_json_is_sorted_and_tight():
    assert canonical_json({"b": 1, "a": "£"}) == '{"a":"£","b":1}'.encode()
