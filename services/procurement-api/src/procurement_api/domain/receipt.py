"""The bytes that receipts and logs stand on: canonical JSON, HMAC commitments, a Merkle root (RFC 9162)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

# Sealed content is padded to a multiple of this, so that its length tells little about it.
PADDING_BYTES = 4096

_LEAF = b"\x00"
_NODE = b"\x01"


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """The one way of writing a JSON object: keys sorted, no spaces, UTF-8. Numbers travel as strings."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def padded(content: bytes) -> bytes:
    """`content` with spaces up to the next multiple of the padding: JSON readers skip them."""
    return content.ljust(-(-len(content) // PADDING_BYTES) * PADDING_BYTES)


def commitment(key: bytes, content: bytes) -> str:
    """HMAC-SHA256 of the content, hexadecimal: fixes the content and tells nothing without the key."""
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def merkle_root(leaves: Sequence[bytes]) -> str:
    """The root over the leaves in order, hexadecimal (RFC 9162, section 2.1.1, SHA-256)."""
    return _hash(leaves).hex()


def _hash(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(_LEAF + leaves[0]).digest()
    # The largest power of two that is smaller than the number of leaves.
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(_NODE + _hash(leaves[:split]) + _hash(leaves[split:])).digest()
