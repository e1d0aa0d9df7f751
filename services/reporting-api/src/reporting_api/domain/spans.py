"""Which sums publications tell: spans are what the same publications count, by a bit for each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable


def classes(spans: Iterable[int], bits: int) -> dict[int, frozenset[int]]:
    """The spans that publications of these bits cannot tell apart, by the bits that count them."""
    found: dict[int, set[int]] = {}
    for span in spans:
        found.setdefault(span & bits, set()).add(span)
    return {of: frozenset(members) for of, members in found.items()}


def classes_told(spans: Iterable[int], bits: int) -> list[frozenset[int]]:
    """The spans that publications of these bits count, those together that they cannot tell apart."""
    return [members for of, members in classes(spans, bits).items() if of]


def are_told(together: Collection[int], spans: Iterable[int], bits: int) -> bool:
    """Whether publications of these bits tell what some of the spans come to together."""
    told = [members for members in classes_told(spans, bits) if members <= set(together)]
    return frozenset[int]().union(*told) == set(together)
