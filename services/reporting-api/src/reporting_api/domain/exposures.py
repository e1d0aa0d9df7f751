"""What disclosure control cannot hide, because the total above it is public: told before it is published.

Cells are withheld until what is withheld together is safe. Where all the cells under a shown one come to too
little for that, as when one organisation is left beside named ones, the total less what is shown tells the
remainder all the same. Publishing withholds what it can; whoever publishes learns of the rest here, and can
ask those whom it concerns for their agreement to be named first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from reporting_api.domain.disclosure import (
    NOBODY,
    Contributions,
    DisclosureRule,
    Level,
    fragile_cells,
    has_room,
    merged,
    needing_room,
    parts_told,
    weak_figures,
    why_unsafe,
)

ExposureCode = Literal["cell_told", "remainder_too_few", "remainder_dominated", "cell_estimated"]
"""What can be told although cells are withheld.

- cell_told: the one withheld cell is the shown total less the other cells;
- remainder_too_few: the withheld cells together, which the shown total tells, are of too few organisations
  after the named ones; where it lies among the cells stays open;
- remainder_dominated: likewise, of enough organisations, of which one dominates;
- cell_estimated: the withheld cells together are safe, but those beside this one leave it less than p % of
  room.
"""


@dataclass(frozen=True, slots=True)
class Exposure:
    """Withheld cells under one shown cell (or the whole) of which too much can be told."""

    level: int
    parent: str | None
    code: ExposureCode
    keys: tuple[str, ...]
    figures: tuple[str, ...]
    organisations: frozenset[UUID]
    """Whose figures they are: with the agreement of these to be named nothing would be exposed."""


def exposures(
    levels: Sequence[Level],
    withheld: Sequence[frozenset[str]],
    agreed: frozenset[UUID],
    rule: DisclosureRule,
) -> list[Exposure]:
    """What stays exposed in groupings that are shown but for the cells withheld, the same thing once."""
    fragile = fragile_cells(levels, agreed, rule)
    found: dict[tuple[object, ...], Exposure] = {}
    for index, (level, hidden, frail) in enumerate(zip(levels, withheld, fragile, strict=True)):
        above = withheld[index - 1] if index else frozenset[str]()
        licensed = {cell.key for cell in level.cells if cell.is_licensed}
        for parent in sorted({cell.parent for cell in level.cells} - above, key=str):
            count = sum(cell.parent == parent and cell.key in hidden for cell in level.cells)
            for parts in parts_told(level, parent, agreed):
                left = {key: part for key, part in parts.items() if key in hidden and key not in licensed}
                weak = {
                    cell.key: weak_figures(cell, agreed, rule) for cell in level.cells if cell.key in left
                }
                for exposure in _of_class(index, parent, left, frail, weak, count, rule):
                    found.setdefault((index, parent, exposure.code, exposure.keys), exposure)
    return list(found.values())


def _of_class(
    level: int,
    parent: str | None,
    left: Mapping[str, Contributions],
    fragile: frozenset[str],
    weak: Mapping[str, frozenset[str]],
    hidden_count: int,
    rule: DisclosureRule,
) -> Iterator[Exposure]:
    """What can be told of the withheld parts of one sum; `hidden_count` cells may be what holds it."""
    whole = merged(left.values())
    reasons = {figure: why_unsafe(of, NOBODY, rule) for figure, of in whole.items()}
    unsafe = tuple(sorted(figure for figure, reason in reasons.items() if reason))
    if unsafe:
        of_few = "too_few" in reasons.values()
        code: ExposureCode = "remainder_too_few" if of_few else "remainder_dominated"
        who = frozenset(who for figure in unsafe for who in whole[figure])
        yield Exposure(
            level, parent, "cell_told" if hidden_count == 1 else code, tuple(sorted(left)), unsafe, who
        )
        return
    for key, part in sorted(left.items()):
        needy = needing_room(part, rule, part if key in fragile else weak[key])
        rest = merged(other for name, other in left.items() if name != key)
        tight = tuple(sorted(figure for figure in needy if not has_room({figure: part[figure]}, rest, rule)))
        if tight:
            who = frozenset(who for figure in tight for who in part[figure])
            yield Exposure(level, parent, "cell_estimated", (key,), tight, who)
