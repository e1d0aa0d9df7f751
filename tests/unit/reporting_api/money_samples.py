"""Generated programmes of organisations that deliver value, and what is published of them in pounds.

One fixed hierarchy: five themes of two to four outcomes each, and three bands of need with three areas each.
The publications: the first quarter, the second, the half-year, and the first quarter again after two or nine
organisations reported late. Twenty-four organisations deliver, a quarter of them named by agreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from random import Random  # noqa: TID251 - generated tables, the same for the same seed
from uuid import UUID

from reporting_api.domain.disclosure import NOW, Cell, Contributions, DisclosureRule, merged, withheld_levels
from reporting_api.domain.disclosure import Level as Table

RULE = DisclosureRule(3, Decimal(10), "test")
ORGANISATIONS = [UUID(int=number) for number in range(1, 25)]
NAMED = frozenset(ORGANISATIONS[::4])
NOBODY_HIDES: frozenset[UUID] = frozenset()
HIERARCHIES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "theme": {f"t{theme}": tuple(f"t{theme}o{n}" for n in range(2 + theme % 3)) for theme in range(5)},
    "band": {f"b{band}": tuple(f"b{band}a{n}" for n in range(3)) for band in range(3)},
}
FIGURES = (
    *("delivered", "delivered social", "delivered local", "delivered fiscal"),
    *("validated", "committed"),
)
"""A figure, its parts, another, and what is in force on a publication's last day."""
PUBLICATIONS = 4
Leaf = str
Layer = str
"""When a pound was told of: in the first quarter, late for it, or in the second."""

COUNTED: tuple[frozenset[Layer], ...] = (
    frozenset({"first"}),
    frozenset({"second"}),
    frozenset({"first", "second"}),
    frozenset({"first", "late"}),
)
"""The layers that each publication counts: the half-year went out before the late reports came."""
IN_FORCE: tuple[frozenset[Layer], ...] = (
    frozenset({"first"}),
    frozenset({"first", "second"}),
    frozenset({"first", "second"}),
    frozenset({"first", "late"}),
)
"""The same of commitments: what was promised in the first quarter is in force in the second too."""


def counted(number: int, figure: str) -> frozenset[Layer]:
    """The layers of a figure that a publication counts."""
    return (IN_FORCE if figure == "committed" else COUNTED)[number]


@dataclass(frozen=True)
class Level:
    """One grouping of a publication: its cells, and the keys of those withheld."""

    cells: tuple[Cell, ...]
    withheld: frozenset[str]


@dataclass(frozen=True)
class Programme:
    """Who contributed what to which leaf, and what was published of it, in order."""

    hierarchy: Mapping[str, tuple[str, ...]]
    truth: Mapping[tuple[Leaf, Layer], Contributions]
    published: tuple[tuple[Level, Level], ...]
    """For each publication the level above and the level of leaves."""


def programmes(seed: int, *, named: frozenset[UUID] = NAMED, with_memory: bool = True) -> Iterator[Programme]:
    """A generated programme, by theme and outcome and by band and area.

    `named` are those whom the protection takes to be known; without memory each publication is protected by
    itself.
    """
    rng = Random(seed)
    for hierarchy in HIERARCHIES.values():
        truth = _truth(rng, hierarchy)
        published: list[tuple[Level, Level]] = []
        for number in range(PUBLICATIONS):
            before = published if with_memory else []
            published.append(_publication(hierarchy, truth, before, number, named))
        yield Programme(hierarchy, truth, tuple(published))


def bits_of(layer: Layer, number: int, remembered: int, figure: str) -> int:
    """The bits of the publications that count a layer: of the one in hand, and of those that it remembers."""
    found = NOW if layer in counted(number, figure) else 0
    for back in range(remembered):
        found |= (NOW << (number - back)) if layer in counted(back, figure) else 0
    return found


def _publication(
    hierarchy: Mapping[str, tuple[str, ...]],
    truth: Mapping[tuple[Leaf, Layer], Contributions],
    before: list[tuple[Level, Level]],
    number: int,
    named: frozenset[UUID],
) -> tuple[Level, Level]:
    leaves = {leaf: parent for parent, of in hierarchy.items() for leaf in of}
    below = [_cell(leaf, parent, [leaf], truth, before, number, 1) for leaf, parent in leaves.items()]
    above = [_cell(key, "", list(of), truth, before, number, 0) for key, of in hierarchy.items()]
    every = sum(NOW << (number - back) for back in range(len(before)))
    shown_above: dict[str | None, int] = {cell.key: cell.shown_before for cell in above}
    levels = [Table(above, {"": every}), Table(below, shown_above)]
    hidden, hidden_below = withheld_levels(levels, named, RULE)
    return Level(tuple(above), hidden), Level(tuple(below), hidden_below)


def _cell(
    key: str,
    parent: str,
    leaves: list[str],
    truth: Mapping[tuple[Leaf, Layer], Contributions],
    before: list[tuple[Level, Level]],
    number: int,
    level: int,
) -> Cell:
    spans: dict[int, list[Contributions]] = {}
    for (leaf, layer), of in truth.items():
        for figure in of if leaf in leaves else ():
            if of[figure] and (bits := bits_of(layer, number, len(before), figure)):
                spans.setdefault(bits, []).append({figure: of[figure]})
    merged_spans = {bits: merged(of) for bits, of in spans.items()}
    shown = sum(
        NOW << (number - back) for back, levels in enumerate(before) if key not in levels[level].withheld
    )
    now = merged(of for bits, of in merged_spans.items() if bits & NOW)
    return Cell(key, parent, now, earlier=merged_spans, shown_before=shown)


def _truth(
    rng: Random, hierarchy: Mapping[str, tuple[str, ...]]
) -> dict[tuple[Leaf, Layer], dict[str, dict[UUID, int]]]:
    """Pence of each organisation in each leaf and layer; an organisation works in a third to all of them."""
    leaves = [leaf for of in hierarchy.values() for leaf in of]
    late = frozenset(ORGANISATIONS[5 : rng.choice((7, 14))])
    sizes = {who: rng.lognormvariate(11, 1.0) for who in ORGANISATIONS}
    weights = {leaf: rng.lognormvariate(0, 0.5) for leaf in leaves}
    # Nobody who reads knows where nothing is: every leaf has every layer.
    found: dict[tuple[Leaf, Layer], dict[str, dict[UUID, int]]] = {
        (leaf, layer): {figure: {} for figure in FIGURES}
        for leaf in leaves
        for layer in ("first", "late", "second")
    }
    for who in ORGANISATIONS:
        active = [leaf for leaf in leaves if rng.random() < sizes_share(who)]
        layers = ("late", "second") if who in late else ("first", "second")
        for leaf in active:
            for layer in layers:
                pence = int(sizes[who] * weights[leaf] * rng.uniform(0.5, 1.5))
                accepted = int(pence * rng.uniform(0.6, 1.0))
                found[leaf, layer]["delivered"][who] = pence
                found[leaf, layer]["validated"][who] = accepted
                social = _social(leaf, who, pence)
                found[leaf, layer]["delivered social"][who] = social
                found[leaf, layer]["delivered local"][who] = pence - social
                found[leaf, layer]["delivered fiscal"][who] = social * (2 + who.int % 3) // 10
                found[leaf, layer]["committed"][who] = pence * (4 + who.int % 2)
    return found


def _social(leaf: Leaf, who: UUID, pence: int) -> int:
    """The social component: an outcome is of one component, an area has both of everybody who works there."""
    if leaf.startswith("t"):
        return 0 if leaf.endswith("o0") else pence
    return pence * (7 + who.int % 3) // 10


def sizes_share(who: UUID) -> float:
    """How likely an organisation works in a leaf: from a fifth on."""
    return 0.2 + (who.int % 5) / 9
