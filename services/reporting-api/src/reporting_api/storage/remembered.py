"""What was worked out and cannot come out differently, kept in memory up to a size.

What a place's ledger comes to at a known position never changes, nor does what is worked out of the very same
texts. Everything that decides the result has to be in the key; then nothing here is ever out of date.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import TypeVar

MAX_WEIGHT = 400_000
"""Roughly the sums, cells or hundreds of characters that are kept; some 150 bytes each."""

Value = TypeVar("Value")


class Remembered:
    """Results by their keys; those that were not asked for longest go first."""

    def __init__(self, max_weight: int = MAX_WEIGHT) -> None:
        self._max_weight = max_weight
        self._weight = 0
        self._kept: OrderedDict[Hashable, tuple[object, int]] = OrderedDict()

    def get(self, key: Hashable, kind: type[Value]) -> Value | None:
        """The result kept under a key, which is of that kind; None when there is none."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        value = found[0]
        assert isinstance(value, kind)
        return value

    def keep(self, key: Hashable, value: object, weight: int = 1) -> None:
        """Keep a result, at the cost of others where there is no room; too large a one is not kept."""
        if weight > self._max_weight:
            return
        self._weight += weight - self._kept.pop(key, (None, 0))[1]
        self._kept[key] = (value, weight)
        while self._weight > self._max_weight:
            _, (_, freed) = self._kept.popitem(last=False)
            self._weight -= freed

    def forget(self) -> None:
        """Keep nothing."""
        self._kept.clear()
        self._weight = 0
