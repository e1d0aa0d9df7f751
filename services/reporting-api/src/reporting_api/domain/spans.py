"""Which sums publications tell: spans are what the same publications count, by a bit for each of them."""

from __future__ import annotations

from collections.abc import Iterable


def classes(spans: Iterable[int], bits: int) -> dict[int, frozenset[int]]:
    """The spans that publications of these bits cannot tell apart, by the bits that count them."""
    found: dict[int, set[int]] = {}
    for span in spans:
        found.setdefault(span & bits, set()).add(span)
    return {of: frozenset(members) for of, members in found.items()}
