"""What can be proved offline: canonical JSON, commitments, and that a leaf stands in a Merkle tree.

The tree is that of RFC 9162, section 2.1 (the same as RFC 6962's), with SHA-256. Hashes are written in
hexadecimal. The established library for it is under the GPL, so these few lines are our own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

# Made once: with settings of its own the library makes one for each call.
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)

_LEAF = b"\x00"
_NODE = b"\x01"


def canonical_json(value: Mapping[str, Any]) -> bytes:
    """The one way of writing a JSON object: keys sorted, no spaces, UTF-8. Numbers travel as strings."""
    return _canonical.encode(value).encode()


def commitment(key: bytes, content: bytes) -> str:
    """HMAC-SHA256 of the content, hexadecimal: fixes the content and tells nothing without the key."""
    return hmac.digest(key, content, "sha256").hex()


def leaf_hash(content: bytes) -> str:
    """The hash of a leaf with this content."""
    return hashlib.sha256(_LEAF + content).hexdigest()


def merkle_root(leaf_hashes: Sequence[str]) -> str:
    """The root over the leaves in order; of no leaves, the hash of nothing (RFC 9162, section 2.1.1)."""
    if not leaf_hashes:
        return hashlib.sha256().hexdigest()
    [root] = _levels(leaf_hashes)[-1]
    return root.hex()


def inclusion_paths(leaf_hashes: Sequence[str]) -> list[list[str]]:
    """For each leaf the hashes that lead from it to the root, nearest first (RFC 9162, section 2.1.3.1)."""
    levels = _levels(leaf_hashes) if leaf_hashes else []
    paths = []
    for index in range(len(leaf_hashes)):
        path, place = [], index
        for level in levels[:-1]:
            # The last node of an odd level has no neighbour: it goes up as it is.
            if place ^ 1 < len(level):
                path.append(level[place ^ 1].hex())
            place >>= 1
        paths.append(path)
    return paths


def is_included(leaf: str, index: int, size: int, path: Sequence[str], root: str) -> bool:
    """Whether the path proves that the leaf stands at `index`, from 0, of a tree of `size` leaves.

    RFC 9162, section 2.1.3.2. A path that is too long, too short or not hexadecimal proves nothing.
    """
    if not 0 <= index < size:
        return False
    try:
        here, steps = bytes.fromhex(leaf), [bytes.fromhex(step) for step in path]
    except ValueError:
        return False
    place, last = index, size - 1
    for step in steps:
        if last == 0:
            return False
        if place % 2 or place == last:
            here = _node(step, here)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            here = _node(here, step)
        place, last = place >> 1, last >> 1
    return last == 0 and here.hex() == root


def _levels(leaf_hashes: Sequence[str]) -> list[list[bytes]]:
    """The tree from its leaves up to its root, which is the one node of the last level."""
    levels = [[bytes.fromhex(leaf) for leaf in leaf_hashes]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [_node(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        levels.append(above + below[len(above) * 2 :])
    return levels


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
