"""Gathering lines of one measure that were valued by the same factors, to explain pounds in public."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from reporting_api.domain.disclosure import Contributions, DisclosureRule, is_group_safe, merged


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a line's valuation, by the rule that brought it in."""

    rule: str
    factor: Decimal | None
    divisor: Decimal | None


@dataclass(frozen=True, slots=True)
class FactoredLine:
    """A line with the factors between its quantity and its pounds, and who contributes how much of it."""

    line_id: UUID
    factors: tuple[Factor, ...]
    contributions: Contributions
    """By deliverer, of each thing that is shown: pence, and the quantity for measures that carry none."""

    @property
    def size(self) -> int:
        """What it contributes, whatever the sign."""
        return sum(abs(part) for shown in self.contributions.values() for part in shown.values())


@dataclass(frozen=True, slots=True)
class FactorGroup:
    """Lines that may be shown together; `factors` are those that all of them share."""

    lines: tuple[FactoredLine, ...]
    factors: tuple[Factor, ...]

    @property
    def size(self) -> int:
        """What its lines contribute, whatever the sign."""
        return sum(line.size for line in self.lines)


def groups_of(
    lines: Sequence[FactoredLine], agreed: frozenset[UUID], rule: DisclosureRule
) -> list[FactorGroup]:
    """The lines by their factors, largest group first; groups too small to be shown are put together.

    None when even the whole may not be shown: its pounds may be, and its quantity still give somebody away.
    """
    if not _is_safe(lines, agreed, rule):
        return []
    by_factors: dict[tuple[Factor, ...], list[FactoredLine]] = {}
    for line in lines:
        by_factors.setdefault(line.factors, []).append(line)
    groups = sorted((_group(members) for members in by_factors.values()), key=lambda group: group.size)
    unsafe = [group for group in groups if not _is_safe(group.lines, agreed, rule)]
    shown = [group for group in groups if group not in unsafe]
    together = [line for group in unsafe for line in group.lines]
    while together and shown and not _is_safe(together, agreed, rule):
        together.extend(shown.pop(0).lines)
    if together:
        shown.append(_group(together))
    return sorted(shown, key=lambda group: -group.size)


def _group(lines: Sequence[FactoredLine]) -> FactorGroup:
    first = lines[0].factors
    shared = tuple(factor for factor in first if all(factor in line.factors for line in lines))
    return FactorGroup(tuple(lines), shared)


def _is_safe(lines: Iterable[FactoredLine], agreed: frozenset[UUID], rule: DisclosureRule) -> bool:
    return is_group_safe(merged(line.contributions for line in lines), agreed, rule)
