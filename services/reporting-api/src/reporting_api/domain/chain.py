"""The arithmetic of the ledger's blocks: anybody with the entries can recompute every hash.

A leaf is SHA-256 of 0x00 and the entry's canonical JSON, a node SHA-256 of 0x01 and its two children, an odd
node goes up unchanged. A block's hash is SHA-256 of the canonical JSON of its header, which names the hash of
the block before; the first names `GENESIS`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from reporting_api.domain.entries import Entry

GENESIS = "0" * 64
"""What the first block names as the hash before it."""

_LEAF = b"\x00"
_NODE = b"\x01"


@dataclass(frozen=True, slots=True)
class Block:
    """A sealed run of entries of one place; positions `first_position` to `last_position`."""

    place_id: UUID
    number: int
    first_position: int
    last_position: int
    previous_hash: str
    merkle_root: str
    block_hash: str
    sealed_at: datetime


def canonical_json(value: Mapping[str, object]) -> bytes:
    """JSON in UTF-8 with sorted keys and no white space, the same for the same content everywhere."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode()


def entry_hash(entry: Entry, position: int) -> str:
    """The leaf hash of an entry at its position."""
    return hashlib.sha256(_LEAF + canonical_json(_entry_document(entry, position))).hexdigest()


def leaf_digest(canonical: str) -> bytes:
    """The leaf hash of an entry whose canonical JSON this is."""
    return hashlib.sha256(_LEAF + canonical.encode()).digest()


def merkle_root(leaves: Sequence[str]) -> str:
    """The root over leaf hashes in order; there is at least one."""
    return root_over([bytes.fromhex(leaf) for leaf in leaves])


def root_over(leaves: Sequence[bytes]) -> str:
    """The same of leaf hashes that are not written out."""
    if not leaves:
        raise ValueError("a block holds at least one entry")
    level, sha256 = list(leaves), hashlib.sha256
    while len(level) > 1:
        paired = [
            sha256(_NODE + left + right).digest()
            for left, right in zip(level[::2], level[1::2], strict=False)
        ]
        level = paired + (level[-1:] if len(level) % 2 else [])
    return level[0].hex()


def seal(place_id: UUID, before: Block | None, leaves: Sequence[str], sealed_at: datetime) -> Block:
    """The block that follows `before` and holds the entries with these leaf hashes."""
    number = 1 if before is None else before.number + 1
    first = 1 if before is None else before.last_position + 1
    last = first + len(leaves) - 1
    previous = GENESIS if before is None else before.block_hash
    # A clock that was set back must not make a later block look older than an earlier one.
    moment = sealed_at if before is None else max(sealed_at, before.sealed_at)
    root = merkle_root(leaves)
    block_hash = header_hash(place_id, number, first, last, previous, root, moment)
    return Block(place_id, number, first, last, previous, root, block_hash, moment)


def header_hash(
    place_id: UUID, number: int, first: int, last: int, previous: str, root: str, sealed_at: datetime
) -> str:
    """The hash of a block's header."""
    header = {
        "place_id": str(place_id),
        "number": number,
        "first_position": first,
        "last_position": last,
        "previous_hash": previous,
        "merkle_root": root,
        "sealed_at": _moment(sealed_at),
    }
    return hashlib.sha256(canonical_json(header)).hexdigest()


def _entry_document(entry: Entry, position: int) -> dict[str, object]:
    """Everything an entry says, as JSON values; decimals and times in one fixed form."""
    return {
        "position": position,
        "id": str(entry.id),
        "place_id": str(entry.place_id),
        "figure": entry.figure,
        "deliverer_id": str(entry.deliverer_id),
        "commissioner_id": _optional(entry.commissioner_id),
        "route": entry.route,
        "activity_id": _optional(entry.activity_id),
        "commitment_line_id": _optional(entry.commitment_line_id),
        "measure": entry.measure.code,
        "theme": entry.measure.theme,
        "outcome": entry.measure.outcome,
        "edition_hash": entry.measure.edition_hash,
        "method_version": entry.measure.method_version,
        "effective_on": entry.effective_on.isoformat(),
        "period_start": entry.period.start.isoformat(),
        "period_end": entry.period.end.isoformat(),
        "area_code": entry.area_code,
        "area_index": entry.area_index,
        "counted_quantity": _quantity(entry.counted_quantity),
        "social_pence": entry.amounts.social_pence,
        "local_pence": entry.amounts.local_pence,
        "fiscal_pence": entry.amounts.fiscal_pence,
        "low_pence": entry.amounts.low_pence,
        "high_pence": entry.amounts.high_pence,
        "data_status": entry.data_status,
        "source_kind": entry.source_kind,
        "source_id": str(entry.source_id),
        "source_line_id": str(entry.source_line_id),
        "reverses": _optional(entry.reverses),
        "recorded_at": _moment(entry.recorded_at),
    }


def _optional(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _quantity(value: Decimal) -> str:
    # Eight decimals, as stored; adding zero turns -0 into 0.
    return format(value.quantize(Decimal("1E-8")) + Decimal(0), "f")


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")
